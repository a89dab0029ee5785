// The forms in which a tensor's values are stored, to and from fp32.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "continuo/weights/precision.h"

namespace continuo::weights {

std::string_view dtype_of(Precision precision) noexcept;  ///< "F32", "BF16", "I8"

/// Name of the F32 tensor [rows] that goes with an I8 tensor.
std::string scale_name(const std::string& tensor);

struct QuantisedRows {
  std::vector<std::int8_t> values;
  std::vector<float> scales;  ///< [rows]
};
/// Row-major, rows of equal length.
QuantisedRows quantise_rows(std::span<const float> values, std::size_t rows);

/// Stored little-endian values to fp32, as many as `to` has. `scales` [rows] only for kInt8.
void widen(Precision precision, const std::uint8_t* from, std::span<const float> scales, std::span<float> to) noexcept;

/// What comes back when `values` are stored so. `to` has as many.
void round_to(Precision precision, std::span<const float> values, std::size_t rows, std::span<float> to);

}  // namespace continuo::weights
