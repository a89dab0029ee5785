// Decoding, and the warnings of a finished piece.
#include "generation/finish.h"

#include <algorithm>
#include <span>
#include <string>
#include <utility>

#include "continuo/music/splice.h"
#include "generation/length.h"

namespace continuo::generation {
namespace {

using representation::Symbol;

std::string loop_warning(const Loop& loop, bool argmax) {
  return (loop.period == 1 ? "the piece ends in one symbol repeated "
                           : "the piece ends in a block of " + std::to_string(loop.period) + " symbols repeated ") +
         std::to_string(loop.repeats) + " times" +
         (argmax ? ": always choosing the most probable symbol falls into such loops; sample instead (temperature 1, "
                   "top-p 0.95)"
                 : "; try another seed or a higher temperature");
}

Alignment alignment_of(const representation::Representation& representation) {
  switch (representation::time_base(representation.spec().name)) {
    case representation::TimeBase::kBars:
      return Alignment::kBars;
    case representation::TimeBase::kSeconds:
      return Alignment::kSeconds;
    default:
      return Alignment::kBeats;
  }
}

/// Of a piece that goes on from a prompt, only what is new comes from its symbols.
void join_prompt(const LoadedModel& composer, const Score& prompt, Composition& piece) {
  const auto given = std::span(piece.symbols).first(piece.symbols.size() - piece.generated);
  Score score = prompt;
  normalise(score);
  const Score part = composer.representation->decode(given).score;
  Spliced joined = splice(score, new_music(score, part, piece.score, alignment_of(*composer.representation)));
  piece.score = std::move(joined.score);
  piece.added = std::move(joined.added);
}

}  // namespace

void finish_piece(const LoadedModel& composer, const ComposeOptions& options, int bars, Composition& piece) {
  auto& warnings = piece.warnings;
  if (piece.generated == kMaxSymbols && !options.symbols) {
    warnings.push_back(
        "the model wrote " + std::to_string(kMaxSymbols) +
        " symbols without reaching the asked length, and was stopped; try another seed or a lower temperature");
  }
  auto decoding = composer.representation->decode(piece.symbols);
  piece.score = std::move(decoding.score);
  if (bars > 0) end_with_bar(piece.score, bars);
  if (options.start == StartKind::kPrompt && options.prompt) join_prompt(composer, *options.prompt, piece);
  piece.dropped = decoding.dropped;
  piece.repaired = decoding.repaired;
  if (note_count(piece.score) == 0) {
    warnings.push_back(
        "the piece has no notes; try another seed, a higher temperature, or a model that was trained longer");
  }
  const std::span<const Symbol> made = std::span(piece.symbols).last(std::min(piece.generated, piece.symbols.size()));
  if (const Loop loop = find_loop(made); loop.period > 0)
    warnings.push_back(loop_warning(loop, options.sampling.argmax));
  if (piece.dropped + piece.repaired > 0) {
    warnings.push_back(std::to_string(piece.dropped) + " symbols that the grammar forbids were dropped and " +
                       std::to_string(piece.repaired) + " repaired");
  }
}

}  // namespace continuo::generation
