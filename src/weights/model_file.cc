// Model files: a safetensors container whose tensors are exactly those that its network spec asks for.
#include "continuo/weights/model_file.h"

#include <bit>
#include <cmath>
#include <cstring>

#include "continuo/base/error.h"
#include "weights/safetensors.h"
#include "weights/strict_json.h"

namespace continuo::weights {
namespace {

static_assert(std::endian::native == std::endian::little, "model files are mapped as they stand");

constexpr const char* kVersionKey = "continuo.version";
constexpr const char* kNetworkKey = "continuo.network";

[[noreturn]] void fail(const std::string& path, std::string message, std::string hint = {}) {
  throw Error({.message = std::move(message), .path = path, .hint = std::move(hint)});
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  return text + "]";
}

std::size_t value_count(const std::vector<std::int64_t>& shape) {
  std::size_t count = 1;
  for (const std::int64_t size : shape) count *= static_cast<std::size_t>(size);
  return count;
}

void check_finite(const std::string& name, std::span<const float> values, const std::string& path) {
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!std::isfinite(values[i]))
      fail(path, "tensor " + in_quotes(name) + " has a value that is not finite (number " + std::to_string(i) + ")",
           "Training has diverged or the file is damaged; use an earlier checkpoint.");
}

void check_version(const std::map<std::string, std::string>& metadata, const std::string& path) {
  const auto found = metadata.find(kVersionKey);
  if (found == metadata.end())
    fail(path, "is a safetensors file, but not one of Continuo's: continuo.version is missing",
         "Train a model with `continuo train`, or use one that was.");
  if (found->second != std::to_string(kModelFormatVersion))
    fail(path,
         "has the model format " + in_quotes(found->second) + ", this program reads " +
             std::to_string(kModelFormatVersion),
         "Use a version of Continuo that matches the model.");
}

}  // namespace

ModelFile ModelFile::load(const std::filesystem::path& path) { return parse(read_file(path), path.string()); }

ModelFile ModelFile::parse(std::vector<std::uint8_t> bytes, const std::string& path) {
  SafetensorsHeader header = parse_safetensors_header(bytes, path);
  check_version(header.metadata, path);
  const auto network = header.metadata.find(kNetworkKey);
  if (network == header.metadata.end()) fail(path, "lacks the metadata continuo.network");

  ModelFile file;
  try {
    file.network_ = network_spec_from_json(network->second);
  } catch (const Error& error) {
    fail(path, error.info().message, error.info().hint);
  }
  const std::vector<TensorSpec> specs = tensor_specs(file.network_);
  for (const TensorSpec& spec : specs) {
    const auto found = header.tensors.find(spec.name);
    if (found == header.tensors.end()) fail(path, "tensor " + in_quotes(spec.name) + " is missing");
    if (found->second.shape != spec.shape)
      fail(path, "tensor " + in_quotes(spec.name) + " has the shape " + shape_text(found->second.shape) +
                     ", its network needs " + shape_text(spec.shape));
  }
  if (header.tensors.size() != specs.size()) {
    std::map<std::string, bool> wanted;
    for (const TensorSpec& spec : specs) wanted[spec.name] = true;
    for (const auto& [name, entry] : header.tensors)
      if (!wanted.contains(name)) fail(path, "tensor " + in_quotes(name) + " does not belong to its network");
  }

  // Other writers may leave the data unaligned: one move makes floats of it.
  const std::size_t padding = (alignof(float) - header.data_begin % alignof(float)) % alignof(float);
  bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(header.data_begin), padding, 0);
  file.bytes_ = std::move(bytes);
  const std::uint8_t* const data = file.bytes_.data() + header.data_begin + padding;
  for (const TensorSpec& spec : specs) {
    const SafetensorsEntry& entry = header.tensors.at(spec.name);
    const std::span<const float> values(reinterpret_cast<const float*>(data + entry.begin), value_count(spec.shape));
    check_finite(spec.name, values, path);
    file.tensors_.emplace(spec.name, Tensor{spec.shape, values});
  }
  file.metadata_ = std::move(header.metadata);
  return file;
}

const std::string& ModelFile::metadata(const std::string& key) const {
  static const std::string kEmpty;
  const auto found = metadata_.find(key);
  return found == metadata_.end() ? kEmpty : found->second;
}

const Tensor& ModelFile::tensor(const std::string& name) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) throw Error("the model has no tensor " + in_quotes(name));
  return found->second;
}

std::int64_t ModelFile::parameter_count() const noexcept {
  std::int64_t count = 0;
  for (const auto& [name, tensor] : tensors_) count += static_cast<std::int64_t>(tensor.values.size());
  return count;
}

std::vector<std::uint8_t> serialise(const ModelContents& contents) {
  validate(contents.network);
  std::map<std::string, std::string> metadata = contents.metadata;
  for (const char* const key : {kVersionKey, kNetworkKey})
    if (metadata.contains(key)) throw Error(std::string("the metadata ") + key + " is written by save() itself");
  metadata[kVersionKey] = std::to_string(kModelFormatVersion);
  metadata[kNetworkKey] = to_json(contents.network);

  std::map<std::string, std::vector<std::int64_t>> shapes;
  for (TensorSpec& spec : tensor_specs(contents.network)) shapes.emplace(std::move(spec.name), std::move(spec.shape));
  for (const auto& [name, values] : contents.tensors)
    if (!shapes.contains(name)) throw Error("tensor " + in_quotes(name) + " does not belong to the network");
  std::size_t value_total = 0;
  for (const auto& [name, shape] : shapes) {
    const auto found = contents.tensors.find(name);
    if (found == contents.tensors.end()) throw Error("tensor " + in_quotes(name) + " is missing");
    if (found->second.size() != value_count(shape))
      throw Error("tensor " + in_quotes(name) + " has " + std::to_string(found->second.size()) +
                  " values, the network needs " + shape_text(shape));
    check_finite(name, found->second, {});
    value_total += found->second.size();
  }

  std::vector<std::uint8_t> bytes = safetensors_header(metadata, shapes);
  std::size_t offset = bytes.size();
  bytes.resize(offset + value_total * sizeof(float));
  for (const auto& [name, values] : contents.tensors) {
    std::memcpy(bytes.data() + offset, values.data(), values.size() * sizeof(float));
    offset += values.size() * sizeof(float);
  }
  return bytes;
}

void save(const std::filesystem::path& path, const ModelContents& contents) {
  write_file_atomically(path, serialise(contents));
}

}  // namespace continuo::weights
