// make_seeds FOLDER: writes the seed corpora that have a structure, FOLDER/weights and FOLDER/loaded, small on purpose.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

#include "continuo/base/file.h"
#include "continuo/base/random.h"
#include "continuo/loaded/known_passages.h"
#include "continuo/weights/model_file.h"
#include "continuo/weights/network_info.h"

namespace {

using namespace continuo;
namespace fs = std::filesystem;

weights::NetworkSpec smallest(std::string_view name) {
  weights::NetworkSpec spec = weights::default_network(std::string(name));
  spec.vocabulary_size = 3;
  const weights::WaveNetSpec wavenet{
      .residual_channels = 2, .skip_channels = 2, .head_channels = 2, .stacks = 1, .dilations = {1}};
  if (name == "wavenet") spec.network = wavenet;
  if (name == "lstm") spec.network = weights::LstmSpec{.embedding = 1, .hidden = 2, .layers = 1};
  if (name == "gru") spec.network = weights::GruSpec{.embedding = 1, .hidden = 2, .layers = 1};
  if (name == "wavenet-lstm") spec.network = weights::WaveNetLstmSpec{.wavenet = wavenet, .hidden = 1, .layers = 1};
  if (name == "guide-cnn")
    spec.network = weights::GuideCnnSpec{
        .window = 2, .embedding = 1, .channels = {1}, .dilations = {1}, .kernel_size = 1, .hidden = 1};
  if (name == "markov") spec.network = weights::MarkovSpec{.order = 1, .max_entries = 4, .entries = {3, 3}};
  return spec;
}

void write_models(const fs::path& folder) {
  Random random(1);
  for (const weights::NetworkInfo* row : weights::network_infos()) {
    if (row->is_counted) continue;  // what it counts must add up: fuzz/corpus/weights/markov
    weights::ModelContents contents{.network = smallest(row->name), .metadata = {}, .tensors = {}};
    for (const auto& tensor : weights::tensor_specs(contents.network)) {
      std::size_t size = 1;
      for (const auto extent : tensor.shape) size *= static_cast<std::size_t>(extent);
      for (auto& values = contents.tensors[tensor.name]; values.size() < size;)
        values.push_back(static_cast<float>(random.normal()));
    }
    for (const auto& [precision, name] : {std::pair(weights::Precision::kFp32, "fp32"),
                                          {weights::Precision::kBf16, "bf16"},
                                          {weights::Precision::kInt8, "int8"}}) {
      contents.precision = precision;
      weights::save(folder / ("small-" + std::string(row->name) + "-" + name), contents);
    }
  }
}

void write_filters(const fs::path& folder) {
  for (const auto& [notes, passages] : {std::pair<std::size_t, std::size_t>(2, 0), {2, 1}, {13, 20}, {32, 90}}) {
    Random random(passages + 1);
    std::vector<std::uint64_t> hashes(passages);
    for (auto& hash : hashes) hash = random.next();
    std::ranges::sort(hashes);
    loaded::PassageFilter(notes, hashes).write(folder / (std::to_string(passages) + "-passages"));
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("make_seeds FOLDER\n", stderr);
    return 2;
  }
  try {
    const fs::path folder(argv[1]);
    for (const char* const part : {"weights", "loaded"}) fs::create_directories(folder / part);
    write_models(folder / "weights");
    write_filters(folder / "loaded");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
