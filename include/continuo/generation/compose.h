// Composing: a model, a start and a length in, a piece of music out.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "continuo/base/progress.h"
#include "continuo/engine/engine.h"
#include "continuo/generation/constraint.h"
#include "continuo/generation/sampler.h"
#include "continuo/generation/start.h"
#include "continuo/loaded/loaded_model.h"
#include "continuo/music/score.h"
#include "continuo/representation/representation.h"

namespace continuo::generation {

using loaded::LoadedModel;

struct ComposeOptions {
  SamplingOptions sampling;  ///< what the model's file proposes: sampling_of(), sampling_settings.h
  StartKind start = StartKind::kBeginning;
  std::size_t random_length = 0;  ///< symbols of the random array; 0: the receptive field, 256 where there is none
  bool keep_random = false;       ///< keep the random array in the result
  std::optional<Score> prompt;    ///< for kPrompt: the result has it as it is, and goes on from it as splice() says
  /// Lengths of the new music, after the prompt; it stops at the first that is reached. Without any: 120 seconds. A
  /// length in seconds may be exceeded by a tenth for the sake of an ending. A length in bars is exact: in the last bar
  /// a note begins, and no new note sounds beyond it. Bars are counted after the one in which the last note of the
  /// prompt begins, which the new music completes; without metre (events, notes, frames) they have four quarters.
  std::optional<double> seconds;
  std::optional<int> bars;
  std::optional<std::size_t> symbols;  ///< exact
  /// End is not chosen before this share of a length in seconds, nor before the last bar of a length in bars.
  double earliest_end = 0.75;
  /// When a piece with a length in seconds or bars reaches it without an End, composing goes back to `earliest_end` and
  /// resamples what follows, up to so many times, each time with a little more inclination to end. Of a piece that does
  /// not end even so, the try and the place are kept that close best and where End was most probable.
  int ending_tries = 12;
  bool stop_at_end = true;   ///< an End symbol ends the piece; false: End is never chosen
  bool mask_grammar = true;  ///< only symbols that the grammar allows are chosen
  /// One of each follows the piece. Where nothing may come next, composing goes back to the beginning of the bar and
  /// resamples it more freely (the temperature doubles with each try, top-k and top-p are off), from further back with
  /// every eighth try.
  /// After 64 tries without getting further the piece ends before, with a warning.
  std::vector<ConstraintMaker> constraints;
  /// Bytes of memory in which a piece keeps the state of its network at the beginnings of bars, to go back to them
  /// without hearing the piece again. The music is the same for any value.
  std::size_t checkpoint_bytes = std::size_t{16} << 20;
  /// False: from `earliest_end` on pitches outside of the home key, that of the first eight bars, become less probable,
  /// and a piece ends only on its tonic chord, on a beat and held, with the root in the bass; late tries accept the key
  /// of the last bars, and what does not come home even so ends as it can. A piece without a clear key ends anywhere.
  bool any_ending = false;
  bool allow_copies = false;  ///< LoadedModel::known is no constraint
  bool any_range = false;     ///< in_range() with LoadedModel::ranges is no constraint
  bool allow_loops = false;   ///< never_loop() is none, which it never is with argmax: that falls into loops by itself
  std::string label;          ///< style or composer of a model that has labels; empty: 'unknown'
  /// What the label changes in the logits is multiplied by it; 1: as the model says. Other values step the network
  /// twice for each symbol, with the label and without.
  double style_strength = 1;
  std::uint64_t seed = 1;
  std::uint64_t stream = 0;  ///< number of the piece among several of one seed
};

struct Composition {
  std::vector<representation::Symbol> symbols;  ///< what the result was decoded from
  Score score;
  Score added;  ///< of a piece that goes on from a prompt: Spliced::added, with which midi::extend() writes its file
  std::size_t generated = 0;  ///< symbols chosen by the model
  std::size_t dropped = 0;    ///< symbols that decoding had to drop (without mask_grammar)
  std::size_t repaired = 0;
  std::size_t steps = 0;              ///< of the network for all of it, also for what is not in it any more
  std::size_t retries = 0;            ///< times that composing went back because of a constraint
  bool ended = false;                 ///< the model chose to end
  bool interrupted = false;           ///< stopped before it was finished; what there is ends where a piece may end
  std::vector<std::string> warnings;  ///< for the user: a loop, no notes at all ..., each with what to do
};

/// Throws Error for a length of nothing.
void check_lengths(const ComposeOptions& options);

/// Deterministic in (model, options). Throws Error (unknown label, empty prompt); Interrupted.
Composition compose(const LoadedModel& composer, const ComposeOptions& options, const ProgressSink& progress = {},
                    std::stop_token stop = {});

/// Takes piece `number`. One at a time, on any thread.
using PieceTaker = std::function<void(std::size_t number, Composition&& piece)>;

/// `count` pieces, each what compose gives with its number added to options.stream. The networks of up to 16 pieces on
/// each of `threads` threads (0: every core) step together. A piece is handed to `take` as soon as it is finished. A
/// stop throws nothing: the pieces that were begun are handed on as they are, others never begin. Throws Error as
/// compose does, and whatever `take` throws.
void compose_several(const LoadedModel& composer, const ComposeOptions& options, std::size_t count, int threads,
                     const PieceTaker& take, const ProgressSink& progress = {}, const std::stop_token& stop = {});
/// The same as a whole. Throws as compose does.
std::vector<Composition> compose_several(const LoadedModel& composer, const ComposeOptions& options, std::size_t count,
                                         int threads, const ProgressSink& progress = {},
                                         const std::stop_token& stop = {});

/// The tail of `symbols` that repeats one block of at most `max_period` symbols at least `min_repeats` times and covers
/// the most; a tail of fewer than 24 symbols is no loop, for music may well repeat a bar.
struct Loop {
  std::size_t period = 0;  ///< symbols of the block; 0: no loop
  std::size_t repeats = 0;
};
Loop find_loop(std::span<const representation::Symbol> symbols, std::size_t max_period = 512,
               std::size_t min_repeats = 4);

}  // namespace continuo::generation
