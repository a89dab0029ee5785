// Model files: a safetensors container whose tensors are exactly those that its network spec asks for.
#include "continuo/weights/model_file.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <set>

#include "continuo/base/error.h"
#include "weights/markov_check.h"
#include "weights/safetensors.h"
#include "weights/strict_json.h"
#include "weights/tensor_form.h"

namespace continuo::weights {
namespace {

static_assert(std::endian::native == std::endian::little, "model files are mapped as they stand");

constexpr const char* kVersionKey = "continuo.version";
constexpr const char* kNetworkKey = "continuo.network";

[[noreturn]] void fail(const std::string& path, std::string message, std::string hint = {},
                       ErrorCode code = ErrorCode::kDamaged) {
  throw Error({.message = std::move(message), .path = path, .hint = std::move(hint), .code = code});
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

std::size_t row_count(const std::vector<std::int64_t>& shape) {
  return shape.empty() ? 1 : static_cast<std::size_t>(shape.front());
}

Precision precision_of(const SafetensorsEntry& entry) {
  return entry.dtype == "I8" ? Precision::kInt8 : entry.dtype == "BF16" ? Precision::kBf16 : Precision::kFp32;
}

const SafetensorsEntry& find_tensor(const SafetensorsHeader& header, const std::string& name,
                                    const std::vector<std::int64_t>& shape, const std::string& path) {
  const auto found = header.tensors.find(name);
  if (found == header.tensors.end()) fail(path, "tensor " + in_quotes(name) + " is missing");
  if (found->second.shape != shape)
    fail(path, "tensor " + in_quotes(name) + " has the shape " + shape_text(found->second.shape) +
                   ", its network needs " + shape_text(shape));
  return found->second;
}

/// That the tensors are those of the network, and the scales those of the tensors. Gives the number of values that are
/// not fp32.
std::size_t check_tensors(const SafetensorsHeader& header, const std::vector<TensorSpec>& specs,
                          const std::string& path) {
  std::set<std::string> wanted;
  std::size_t narrow = 0;
  for (const TensorSpec& spec : specs) {
    wanted.insert(spec.name);
    const SafetensorsEntry& entry = find_tensor(header, spec.name, spec.shape, path);
    if (entry.dtype == "F32") continue;
    narrow += value_count(spec.shape);
    if (spec.shape.size() < 2)
      fail(path, "tensor " + in_quotes(spec.name) + " has the type " + entry.dtype + ", but vectors must be F32");
    if (entry.dtype != "I8") continue;
    const std::string scale = scale_name(spec.name);
    if (find_tensor(header, scale, {spec.shape.front()}, path).dtype != "F32")
      fail(path, "tensor " + in_quotes(scale) + " must be F32");
    wanted.insert(scale);
  }
  for (const auto& [name, entry] : header.tensors)
    if (!wanted.contains(name)) fail(path, "tensor " + in_quotes(name) + " does not belong to its network");
  return narrow;
}

void check_scales(const std::string& name, std::span<const float> scales, const std::string& path) {
  check_finite(name, scales, path);
  for (std::size_t i = 0; i < scales.size(); ++i)
    if (scales[i] < 0.0F)
      fail(path, "tensor " + in_quotes(name) + " has a scale below zero (number " + std::to_string(i) + ")");
}

void check_whole(const std::string& name, std::span<const std::uint8_t> values, const std::string& path) {
  const auto found = std::ranges::find(values, std::uint8_t{0x80});
  if (found != values.end())
    fail(path, "tensor " + in_quotes(name) + " has the value -128, int8 goes from -127 to 127 (number " +
                   std::to_string(found - values.begin()) + ")");
}

void check_version(const Metadata& metadata, const std::string& path) {
  const auto found = metadata.find(kVersionKey);
  if (found == metadata.end())
    fail(path, "is a safetensors file, but not one of Continuo's: continuo.version is missing",
         "Use a model that Continuo trained.", ErrorCode::kUnsupported);
  if (found->second != std::to_string(kModelFormatVersion))
    fail(path,
         "has the model format " + in_quotes(found->second) + ", this program reads " +
             std::to_string(kModelFormatVersion),
         "Use a version of Continuo that matches the model.", ErrorCode::kUnsupported);
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
    fail(path, error.info().message, error.info().hint, error.code());
  }
  const std::vector<TensorSpec> specs = tensor_specs(file.network_);
  file.widened_.resize(check_tensors(header, specs, path));

  // Other writers may leave the data unaligned: one move makes floats of it.
  const std::size_t padding = (alignof(float) - header.data_begin % alignof(float)) % alignof(float);
  bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(header.data_begin), padding, 0);
  file.bytes_ = std::move(bytes);
  const std::uint8_t* const data = file.bytes_.data() + header.data_begin + padding;
  const auto floats = [&](const SafetensorsEntry& entry) {
    return std::span(reinterpret_cast<const float*>(data + entry.begin), (entry.end - entry.begin) / sizeof(float));
  };
  std::span<float> room = file.widened_;
  for (const TensorSpec& spec : specs) {
    const SafetensorsEntry& entry = header.tensors.at(spec.name);
    const Precision precision = precision_of(entry);
    std::span<const float> values;
    if (precision == Precision::kFp32) {
      values = floats(entry);
    } else {
      std::span<const float> scales;
      if (precision == Precision::kInt8) {
        const std::string scale = scale_name(spec.name);
        scales = floats(header.tensors.at(scale));
        check_scales(scale, scales, path);
        check_whole(spec.name, {data + entry.begin, data + entry.end}, path);
      }
      const std::span<float> own = room.first(value_count(spec.shape));
      room = room.subspan(own.size());
      widen(precision, data + entry.begin, scales, own);
      values = own;
    }
    check_finite(spec.name, values, path);
    file.precision_ = std::max(file.precision_, precision);
    file.tensors_.emplace(spec.name, Tensor{spec.shape, values});
  }
  try {
    check_markov(file.network_, [&](const std::string& name) { return file.tensors_.at(name).values; });
  } catch (const Error& error) {
    fail(path, error.info().message, error.info().hint, error.code());
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
  if (found == tensors_.end()) throw Error(ErrorCode::kNotFound, "the model has no tensor " + in_quotes(name));
  return found->second;
}

std::int64_t ModelFile::parameter_count() const noexcept {
  std::int64_t count = 0;
  for (const auto& [name, tensor] : tensors_) count += static_cast<std::int64_t>(tensor.values.size());
  return count;
}

ModelFile ModelFile::converted(Precision precision) const {
  ModelFile result;
  result.network_ = network_;
  result.metadata_ = metadata_;
  result.precision_ = precision;
  result.widened_.resize(static_cast<std::size_t>(parameter_count()));
  std::span<float> room = result.widened_;
  for (const TensorSpec& spec : tensor_specs(network_)) {
    const Tensor& tensor = tensors_.at(spec.name);
    const std::span<float> own = room.first(tensor.values.size());
    room = room.subspan(own.size());
    round_to(stored_as(spec, precision), tensor.values, row_count(tensor.shape), own);
    result.tensors_.emplace(spec.name, Tensor{tensor.shape, own});
  }
  return result;
}

Precision stored_as(const TensorSpec& tensor, Precision precision) {
  switch (tensor.role) {
    case TensorRole::kMatrix:
      return precision;
    case TensorRole::kEmbedding:
    case TensorRole::kLookUp:
      return std::min(precision, Precision::kBf16);
    case TensorRole::kVector:
    case TensorRole::kTable:
      break;
  }
  return Precision::kFp32;
}

std::vector<std::uint8_t> serialise(const ModelContents& contents) {
  validate(contents.network);
  Metadata metadata = contents.metadata;
  for (const char* const key : {kVersionKey, kNetworkKey})
    if (metadata.contains(key))
      throw Error(ErrorCode::kInvalidArgument, std::string("the metadata ") + key + " is written by save() itself");
  metadata[kVersionKey] = std::to_string(kModelFormatVersion);
  metadata[kNetworkKey] = to_json(contents.network);

  const std::vector<TensorSpec> specs = tensor_specs(contents.network);
  for (const auto& [name, values] : contents.tensors)
    if (std::ranges::find(specs, name, &TensorSpec::name) == specs.end())
      throw Error(ErrorCode::kMismatch, "tensor " + in_quotes(name) + " does not belong to the network");

  std::map<std::string, SafetensorsShape> stored;
  std::map<std::string, std::vector<std::uint8_t>> data;
  const auto add = [&](const std::string& name, Precision precision, std::vector<std::int64_t> shape,
                       const auto& values) {
    stored.emplace(name, SafetensorsShape{std::string(dtype_of(precision)), std::move(shape)});
    const auto* const begin = reinterpret_cast<const std::uint8_t*>(values.data());
    data.emplace(name, std::vector<std::uint8_t>(begin, begin + values.size() * sizeof(values[0])));
  };
  for (const TensorSpec& spec : specs) {
    const auto found = contents.tensors.find(spec.name);
    if (found == contents.tensors.end())
      throw Error(ErrorCode::kMismatch, "tensor " + in_quotes(spec.name) + " is missing");
    const std::vector<float>& values = found->second;
    if (values.size() != value_count(spec.shape))
      throw Error(ErrorCode::kMismatch, "tensor " + in_quotes(spec.name) + " has " + std::to_string(values.size()) +
                                            " values, the network needs " + shape_text(spec.shape));
    check_finite(spec.name, values, {});
    const Precision precision = stored_as(spec, contents.precision);
    if (precision == Precision::kInt8) {
      const QuantisedRows quantised = quantise_rows(values, row_count(spec.shape));
      add(spec.name, precision, spec.shape, quantised.values);
      add(scale_name(spec.name), Precision::kFp32, {spec.shape.front()}, quantised.scales);
    } else if (precision == Precision::kBf16) {
      std::vector<std::uint16_t> bits(values.size());
      std::ranges::transform(values, bits.begin(), to_bf16);
      add(spec.name, precision, spec.shape, bits);
    } else {
      add(spec.name, precision, spec.shape, values);
    }
  }

  check_markov(contents.network,
               [&](const std::string& name) { return std::span<const float>(contents.tensors.at(name)); });

  SafetensorsLayout layout = safetensors_layout(metadata, stored);
  std::vector<std::uint8_t> bytes = std::move(layout.header);
  for (const std::string& name : layout.order) bytes.insert(bytes.end(), data.at(name).begin(), data.at(name).end());
  return bytes;
}

void save(const std::filesystem::path& path, const ModelContents& contents) {
  write_file_atomically(path, serialise(contents));
}

}  // namespace continuo::weights
