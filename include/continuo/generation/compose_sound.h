// Composing sound: a model over amplitudes or spectra, a start and a length in, samples out, block by block.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "continuo/base/progress.h"
#include "continuo/engine/engine.h"
#include "continuo/generation/sampler.h"
#include "continuo/generation/start.h"
#include "continuo/representation/sound.h"

namespace continuo::generation {

/// Whether a model composes sound (its representation reads sound) rather than scores. Throws Error when the model
/// names no representation.
bool composes_sound(const weights::ModelFile& file);

/// The engine and the sound representation of a model file.
struct SoundComposer {
  std::shared_ptr<const engine::Model> model;
  std::shared_ptr<const representation::SoundRepresentation> representation;
  /// Throws Error (the model composes scores; classes or frames do not fit the network).
  static SoundComposer from(const weights::ModelFile& file, const std::filesystem::path& path = {},
                            const engine::Options& options = {});
};

struct ComposeSoundOptions {
  SamplingOptions sampling;  ///< of symbols; frames are what the network predicts: nothing is drawn
  StartKind start = StartKind::kBeginning;
  std::size_t random_length = 0;  ///< steps of the random array; 0: the receptive field, 256 where there is none
  bool keep_random = false;       ///< keep the random array in the result
  std::vector<float> prompt;      ///< for kPrompt: mono samples at the representation's rate, full scale -1 to 1; of
                                  ///< frames, those that it fills
  double seconds = 10;            ///< of new sound, after the prompt; rounded up to whole steps
  std::string label;              ///< style or composer of a model that has labels; empty: 'unknown'
  std::uint64_t seed = 1;
  std::uint64_t stream = 0;  ///< number of the piece among several of one seed
};

struct SoundComposition {
  std::uint64_t steps = 0;            ///< chosen by the model
  double seconds = 0;                 ///< of the whole result
  bool interrupted = false;           ///< stopped before its length was reached; what came before is whole
  std::vector<std::string> warnings;  ///< for the user: a stuck value or frame, a wave that repeats for ever
};

/// Throws Error for no length, or one of more than 1,000,000 seconds.
void check_lengths(const ComposeSoundOptions& options);

/// Mono samples at the representation's rate, in order, a few thousand at a time.
using SampleSink = std::function<void(std::span<const float>)>;

/// The paper's loop (section IV.D): the distribution of the next value, a choice, append, go on. Memory does not grow
/// with the length. Deterministic in (composer, options). Throws Error (unknown label, empty prompt, no length) and
/// whatever the sink throws.
SoundComposition compose_sound(const SoundComposer& composer, const ComposeSoundOptions& options,
                               const SampleSink& sink, const ProgressSink& progress = {},
                               const std::stop_token& stop = {});

/// Where the samples of piece i go.
using SoundSinkMaker = std::function<SampleSink(std::size_t i)>;
/// What became of piece i.
using SoundTaker = std::function<void(std::size_t i, SoundComposition&& piece)>;

/// `count` pieces, each to the byte what compose_sound gives with its number added to options.stream. The networks of
/// up to 16 pieces on each of `threads` threads (0: every core) step together. `begin` may be called by several threads
/// at once, `end` by one at a time. A stop ends the pieces that were begun, which are handed on as they are; others
/// never begin.
void compose_sounds(const SoundComposer& composer, const ComposeSoundOptions& options, std::size_t count, int threads,
                    const SoundSinkMaker& begin, const SoundTaker& end, const ProgressSink& progress = {},
                    const std::stop_token& stop = {});

}  // namespace continuo::generation
