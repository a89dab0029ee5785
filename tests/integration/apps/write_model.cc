// write_model FILE: a small `remi` model with random weights and the labels "unknown", "bach", for tests that must not
// wait for training.
#include <fmt/core.h>

#include <exception>

#include "continuo/base/random.h"
#include "continuo/representation/representation.h"
#include "continuo/weights/model_file.h"

int main(int argc, char** argv) {
  using namespace continuo;
  if (argc != 2) return 2;
  try {
    const auto representation = representation::make({.name = "remi", .labels = {"unknown", "bach"}});
    weights::ModelContents contents;
    contents.network = {
        .vocabulary_size = static_cast<int>(representation->vocabulary().size()),
        .labels = 2,
        .network = weights::WaveNetSpec{
            .residual_channels = 8, .skip_channels = 8, .head_channels = 8, .stacks = 1, .dilations = {1, 2, 4}}};
    contents.metadata["continuo.representation"] = representation::to_json(representation->spec());
    Random random(1);
    for (const auto& tensor : weights::tensor_specs(contents.network)) {
      std::size_t size = 1;
      for (const auto extent : tensor.shape) size *= static_cast<std::size_t>(extent);
      auto& values = contents.tensors[tensor.name];
      for (std::size_t i = 0; i < size; ++i) values.push_back(static_cast<float>(0.3 * random.normal()));
    }
    weights::save(argv[1], contents);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
  return 0;
}
