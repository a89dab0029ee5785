// Passage index: every passage of a collection, to be found again in any key and tempo.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "continuo/base/progress.h"
#include "continuo/music/note_stream.h"
#include "continuo/representation/representation.h"

namespace continuo::evaluation {

/// A note of the collection.
struct NotePosition {
  std::string_view piece;  ///< name, owned by the index
  int bar = 0;             ///< counted from 0
  std::size_t note = 0;    ///< in the piece's note stream, counted from 0
};

/// The steps of all pieces with their suffix array. Immutable and thread-safe once made.
class PassageIndex {
 public:
  PassageIndex() = default;
  /// Opens a file that write() made (docs/originality.md) and checks all of it. Throws Error when it is none or
  /// damaged.
  explicit PassageIndex(const std::filesystem::path& path);
  void write(const std::filesystem::path& path) const;  ///< atomic; throws Error

  /// Pieces are added in order; then finish() makes the index ready. Throws Error beyond 2^32 - 2 notes.
  void add(const std::string& name, const Score& score);
  void finish();

  std::size_t pieces() const noexcept { return pieces_.size(); }
  std::size_t notes() const noexcept { return steps_.size(); }
  /// kNoStep before the first note of each piece.
  std::span<const Step> steps() const noexcept { return steps_; }

  struct Match {
    std::size_t steps = 0;  ///< 0: not even one
    std::size_t at = 0;     ///< index into steps() where they begin
  };
  /// The most steps from the beginning of `steps` (without kNoStep) that stand somewhere in the collection.
  Match longest(std::span<const Step> steps) const noexcept;
  /// Of the note before step `at`: the first of a passage that matches from there on. `at` above 0 and no kNoStep.
  NotePosition place(std::size_t at) const;

 private:
  struct Piece {
    std::string name;
    std::uint64_t first = 0;  ///< of its notes
  };
  std::vector<Piece> pieces_;
  std::vector<Step> steps_;
  std::vector<std::uint32_t> bars_;  ///< of each note
  std::vector<std::uint32_t> suffixes_;
};

/// A MIDI file of the collection.
struct PassageSource {
  std::filesystem::path path;
  std::string name;
  std::string hash;  ///< content_hash of the file
};

/// The index of a collection, from a file below `cache_folder` that is named by the content of the pieces, or made and
/// written there. A file there that is damaged is an Error that names it. With a representation the pieces are in it a
/// second time, as that representation gives them back: what a model that reads through it can copy. Throws Error (a
/// file is not what its hash says); Interrupted.
PassageIndex open_passages(std::span<const PassageSource> pieces, const representation::Representation* representation,
                           const std::filesystem::path& cache_folder, const ProgressSink& progress = {},
                           std::stop_token stop = {});

}  // namespace continuo::evaluation
