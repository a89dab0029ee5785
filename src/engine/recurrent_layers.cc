// Weights of recurrent layers, packed; state of sequences side by side.
#include "engine/recurrent_layers.h"

#include <algorithm>
#include <string>

namespace continuo::engine {

RecurrentLayers::RecurrentLayers(const weights::ModelFile& file, const char* name, std::size_t gates, std::size_t input,
                                 int width, int count, Arena& arena)
    : hidden(static_cast<std::size_t>(width)), rows(gates * hidden) {
  const std::string prefix(name);
  for (int n = 0; n < count; ++n) {
    const std::string layer = "_l" + std::to_string(n);
    const auto packed = [&](const std::string& side, std::size_t columns) {
      const std::span<const float> weight = file.tensor(prefix + ".weight_" + side + layer).values;
      const std::span<const float> bias = file.tensor(prefix + ".bias_" + side + layer).values;
      return pack_affine(
          arena, rows, columns, [&](std::size_t row, std::size_t column) { return weight[row * columns + column]; },
          [&](std::size_t row) { return bias[row]; });
    };
    Layer& added = layers.emplace_back();
    added.from_input = packed("ih", input);
    added.from_hidden = packed("hh", hidden);
    for (const Affine* product : {&added.from_input, &added.from_hidden})
      prepared = std::max(prepared, prepared_size(product->precision, product->columns));
    input = hidden;
  }
}

RecurrentState::RecurrentState(const RecurrentLayers& layers, std::size_t vectors, Arena& arena, std::size_t streams)
    : streams_(streams),
      size_(padded(layers.hidden)),
      vectors_(vectors * layers.layers.size()),
      kept_(arena.take(vectors_ * streams * size_)),
      pre_(arena.take(streams * padded(layers.rows))),
      prepared_(arena.take(streams * layers.prepared)) {}

void RecurrentState::reset() noexcept { std::fill_n(kept_, vectors_ * streams_ * size_, 0.0F); }

void RecurrentState::reset(std::size_t stream) noexcept {
  for (std::size_t i = 0; i < vectors_; ++i) std::fill_n(kept_ + (i * streams_ + stream) * size_, size_, 0.0F);
}

void RecurrentState::remove(std::size_t stream) noexcept {
  remove_column(kept_, vectors_, streams_, size_, stream);
  --streams_;
}

}  // namespace continuo::engine
