// Re-encodes weights, and runs two models side by side on what one of them composes.
#include "continuo/workbench/quantize.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "continuo/base/random.h"
#include "continuo/generation/sampler.h"

namespace continuo::workbench {

std::vector<std::uint8_t> quantised(const weights::ModelFile& file, weights::Precision precision,
                                    const std::map<std::string, std::string>& metadata) {
  weights::ModelContents contents{
      .network = file.network(), .metadata = file.all_metadata(), .tensors = {}, .precision = precision};
  for (const auto& [key, text] : metadata) contents.metadata[key] = text;
  contents.metadata.erase("continuo.version");
  contents.metadata.erase("continuo.network");
  for (const auto& [name, tensor] : file.tensors())
    contents.tensors[name].assign(tensor.values.begin(), tensor.values.end());
  return weights::serialise(contents);
}

std::vector<std::uint16_t> composed_sequence(const engine::Model& model, std::size_t steps) {
  const auto stream = model.new_stream();
  generation::Sampler sampler({.top_p = 1}, static_cast<std::size_t>(model.vocabulary_size()));
  Random random(1);
  std::vector<std::uint16_t> symbols = {0};
  while (symbols.size() < steps) symbols.push_back(sampler.choose(stream->step(symbols.back()), {}, random));
  return symbols;
}

double frame_difference(const engine::Model& model, const engine::Model& other, std::size_t steps) {
  const auto stream = model.new_stream();
  const auto beside = other.new_stream();
  const auto width = static_cast<std::size_t>(model.vocabulary_size());
  std::vector<float> frame(std::max(width, static_cast<std::size_t>(model.spec().input_size())));
  double squares = 0, own = 0;
  for (std::size_t t = 0; t < steps; ++t) {
    const std::span<const float> found = stream->step(std::span<const float>(frame));
    const std::span<const float> others = beside->step(std::span<const float>(frame));
    for (std::size_t i = 0; i < width; ++i) {
      squares += std::pow(static_cast<double>(found[i]) - static_cast<double>(others[i]), 2);
      own += std::pow(static_cast<double>(found[i]), 2);
    }
    std::ranges::copy(found, frame.begin());
    if (model.spec().output == weights::kBinary)
      for (float& value : frame) value = value > 0 ? 1.0F : 0.0F;
  }
  return std::sqrt(squares / std::max(own, 1e-30));
}

}  // namespace continuo::workbench
