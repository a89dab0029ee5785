// Writes a dataset file (docs/dataset-file.md) front to back, the header last.
#pragma once

#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include "continuo/base/file.h"
#include "continuo/base/hash.h"
#include "continuo/corpus/dataset.h"
#include "corpus/dataset_format.h"

namespace continuo::corpus {

/// A piece of the collection and where it goes.
struct Task {
  const Piece* piece;
  Part part;
  int label = 0;
};

/// The score of a MIDI file. Throws Error when the file is no longer what the scan read.
Score score_of(const Piece& piece);

/// The file appears under its name with finish(); without it nothing is left. Every member throws Error.
class DatasetFileWriter {
 public:
  DatasetFileWriter(const std::filesystem::path& path, StepKind kind, std::uint32_t width);

  void append(std::span<const std::uint8_t> steps);  ///< of the current piece: whole steps
  void end_piece(const Task& task, double seconds);
  /// `losses`: Dataset::losses().
  void finish(const representation::RepresentationSpec& spec, const std::vector<std::string>& losses = {});

 private:
  void put(std::span<const std::uint8_t> bytes);
  void check() const;

  std::filesystem::path path_;
  AtomicFile file_;
  std::ofstream out_;
  DatasetHeader header_{};
  std::vector<std::uint8_t> entries_;
  std::uint64_t piece_bytes_ = 0;
  ContentHasher hash_;
};

}  // namespace continuo::corpus
