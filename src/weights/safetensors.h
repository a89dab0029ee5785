// The safetensors container: a JSON header that names byte ranges, then the bytes. Knows nothing of networks.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace continuo::weights {

/// The types of values that are known, with the sizes of one value: "F32" 4, "BF16" 2, "I8" 1. 0 for others.
std::uint64_t dtype_bytes(std::string_view dtype) noexcept;

/// Where one tensor lies.
struct SafetensorsEntry {
  std::string dtype;  ///< one that is known
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0;  ///< first byte, from the start of the data
  std::uint64_t end = 0;    ///< one past the last
};

struct SafetensorsHeader {
  std::map<std::string, std::string> metadata;
  std::map<std::string, SafetensorsEntry> tensors;
  std::uint64_t data_begin = 0;  ///< first byte of the data in the file
};

/// Every range that it returns lies within `file`, begins on a multiple of its values' size, has the size that its
/// shape asks for, and all of them together cover the data without gap or overlap. Throws Error with `path`, naming the
/// tensor.
SafetensorsHeader parse_safetensors_header(std::span<const std::uint8_t> file, const std::string& path);

struct SafetensorsShape {
  std::string dtype;  ///< one that is known
  std::vector<std::int64_t> shape;
};

struct SafetensorsLayout {
  std::vector<std::uint8_t> header;  ///< its length included, in all a multiple of 64
  std::vector<std::string> order;    ///< of the tensors in the data, one after the other
};

/// Tensors of larger values come first, so that each is aligned; among those of one size by name. Throws Error for
/// metadata that is not UTF-8 or too long.
SafetensorsLayout safetensors_layout(const std::map<std::string, std::string>& metadata,
                                     const std::map<std::string, SafetensorsShape>& tensors);

}  // namespace continuo::weights
