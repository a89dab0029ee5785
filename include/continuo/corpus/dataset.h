// Dataset: a collection's encoded pieces in a cache file on disk, memory-mapped, so that a collection larger than
// memory trains.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "continuo/base/file.h"
#include "continuo/base/progress.h"
#include "continuo/corpus/collection.h"
#include "continuo/representation/representation.h"
#include "continuo/representation/symbol_view.h"

namespace continuo::corpus {

enum class Part : std::uint8_t { kTrain = 0, kValidation = 1, kTest = 2 };

/// One encoded piece in the cache.
struct EncodedPiece {
  std::string name;
  representation::SymbolView symbols;  ///< in the mapped file: from Start to End, or one a sample of sound
  std::span<const float> frames;       ///< in the mapped file, row-major [steps, width]; empty where there are symbols
  int label = 0;                       ///< index into the representation's labels, 0 ('unknown') without
  Part part = Part::kTrain;
  double seconds = 0;
  std::size_t notes = 0;
};

class Dataset {
 public:
  /// Opens a cache file (docs/dataset-file.md) and checks every byte of it, on every core. Throws Error when it is not
  /// one, damaged, or of another version.
  explicit Dataset(const std::filesystem::path& path);

  const representation::RepresentationSpec& spec() const noexcept { return spec_; }
  const std::vector<EncodedPiece>& pieces() const noexcept { return pieces_; }
  std::vector<std::size_t> indices(Part part) const;
  std::uint64_t symbol_count(Part part) const;                   ///< or frames
  bool sound() const noexcept { return sound_; }                 ///< whether spec() is of a SoundRepresentation
  int width() const noexcept { return width_; }                  ///< symbols in the vocabulary, or values of a frame
  std::size_t steps(const EncodedPiece& piece) const noexcept {  ///< symbols or frames
    return piece.frames.empty() ? piece.symbols.size() : piece.frames.size() / static_cast<std::size_t>(width_);
  }
  const std::filesystem::path& path() const noexcept { return path_; }
  /// What the representation could not keep of scores, by kind: "1,234 notes of drums left out, in 56 pieces".
  const std::vector<std::string>& losses() const noexcept { return losses_; }

 private:
  std::filesystem::path path_;
  MappedFile file_;
  representation::RepresentationSpec spec_;
  std::vector<std::string> losses_;
  std::vector<EncodedPiece> pieces_;
  bool sound_ = false;
  int width_ = 0;
};

/// Encodes the collection (fitting the representation on the training part where it needs that) into a cache file below
/// `cache_folder` named by the content of the files, the split and the settings; when that file is there already it is
/// opened at once. A file there that is damaged is an Error that names it: nothing is overwritten. When pieces of the
/// training part have labels, these become the labels of the spec, in order of their names after "unknown", which also
/// stands for those met elsewhere only; a spec that has labels keeps them, and "unknown" stands for all others. A
/// vocabulary that the spec has is kept, too. Encoding streams in batches on every core: of each piece only its entry
/// in the index stays in memory. An interruption leaves no file. For a representation that reads sound, sound files are
/// read and scores rendered (with the SoundFont of the scan) on every core, as PreparedSound says, in constant memory
/// for pieces of any length; what turns out to be silent has no entry, nor has a score of which the representation
/// keeps no note. Throws Error, also when no piece is left and when a file is no longer what scan() read; Interrupted.
Dataset open_dataset(const Collection& collection, const Split& split, const representation::RepresentationSpec& spec,
                     const std::filesystem::path& cache_folder, const ProgressSink& progress = {},
                     std::stop_token stop = {});

/// Names of the pieces that have no entry: of them the representation keeps nothing.
std::vector<std::string> names_without_entry(const Collection& collection, const Dataset& dataset);

/// The file that open_dataset() opens, or makes where it is not there. Throws Error.
std::filesystem::path dataset_path(const Collection& collection, const Split& split,
                                   const representation::RepresentationSpec& spec,
                                   const std::filesystem::path& cache_folder);

}  // namespace continuo::corpus
