// write_model FILE [mulaw|full]: a model with random weights, for tests that must not wait for training: a small one of
// `remi` with the labels "unknown", "bach", or of sound at 8 kHz, or a WaveNet of full size of the same.
#include <fmt/core.h>

#include <cmath>
#include <exception>
#include <string_view>

#include "continuo/base/random.h"
#include "continuo/representation/representation.h"
#include "continuo/representation/sound.h"
#include "continuo/weights/model_file.h"

int main(int argc, char** argv) {
  using namespace continuo;
  const bool full = argc == 3 && std::string_view(argv[2]) == "full";
  const bool sound = full || (argc == 3 && std::string_view(argv[2]) == "mulaw");
  if (argc != 2 && !sound) return 2;
  try {
    weights::ModelContents contents;
    if (sound) {
      const auto mulaw =
          representation::make_sound({.name = "mulaw", .settings = {{"sample_rate", full ? "4000" : "8000"}}});
      contents.network.vocabulary_size = mulaw->width();
      contents.metadata["continuo.representation"] = representation::to_json(mulaw->spec());
    } else {
      const auto remi = representation::make({.name = "remi", .labels = {"unknown", "bach"}});
      contents.network.vocabulary_size = static_cast<int>(remi->vocabulary().size());
      contents.network.labels = 2;
      contents.metadata["continuo.representation"] = representation::to_json(remi->spec());
    }
    contents.network.network = weights::WaveNetSpec{
        .residual_channels = 8, .skip_channels = 8, .head_channels = 8, .stacks = 1, .dilations = {1, 2, 4}};
    if (full)
      contents.network.network = weights::WaveNetSpec{.residual_channels = 64,
                                                      .skip_channels = 256,
                                                      .head_channels = 256,
                                                      .stacks = 3,
                                                      .dilations = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512}};
    Random random(1);
    for (const auto& tensor : weights::tensor_specs(contents.network)) {
      std::size_t size = 1;
      for (const auto extent : tensor.shape) size *= static_cast<std::size_t>(extent);
      const auto rows = static_cast<double>(tensor.shape.front());
      const double scale = full && tensor.shape.size() > 1 ? std::sqrt(rows / static_cast<double>(size)) : 0.3;
      auto& values = contents.tensors[tensor.name];
      for (std::size_t i = 0; i < size; ++i) values.push_back(static_cast<float>(scale * random.normal()));
    }
    weights::save(argv[1], contents);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
  return 0;
}
