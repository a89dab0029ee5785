// bfloat16 and rows of whole numbers with their scales; precision.h has the rounding of a single value.
#include "weights/tensor_form.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace continuo::weights {
namespace {

std::size_t row_length(std::size_t values, std::size_t rows) { return rows == 0 ? 0 : values / rows; }

}  // namespace

std::string_view dtype_of(Precision precision) noexcept {
  return precision == Precision::kInt8 ? "I8" : precision == Precision::kBf16 ? "BF16" : "F32";
}

std::string scale_name(const std::string& tensor) { return tensor + ".scale"; }

QuantisedRows quantise_rows(std::span<const float> values, std::size_t rows) {
  QuantisedRows result;
  result.values.reserve(values.size());
  const std::size_t length = row_length(values.size(), rows);
  for (std::size_t row = 0; row < rows; ++row) {
    const std::span<const float> own = values.subspan(row * length, length);
    float greatest = 0;
    for (const float value : own) greatest = std::max(greatest, std::abs(value));
    const float scale = row_scale(greatest);
    result.scales.push_back(scale);
    for (const float value : own) result.values.push_back(quantise(value, scale));
  }
  return result;
}

void widen(Precision precision, const std::uint8_t* from, std::span<const float> scales, std::span<float> to) noexcept {
  switch (precision) {
    case Precision::kFp32:
      std::memcpy(to.data(), from, to.size_bytes());
      break;
    case Precision::kBf16:
      for (std::size_t i = 0; i < to.size(); ++i)
        to[i] = from_bf16(static_cast<std::uint16_t>(from[2 * i] | from[2 * i + 1] << 8));
      break;
    case Precision::kInt8: {
      const std::size_t length = row_length(to.size(), scales.size());
      for (std::size_t i = 0; i < to.size(); ++i)
        to[i] = static_cast<float>(static_cast<std::int8_t>(from[i])) * scales[i / length];
      break;
    }
  }
}

void round_to(Precision precision, std::span<const float> values, std::size_t rows, std::span<float> to) {
  switch (precision) {
    case Precision::kFp32:
      std::ranges::copy(values, to.begin());
      break;
    case Precision::kBf16:
      std::ranges::transform(values, to.begin(), [](float value) { return from_bf16(to_bf16(value)); });
      break;
    case Precision::kInt8: {
      const QuantisedRows quantised = quantise_rows(values, rows);
      const std::size_t length = row_length(values.size(), rows);
      for (std::size_t i = 0; i < to.size(); ++i)
        to[i] = static_cast<float>(quantised.values[i]) * quantised.scales[i / length];
      break;
    }
  }
}

}  // namespace continuo::weights
