// The scalar kernels: matrix times vector and the activations. They stay as the oracle of every faster kernel.
//
// Each output is summed in one fixed order, first to last column, so the result does not depend on how wide the
// compiler vectorises: kLanes outputs are computed side by side and no sum is ever split.
#pragma once

#include <cstddef>
#include <span>

#include "continuo/weights/model_file.h"
#include "engine/arena.h"

namespace continuo::engine {

inline constexpr std::size_t kLanes = 32;  ///< outputs that are computed side by side
constexpr std::size_t padded(std::size_t size) noexcept { return (size + kLanes - 1) / kLanes * kLanes; }

/// y = W x + b, with W packed in the order in which it is read: for each group of kLanes rows all columns, and of each
/// column those rows. Rows beyond the last are zero. The memory belongs to a model's arena.
struct Affine {
  const float* panels = nullptr;
  const float* bias = nullptr;
  std::size_t rows = 0;
  std::size_t columns = 0;

  float weight(std::size_t row, std::size_t column) const noexcept {
    return panels[row / kLanes * kLanes * columns + column * kLanes + row % kLanes];
  }
};

/// Packs weight(row, column) and bias(row); with a measuring arena it asks for nothing.
template <class Weight, class Bias>
Affine pack_affine(Arena& arena, std::size_t rows, std::size_t columns, const Weight& weight, const Bias& bias) {
  float* const panels = arena.take(padded(rows) * columns);
  float* const biases = arena.take(rows);
  if (panels != nullptr) {
    for (std::size_t row = 0; row < rows; ++row) {
      float* const lane = panels + row / kLanes * kLanes * columns + row % kLanes;
      for (std::size_t column = 0; column < columns; ++column) lane[column * kLanes] = weight(row, column);
      biases[row] = bias(row);
    }
  }
  return {panels, biases, rows, columns};
}

/// The same from the tensors `name`.weight [rows, columns] and `name`.bias [rows].
Affine pack_affine(Arena& arena, const weights::ModelFile& file, const std::string& name);
/// A copy of a tensor as it stands.
const float* pack_values(Arena& arena, const weights::ModelFile& file, const std::string& name);

// Vectors given to the kernels come from an Arena: outputs are written up to padded(rows).

/// y = W x + b. x and y must not overlap.
void assign(const Affine& affine, const float* x, float* y) noexcept;
/// y = y + (W x + b). x and y must not overlap.
void add(const Affine& affine, const float* x, float* y) noexcept;

/// y = y + x
void add(std::size_t size, const float* x, float* y) noexcept;
/// x = max(x, 0)
void relu(std::size_t size, float* x) noexcept;
/// z = tanh(pre[0, size)) * sigmoid(pre[size, 2 size)): equation 2 of arXiv 1609.03499.
void gate(std::size_t size, const float* pre, float* z) noexcept;
/// One step of an LSTM layer after its products: pre [4 size] holds the input, forget, cell and output gates before
/// their activations; cell and hidden [size] are replaced.
void lstm_cell(std::size_t size, const float* pre, float* cell, float* hidden) noexcept;

/// Within 2e-7 of the true values, everywhere the same bits: libm's differ between machines.
float sigmoid(float x) noexcept;
float tanh(float x) noexcept;

}  // namespace continuo::engine
