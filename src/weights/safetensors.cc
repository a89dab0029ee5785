// Reads safetensors headers as if the devil had written them, and writes them the same way every time.
#include "weights/safetensors.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <optional>
#include <string_view>

#include "continuo/base/error.h"
#include "weights/strict_json.h"

namespace continuo::weights {
namespace {

using nlohmann::json;

constexpr std::uint64_t kLengthBytes = 8;
constexpr std::uint64_t kMaxHeader = std::uint64_t{16} << 20;
constexpr std::uint64_t kAlignment = 64;
constexpr std::size_t kMaxDimensions = 8;
constexpr int kMaxHeaderDepth = 3;  // header object, tensor object, shape array
constexpr const char* kMetadataKey = "__metadata__";

[[noreturn]] void fail_damaged(const std::string& path, std::string message, std::optional<std::uint64_t> offset = {}) {
  throw Error({.message = std::move(message),
               .path = path,
               .offset = offset,
               .hint = "The file is damaged or is not a model file; make or copy it anew.",
               .code = ErrorCode::kDamaged});
}

std::uint64_t little_endian_64(const std::uint8_t* bytes) {
  std::uint64_t value = 0;
  for (int i = 7; i >= 0; --i) value = value << 8 | bytes[i];
  return value;
}

std::optional<std::uint64_t> as_unsigned(const json& value) {
  if (!value.is_number_unsigned()) return std::nullopt;
  return value.get<std::uint64_t>();
}

/// Bytes of a tensor of this shape, nothing when that overflows.
std::optional<std::uint64_t> byte_count(std::string_view dtype, const std::vector<std::int64_t>& shape) {
  std::uint64_t count = dtype_bytes(dtype);
  for (const std::int64_t size : shape) {
    const auto factor = static_cast<std::uint64_t>(size);
    if (factor != 0 && count > std::numeric_limits<std::uint64_t>::max() / factor) return std::nullopt;
    count *= factor;
  }
  return count;
}

SafetensorsEntry parse_entry(const std::string& name, const json& value, const std::string& path) {
  const std::string tensor = "tensor " + in_quotes(name);
  if (!value.is_object()) fail_damaged(path, tensor + " is not described by an object");
  for (const auto& [key, unused] : value.items()) {
    if (key != "dtype" && key != "shape" && key != "data_offsets")
      fail_damaged(path, tensor + " has an unknown property " + in_quotes(key));
  }
  if (value.size() != 3) fail_damaged(path, tensor + " lacks one of dtype, shape and data_offsets");
  SafetensorsEntry entry;
  if (!value["dtype"].is_string()) fail_damaged(path, tensor + " has a dtype that is not a string");
  entry.dtype = value["dtype"].get<std::string>();
  if (dtype_bytes(entry.dtype) == 0)
    fail_damaged(
        path, tensor + " has the type " + in_quotes(entry.dtype) + ", only F32, BF16 and I8 are known to this version");
  const json& shape = value["shape"];
  if (!shape.is_array() || shape.size() > kMaxDimensions)
    fail_damaged(path,
                 tensor + " has a shape that is not a list of at most " + std::to_string(kMaxDimensions) + " sizes");
  for (const json& size : shape) {
    const auto number = as_unsigned(size);
    if (!number || *number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
      fail_damaged(path, tensor + " has a size in its shape that is not a whole number from 0 on");
    entry.shape.push_back(static_cast<std::int64_t>(*number));
  }
  const json& offsets = value["data_offsets"];
  if (!offsets.is_array() || offsets.size() != 2 || !as_unsigned(offsets[0]) || !as_unsigned(offsets[1]))
    fail_damaged(path, tensor + " has data_offsets that are not two whole numbers");
  entry.begin = *as_unsigned(offsets[0]);
  entry.end = *as_unsigned(offsets[1]);
  return entry;
}

/// The ranges are checked against each other once all are known.
void check_ranges(const std::map<std::string, SafetensorsEntry>& tensors, std::uint64_t data_bytes,
                  const std::string& path) {
  std::vector<const std::pair<const std::string, SafetensorsEntry>*> in_order;
  for (const auto& item : tensors) {
    const auto& [name, entry] = item;
    const std::string tensor = "tensor " + in_quotes(name);
    if (entry.begin > entry.end || entry.end > data_bytes)
      fail_damaged(path, tensor + " claims the bytes " + std::to_string(entry.begin) + " to " +
                             std::to_string(entry.end) + " of " + std::to_string(data_bytes));
    if (const std::uint64_t size = dtype_bytes(entry.dtype); entry.begin % size != 0)
      fail_damaged(path, tensor + " begins at byte " + std::to_string(entry.begin) + ", which is not a multiple of " +
                             std::to_string(size));
    const auto needed = byte_count(entry.dtype, entry.shape);
    if (!needed || *needed != entry.end - entry.begin)
      fail_damaged(path, tensor + " has " + std::to_string(entry.end - entry.begin) + " bytes, its shape asks for " +
                             (needed ? std::to_string(*needed) : "more than can be counted"));
    in_order.push_back(&item);
  }
  std::ranges::sort(in_order, [](const auto* a, const auto* b) {
    return std::pair(a->second.begin, a->second.end) < std::pair(b->second.begin, b->second.end);
  });
  std::uint64_t covered = 0;
  for (const auto* item : in_order) {
    const auto& [name, entry] = *item;
    if (entry.begin < covered) fail_damaged(path, "tensor " + in_quotes(name) + " overlaps another tensor");
    if (entry.begin > covered)
      fail_damaged(path, "tensor " + in_quotes(name) + " leaves a gap of " + std::to_string(entry.begin - covered) +
                             " bytes before it");
    covered = entry.end;
  }
  if (covered != data_bytes)
    fail_damaged(path, std::to_string(data_bytes - covered) + " bytes at the end belong to no tensor");
}

}  // namespace

std::uint64_t dtype_bytes(std::string_view dtype) noexcept {
  return dtype == "F32" ? 4 : dtype == "BF16" ? 2 : dtype == "I8" ? 1 : 0;
}

SafetensorsHeader parse_safetensors_header(std::span<const std::uint8_t> file, const std::string& path) {
  if (file.size() < kLengthBytes)
    fail_damaged(path, "is no model file: only " + std::to_string(file.size()) + " bytes long", 0);
  const std::uint64_t length = little_endian_64(file.data());
  if (length > kMaxHeader)
    fail_damaged(path, "is no model file: the header claims " + std::to_string(length) + " bytes", 0);
  if (length > file.size() - kLengthBytes)
    fail_damaged(path,
                 "is cut off: the header claims " + std::to_string(length) + " bytes, the file has " +
                     std::to_string(file.size() - kLengthBytes),
                 0);
  const std::string_view text(reinterpret_cast<const char*>(file.data()) + kLengthBytes, length);
  if (text.empty() || text.front() != '{')
    fail_damaged(path, "is no model file: the header is not a JSON object", kLengthBytes);
  json header;
  try {
    header = parse_strict_json(text, kMaxHeaderDepth);
  } catch (const Error& error) {
    fail_damaged(path, "in the header: " + error.info().message, kLengthBytes);
  }

  SafetensorsHeader result;
  result.data_begin = kLengthBytes + length;
  for (const auto& [name, value] : header.items()) {
    if (name != kMetadataKey) {
      result.tensors.emplace(name, parse_entry(name, value, path));
      continue;
    }
    if (!value.is_object()) fail_damaged(path, "__metadata__ is not an object");
    for (const auto& [key, text_value] : value.items()) {
      if (!text_value.is_string()) fail_damaged(path, "the metadata " + in_quotes(key) + " is not a string");
      result.metadata.emplace(key, text_value.get<std::string>());
    }
  }
  check_ranges(result.tensors, file.size() - result.data_begin, path);
  return result;
}

SafetensorsLayout safetensors_layout(const std::map<std::string, std::string>& metadata,
                                     const std::map<std::string, SafetensorsShape>& tensors) {
  SafetensorsLayout layout;
  for (const auto& [name, unused] : tensors) layout.order.push_back(name);
  std::ranges::stable_sort(layout.order, std::ranges::greater{},
                           [&](const std::string& name) { return dtype_bytes(tensors.at(name).dtype); });
  json header = json::object();
  header[kMetadataKey] = metadata;
  std::uint64_t offset = 0;
  for (const std::string& name : layout.order) {
    const auto& [dtype, shape] = tensors.at(name);
    const std::uint64_t bytes = byte_count(dtype, shape).value();
    header[name] = {{"dtype", dtype}, {"shape", shape}, {"data_offsets", {offset, offset + bytes}}};
    offset += bytes;
  }
  std::string text;
  try {
    text = header.dump();
  } catch (const json::exception&) {
    throw Error(ErrorCode::kInvalidArgument, "the metadata of a model file must be UTF-8");
  }
  const std::uint64_t used = kLengthBytes + text.size();
  text.append((kAlignment - used % kAlignment) % kAlignment, ' ');
  if (text.size() > kMaxHeader) throw Error(ErrorCode::kInvalidArgument, "the metadata of a model file is too long");
  for (int shift = 0; shift < 64; shift += 8)
    layout.header.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(text.size()) >> shift));
  layout.header.insert(layout.header.end(), text.begin(), text.end());
  return layout;
}

}  // namespace continuo::weights
