// A model of seven small tensors, and files put together byte by byte, for the tests of model files.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "continuo/weights/model_file.h"

namespace continuo::weights {

/// LSTM of one unit over two symbols. Values count up from 0.5 in steps of 0.25 through the names in order.
inline ModelContents tiny_model() {
  ModelContents contents{
      .network = {2, 0, LstmSpec{.embedding = 1, .hidden = 1, .layers = 1}}, .metadata = {}, .tensors = {}};
  for (const TensorSpec& spec : tensor_specs(contents.network)) {
    std::size_t count = 1;
    for (const auto size : spec.shape) count *= static_cast<std::size_t>(size);
    contents.tensors[spec.name].resize(count);
  }
  float next = 0.5F;
  for (auto& [name, values] : contents.tensors)
    for (float& value : values) {
      value = next;
      next += 0.25F;
    }
  return contents;
}

/// A file of this header text and this many data bytes, whatever they are worth.
inline std::vector<std::uint8_t> file_of(const std::string& header, std::size_t data_bytes) {
  std::vector<std::uint8_t> bytes(8 + header.size() + data_bytes);
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<std::uint8_t>(std::uint64_t{header.size()} >> (8 * i));
  std::memcpy(bytes.data() + 8, header.data(), header.size());
  return bytes;
}

/// The header text of a file.
inline std::string header_of(const std::vector<std::uint8_t>& bytes) {
  const std::size_t length = bytes[0] | static_cast<std::size_t>(bytes[1]) << 8;  // small files only
  return {bytes.begin() + 8, bytes.begin() + 8 + static_cast<std::ptrdiff_t>(length)};
}

/// The tiny model's file with one piece of its header text replaced, the length adjusted, the data as it was.
inline std::vector<std::uint8_t> with_header(const std::string& from, const std::string& to,
                                             Precision precision = Precision::kFp32) {
  ModelContents contents = tiny_model();
  contents.precision = precision;
  const std::vector<std::uint8_t> original = serialise(contents);
  std::string header = header_of(original);
  const std::size_t data = original.size() - 8 - header.size();
  const std::size_t at = header.find(from);
  if (at == std::string::npos) return {};
  header.replace(at, from.size(), to);
  header.append((8 - header.size() % 8) % 8, ' ');
  std::vector<std::uint8_t> bytes = file_of(header, data);
  std::copy(original.end() - static_cast<std::ptrdiff_t>(data), original.end(),
            bytes.end() - static_cast<std::ptrdiff_t>(data));
  return bytes;
}

}  // namespace continuo::weights
