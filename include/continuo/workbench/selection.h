// What an evaluation measures: models, each with the pieces as its symbols, and which of them it was trained on.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "continuo/base/named.h"
#include "continuo/base/progress.h"
#include "continuo/corpus/dataset.h"
#include "continuo/engine/engine.h"
#include "continuo/evaluation/onset_grid.h"
#include "continuo/representation/frames.h"

namespace continuo::workbench {

/// Which pieces of a dataset are measured.
enum class EvaluatedPart : std::uint8_t {
  kHeldOut,  ///< the test part, or the validation part where there is none; nothing that a model was trained on
  kTest,
  kValidation,
  kTrain,
  kAll,
};

}  // namespace continuo::workbench

namespace continuo {

template <>
inline constexpr auto kNamesOf<workbench::EvaluatedPart> =
    std::to_array<std::string_view>({"held-out", "test", "validation", "train", "all"});

}  // namespace continuo

namespace continuo::workbench {

struct EvaluateOptions {
  std::vector<std::filesystem::path> models;
  std::filesystem::path data, cache;
  EvaluatedPart part = EvaluatedPart::kHeldOut;
  std::size_t pieces = 0;  ///< a seeded choice of so many; 0: all
  std::uint64_t seed = 1;
  int threads = 0;
  engine::Options engine;
};

/// A model and the pieces as it reads them.
struct ModelUnderTest {
  std::filesystem::path path;
  std::shared_ptr<const engine::Model> model;
  std::shared_ptr<const corpus::Dataset> dataset;
  std::shared_ptr<const corpus::Dataset> training;  ///< with the pieces that it was trained on; null: not available
  std::vector<std::shared_ptr<const corpus::Dataset>> before;  ///< of the models from which it was fine-tuned
  bool knows_before = true;                                    ///< whether all of these are available
  bool knows_split = false;                                    ///< the parts of `dataset` are those of its training
  std::shared_ptr<const representation::FrameCode> frames;     ///< of networks over frames of keys; null: over symbols
  int sample_rate = 0;                                         ///< of sound; 0: it reads scores
};

struct Selection {
  std::vector<ModelUnderTest> subjects;
  std::filesystem::path folder;    ///< of the scores; empty: a dataset file was given
  std::vector<std::string> names;  ///< of the pieces, in order
  std::string part;                ///< in words
  std::size_t left_out = 0;        ///< pieces that would be held out, but for a model that was trained on them
  std::vector<std::string> warnings;

  /// The piece as the subject reads it.
  const corpus::EncodedPiece& piece(std::size_t subject, std::size_t name) const;
  std::vector<std::vector<std::size_t>> indices;  ///< [subject][name], into its dataset
  std::vector<bool> trained_on;                   ///< whether any subject was trained on it, as far as that is known
};

/// Throws Error when nothing is left to measure; Interrupted.
Selection select(const EvaluateOptions& options, const ProgressSink& progress, std::stop_token stop);

/// The tempo of a piece of the folder.
evaluation::Quarters quarters_of(const std::filesystem::path& path);

}  // namespace continuo::workbench
