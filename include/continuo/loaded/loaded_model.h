// Loaded model: all that the file of a model of scores stands for, ready to be used by any number of threads.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "continuo/engine/engine.h"
#include "continuo/loaded/known_passages.h"
#include "continuo/music/instrument_range.h"
#include "continuo/representation/frames.h"
#include "continuo/representation/representation.h"
#include "continuo/weights/model_file.h"

namespace continuo::loaded {

/// The engine, the representation that the model file names, and what must not be copied. Everything in it is
/// immutable; copies share it.
struct LoadedModel {
  std::shared_ptr<const engine::Model> model;
  std::shared_ptr<const representation::Representation> representation;
  std::shared_ptr<const representation::FrameCode> frames;  ///< of networks over frames of keys; null: over symbols
  /// What its pieces do not repeat: the filter MODEL.passage-filter beside MODEL.safetensors, or null.
  std::shared_ptr<const KnownPassages> known;
  InstrumentRanges ranges = general_midi_ranges();  ///< widened as the model file says (weights::kRangesKey)

  /// Throws Error (no such file, no model, no representation in it, one of sound or one that does not fit the
  /// network, a damaged filter).
  static LoadedModel load(const std::filesystem::path& path, const engine::Options& options = {});
  /// The same from the bytes of the model file, and of its filter where there is one.
  static LoadedModel parse(std::vector<std::uint8_t> model, std::span<const std::uint8_t> filter = {},
                           const engine::Options& options = {});
  /// The same from a file that was read. The filter is looked for beside `path`, which is named in errors; none where
  /// `path` is empty.
  static LoadedModel from(const weights::ModelFile& file, const std::filesystem::path& path = {},
                          const engine::Options& options = {});

  /// The same around an engine's model and what its file says. Throws Error where they do not fit.
  static LoadedModel of(std::shared_ptr<const engine::Model> model, const weights::Metadata& metadata,
                        std::shared_ptr<const KnownPassages> known = nullptr);

  /// With `frames`: how the network predicts them.
  representation::FrameHead frame_head() const;
};

/// The representation that a model file names. Throws Error, with `path`, when it names none.
representation::RepresentationSpec representation_of(const weights::Metadata& metadata,
                                                     const std::filesystem::path& path = {});
inline representation::RepresentationSpec representation_of(const weights::ModelFile& file,
                                                            const std::filesystem::path& path = {}) {
  return representation_of(file.all_metadata(), path);
}

}  // namespace continuo::loaded
