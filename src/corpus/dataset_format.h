// The bytes of a dataset file (docs/dataset-file.md): what its writer and its reader share.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "continuo/representation/sound.h"

namespace continuo::corpus {

static_assert(std::endian::native == std::endian::little, "dataset files are mapped as they stand");

inline constexpr std::string_view kDatasetMagic = "CntoData";
inline constexpr std::uint32_t kDatasetVersion = 3;
inline constexpr std::size_t kHashDigits = 32;  ///< of content_hash()

/// What a step of a sequence is.
enum class StepKind : std::uint32_t {
  kNarrow = 1,  ///< a symbol of 1 byte
  kWide = 2,    ///< a symbol of 2 bytes
  kFrame = 3,   ///< `width` floats
};

inline StepKind step_kind(const representation::SoundRepresentation& sound) {
  if (sound.steps() == representation::Steps::kFrames) return StepKind::kFrame;
  return sound.width() <= 256 ? StepKind::kNarrow : StepKind::kWide;
}

/// The first 192 bytes.
struct DatasetHeader {
  std::array<char, 8> magic;
  std::uint32_t version;
  StepKind kind;
  std::uint32_t width;       ///< symbols in the vocabulary, or values of a frame
  std::uint32_t step_bytes;  ///< 1, 2 or 4 * width
  std::uint64_t file_bytes;
  std::uint64_t steps_offset;
  std::uint64_t steps;
  std::uint64_t index_offset;
  std::uint64_t index_bytes;
  std::uint64_t pieces;
  std::array<std::uint8_t, 56> zero;
  std::array<char, kHashDigits> index_hash;
  std::array<char, kHashDigits> header_hash;  ///< of all bytes before it
};
static_assert(sizeof(DatasetHeader) == 192 && offsetof(DatasetHeader, header_hash) == 160);

/// The fixed part of a piece in the index; its name follows.
struct DatasetEntry {
  std::uint64_t first_step;
  std::uint64_t steps;
  double seconds;
  std::uint64_t notes;
  std::uint32_t label;
  std::uint8_t part;
  std::array<std::uint8_t, 3> zero;
  std::array<char, kHashDigits> hash;  ///< of the piece's steps
  std::uint32_t name_bytes;
  std::uint32_t zero_too;
};
static_assert(sizeof(DatasetEntry) == 80 && offsetof(DatasetEntry, name_bytes) == 72);

inline std::uint32_t bytes_of_step(StepKind kind, std::uint32_t width) {
  return kind == StepKind::kFrame ? 4 * width : static_cast<std::uint32_t>(kind);
}

template <class T>
std::span<const std::uint8_t> bytes_of(const T& value, std::size_t count = sizeof(T)) {
  return {reinterpret_cast<const std::uint8_t*>(&value), count};
}

template <class T>
std::span<const std::uint8_t> bytes_of(std::span<const T> values) {
  return {reinterpret_cast<const std::uint8_t*>(values.data()), values.size_bytes()};
}

inline std::array<char, kHashDigits> digits(const std::string& hash) {
  std::array<char, kHashDigits> text{};
  std::memcpy(text.data(), hash.data(), std::min(hash.size(), kHashDigits));
  return text;
}

}  // namespace continuo::corpus
