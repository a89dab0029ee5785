// The model file: safetensors with the recipe in its metadata. Its bytes are described in docs/model-file.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "continuo/base/file.h"
#include "continuo/weights/network_spec.h"
#include "continuo/weights/precision.h"

namespace continuo::weights {

inline constexpr int kModelFormatVersion = 1;

/// Keys of a model file's metadata; docs/model-file.md says what stands there.
inline constexpr const char* kRepresentationKey = "continuo.representation";
inline constexpr const char* kTrainingKey = "continuo.training";
inline constexpr const char* kRecipeKey = "continuo.recipe";
inline constexpr const char* kRangesKey = "continuo.ranges";
inline constexpr const char* kSamplingKey = "continuo.sampling";

/// Texts by their keys.
using Metadata = std::map<std::string, std::string>;

/// fp32 values, row-major, whatever their form in the file.
struct Tensor {
  std::vector<std::int64_t> shape;
  std::span<const float> values;
};

/// A model file that was read and checked: every offset, length and shape lies within the file and fits the spec.
class ModelFile {
 public:
  /// Throws Error: no safetensors file, unknown version, a tensor missing, extra, of another shape or of a form that it
  /// may not have (named), values not finite.
  static ModelFile load(const std::filesystem::path& path);
  static ModelFile parse(std::vector<std::uint8_t> bytes, const std::string& path = "");

  // Movable, not copyable: the tensors are views of the bytes that it owns.
  ModelFile(ModelFile&&) noexcept = default;
  ModelFile& operator=(ModelFile&&) noexcept = default;
  ModelFile(const ModelFile&) = delete;
  ModelFile& operator=(const ModelFile&) = delete;

  const NetworkSpec& network() const noexcept { return network_; }
  /// The text with this key, those above or another that was saved; empty when absent.
  const std::string& metadata(const std::string& key) const;
  const Metadata& all_metadata() const noexcept { return metadata_; }
  /// Throws Error when there is none of that name.
  const Tensor& tensor(const std::string& name) const;
  const std::map<std::string, Tensor>& tensors() const noexcept { return tensors_; }
  std::int64_t parameter_count() const noexcept;
  /// kInt8 when a tensor is stored so, else kBf16 when one is, else kFp32.
  Precision precision() const noexcept { return precision_; }
  /// The same model with the values that it would have if it were saved in `precision` and loaded again. Converting
  /// what is already of that precision changes no value; kFp32 changes none ever.
  ModelFile converted(Precision precision) const;

 private:
  ModelFile() = default;

  std::vector<std::uint8_t> bytes_;
  std::vector<float> widened_;  ///< values that are no floats in the file
  Precision precision_ = Precision::kFp32;
  NetworkSpec network_;
  Metadata metadata_;
  std::map<std::string, Tensor> tensors_;
};

/// What is saved. Tensors must be exactly those of tensor_specs(network).
struct ModelContents {
  NetworkSpec network;
  Metadata metadata;  ///< further keys beside "continuo.network" and "continuo.version"
  std::map<std::string, std::vector<float>> tensors;
  Precision precision = Precision::kFp32;  ///< the form in which they are stored, stored_as() each
};

/// The form of one tensor in a file of this precision. Vectors (biases) stay fp32; embeddings and conditions, whose
/// rows are looked up and not multiplied, are bfloat16 at the least.
Precision stored_as(const TensorSpec& tensor, Precision precision);

/// Deterministic bytes: keys sorted, 64-byte aligned data. Atomic. Throws Error.
void save(const std::filesystem::path& path, const ModelContents& contents);
std::vector<std::uint8_t> serialise(const ModelContents& contents);

}  // namespace continuo::weights
