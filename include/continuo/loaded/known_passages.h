// Known passages: those of one length that stand in a collection, for composing without them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "continuo/music/note_stream.h"

namespace continuo::loaded {

/// The hash under which a passage of steps.size() + 1 notes is known. Never 0.
std::uint64_t passage_hash(std::span<const Step> steps) noexcept;

/// A look-up costs a hash of the passage. One that stands in the collection is always found; one that does not is taken
/// for one that does with the chance that each form states. Immutable and thread-safe.
class KnownPassages {
 public:
  virtual ~KnownPassages() = default;
  /// Of each passage; at least 2.
  std::size_t notes() const noexcept { return notes_; }
  /// `steps.size()` must be notes() - 1.
  virtual bool contains(std::span<const Step> steps) const noexcept = 0;

 protected:
  explicit KnownPassages(std::size_t notes) : notes_(notes) {}

 private:
  std::size_t notes_;
};

/// Small enough to travel with a model: 14 bits a passage, wrong with a chance of 1 in 4096. A file
/// (docs/originality.md) and memory hold the same bits.
class PassageFilter final : public KnownPassages {
 public:
  /// Of the passages with these hashes, which rise, each once. Throws Error for more than 2^28 of them.
  PassageFilter(std::size_t notes, std::span<const std::uint64_t> hashes);
  /// Reads a file that write() made and checks all of it. Throws Error when it is none, damaged, or of another
  /// version (the header of version 1 had no hash).
  static PassageFilter open(const std::filesystem::path& path);
  /// The same from the bytes of a file; `path` is named in errors.
  static PassageFilter parse(std::span<const std::uint8_t> bytes, const std::filesystem::path& path = {});
  void write(const std::filesystem::path& path) const;  ///< atomic; throws Error

  bool contains(std::span<const Step> steps) const noexcept override;
  std::uint64_t passages() const noexcept { return passages_; }  ///< those that share their bits count once
  std::uint64_t bytes() const noexcept { return bits_.size() + 4 * offsets_.size(); }

 private:
  struct Empty {};
  PassageFilter(Empty, std::size_t notes, std::uint64_t passages) : KnownPassages(notes), passages_(passages) {}

  std::uint64_t passages_ = 0;
  std::vector<std::uint32_t> offsets_;  ///< of each bucket in bits_, in bits; and the end
  std::vector<std::uint8_t> bits_;      ///< with 16 bytes of padding
};

/// Where the filter of a model lies: MODEL.passage-filter beside MODEL.safetensors. There need not be one.
inline std::filesystem::path passage_filter_of(const std::filesystem::path& model) {
  return std::filesystem::path(model).replace_extension(".passage-filter");
}

}  // namespace continuo::loaded
