// The safetensors container: a JSON header that names byte ranges, then the bytes. Knows nothing of networks.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace continuo::weights {

/// Where one tensor lies. Only "F32" is known as yet.
struct SafetensorsEntry {
  std::string dtype;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0;  ///< first byte, from the start of the data
  std::uint64_t end = 0;    ///< one past the last
};

struct SafetensorsHeader {
  std::map<std::string, std::string> metadata;
  std::map<std::string, SafetensorsEntry> tensors;
  std::uint64_t data_begin = 0;  ///< first byte of the data in the file
};

/// Every range that it returns lies within `file`, is a multiple of 4 bytes, has the size that its shape asks for, and
/// all of them together cover the data without gap or overlap. Throws Error with `path`, naming the tensor.
SafetensorsHeader parse_safetensors_header(std::span<const std::uint8_t> file, const std::string& path);

/// Header bytes (length included) for F32 tensors laid one after the other in the order of their names. The length is
/// a multiple of 64.
std::vector<std::uint8_t> safetensors_header(const std::map<std::string, std::string>& metadata,
                                             const std::map<std::string, std::vector<std::int64_t>>& shapes);

}  // namespace continuo::weights
