// Products of a matrix and a vector, and the activations, through one table of functions for each instruction set.
//
// Every table gives the same bits: each output has a lane of its own and is summed in one fixed order of fused
// multiply-adds, first to last column; whole numbers are summed exactly; exp, tanh and the logistic are our own.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "continuo/engine/engine.h"
#include "continuo/weights/model_file.h"
#include "engine/arena.h"
#include "engine/kernel_table.h"

namespace continuo::engine {

/// The table of an instruction set that this machine has; the scalar one for all others.
const Kernels& kernels_of(InstructionSet set) noexcept;
/// Whether functions of this set were ever called in this process: each says so itself.
bool has_run(InstructionSet set) noexcept;

/// Packs weight(row, column) and bias(row) as the arena's matrices are; with a measuring arena it asks for nothing.
/// Wider matrices than kMaxColumns stay in single precision. `scale(row)`, for int8, is the scale of a longer row of
/// which this is a part; without it each row has its own.
template <class Weight, class Bias, class Scale>
Affine pack_affine(Arena& arena, std::size_t rows, std::size_t columns, const Weight& weight, const Bias& bias,
                   const Scale& scale);
template <class Weight, class Bias>
Affine pack_affine(Arena& arena, std::size_t rows, std::size_t columns, const Weight& weight, const Bias& bias) {
  return pack_affine(arena, rows, columns, weight, bias, [&](std::size_t row) {
    float greatest = 0.0F;
    for (std::size_t column = 0; column < columns; ++column) {
      const float value = weight(row, column);
      greatest = greatest < value ? value : greatest < -value ? -value : greatest;
    }
    return weights::row_scale(greatest);
  });
}
/// The same from the tensors `name`.weight [rows, columns] and `name`.bias [rows].
Affine pack_affine(Arena& arena, const weights::ModelFile& file, const std::string& name);
/// A copy of a tensor as it stands.
const float* pack_values(Arena& arena, const weights::ModelFile& file, const std::string& name);

// Vectors given to the kernels come from an Arena: outputs are written up to padded(rows).

/// Floats that a vector takes as an Affine reads it.
inline std::size_t prepared_size(Precision precision, std::size_t size) noexcept {
  return precision == Precision::kInt8 ? kBytesAt + padded((size + 3) / 4) : padded(size);
}
/// y [streams, padded(rows)] = W x + b of x [streams, x_stride], with the weights read once for all; `prepared` has
/// room for all prepared vectors. x and y must not overlap.
void assign(const Affine& affine, std::size_t streams, const float* x, std::size_t x_stride, float* y,
            float* prepared) noexcept;
/// The same with y = (y + b) + W x.
void add(const Affine& affine, std::size_t streams, const float* x, std::size_t x_stride, float* y,
         float* prepared) noexcept;
/// Packs x in that way: rounded for int8, as it stands otherwise.
void prepare(const Kernels& kernels, Precision precision, std::size_t size, const float* x, float* prepared) noexcept;

/// y = y + x
void add(std::size_t size, const float* x, float* y) noexcept;
/// x = max(x, 0)
void relu(std::size_t size, float* x) noexcept;

/// Within 2e-7 of the true values, everywhere the same bits: libm's differ between machines.
float sigmoid(float x) noexcept;
float tanh(float x) noexcept;

inline std::size_t Affine::group_columns() const noexcept {
  return precision == Precision::kInt8 ? 4 : precision == Precision::kBf16 ? 2 : 1;
}
inline std::size_t Affine::groups() const noexcept { return (columns + group_columns() - 1) / group_columns(); }

inline std::size_t Affine::offset(std::size_t row, std::size_t column) const noexcept {
  const std::size_t first = row / kPanelRows * kPanelRows;
  const std::size_t width = std::min(kPanelRows, padded(rows) - first);
  const std::size_t unit = group_columns();
  const std::size_t lane = first * groups() + column / unit * width + row - first;
  return lane * sizeof(float) + column % unit * (sizeof(float) / unit);
}

inline float Affine::weight(std::size_t row, std::size_t column) const noexcept {
  const auto* const at = reinterpret_cast<const std::uint8_t*>(panels) + offset(row, column);
  if (precision == Precision::kInt8) return static_cast<float>(static_cast<std::int8_t>(*at)) * scales[row];
  if (precision == Precision::kBf16) return weights::from_bf16(static_cast<std::uint16_t>(at[0] | at[1] << 8));
  return *reinterpret_cast<const float*>(at);
}

template <class Weight, class Bias, class Scale>
Affine pack_affine(Arena& arena, std::size_t rows, std::size_t columns, const Weight& weight, const Bias& bias,
                   const Scale& scale) {
  Affine affine;
  affine.kernels = &kernels_of(arena.packing.instruction_set);
  affine.precision = columns > kMaxColumns ? Precision::kFp32 : arena.packing.precision;
  affine.rows = rows;
  affine.columns = columns;
  float* const panels = arena.take(padded(rows) * affine.groups());
  float* const biases = arena.take(rows);
  const bool whole = affine.precision == Precision::kInt8;
  float* const scales = whole ? arena.take(rows) : nullptr;
  float* const offsets = whole ? arena.take(rows) : nullptr;
  affine.panels = panels;
  affine.bias = biases;
  affine.scales = scales;
  affine.offsets = reinterpret_cast<const std::int32_t*>(offsets);
  if (panels == nullptr) return affine;
  auto* const bytes = reinterpret_cast<std::uint8_t*>(panels);
  for (std::size_t row = 0; row < rows; ++row) {
    biases[row] = bias(row);
    const float own = whole ? scale(row) : 1.0F;
    std::int32_t sum = 0;
    for (std::size_t column = 0; column < columns; ++column) {
      std::uint8_t* const at = bytes + affine.offset(row, column);
      const float value = weight(row, column);
      if (whole) {
        const std::int8_t rounded = weights::quantise(value, own);
        *at = static_cast<std::uint8_t>(rounded);
        sum += rounded;
      } else if (affine.precision == Precision::kBf16) {
        const std::uint16_t rounded = weights::to_bf16(value);
        at[0] = static_cast<std::uint8_t>(rounded & 0xFFU);
        at[1] = static_cast<std::uint8_t>(rounded >> 8U);
      } else {
        *reinterpret_cast<float*>(at) = value;
      }
    }
    if (whole) {
      scales[row] = own;
      reinterpret_cast<std::int32_t*>(offsets)[row] = -128 * sum;
    }
  }
  return affine;
}

}  // namespace continuo::engine
