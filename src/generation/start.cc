// The three starts of compose.h.
#include "generation/start.h"

#include <optional>
#include <utility>

#include "continuo/base/error.h"
#include "generation/model_parts.h"

namespace continuo::generation {
namespace {

using representation::EncodeOptions;
using representation::Symbol;

EncodeOptions encoding_of(const LoadedModel& composer, int label) {
  const bool labelled = !composer.representation->spec().labels.empty();
  return {.label = labelled ? std::optional<int>(label) : std::nullopt, .start = true, .end = false};
}

/// The paper's "random array".
std::vector<Symbol> random_array(const LoadedModel& composer, const ComposeOptions& options, Random& random) {
  const auto& vocabulary = composer.representation->vocabulary();
  const std::size_t first = 2 + composer.representation->spec().labels.size();  // Start, End and labels are no music
  const std::size_t length = random_length(options.random_length, composer.model->spec());
  if (first >= vocabulary.size())
    throw Error(ErrorCode::kUnsupported, "the model's vocabulary holds no musical symbol");
  std::vector<Symbol> symbols(length);
  for (Symbol& symbol : symbols) symbol = static_cast<Symbol>(first + random.below(vocabulary.size() - first));
  // A network of independent keys hears whole frames: it has heard nothing before the first is complete.
  if (composer.frames != nullptr && composer.frame_head() == representation::FrameHead::kKeys)
    symbols.back() = composer.frames->end_of_frame();
  return symbols;
}

Opening open_with_prompt(const LoadedModel& composer, const ComposeOptions& options, int label) {
  if (!options.prompt || note_count(*options.prompt) == 0) {
    throw Error({.message = "the prompt has no notes",
                 .hint = "Give a MIDI file with at least one note, or leave the prompt out.",
                 .code = ErrorCode::kEmpty});
  }
  auto encoding = composer.representation->encode(*options.prompt, encoding_of(composer, label));
  Opening opening{.heard = encoding.symbols, .written = std::move(encoding.symbols)};
  for (const auto& loss : encoding.losses)
    opening.warnings.push_back("not heard of the prompt, though the result keeps it: " + loss.text());
  return opening;
}

}  // namespace

Opening open_piece(const LoadedModel& composer, const ComposeOptions& options, int label, Random& random) {
  if (options.start == StartKind::kPrompt) return open_with_prompt(composer, options, label);
  if (options.start == StartKind::kRandom) {
    std::vector<Symbol> array = random_array(composer, options, random);
    if (options.keep_random) return {.heard = array, .written = array};
    auto beginning = composer.representation->encode(Score{}, encoding_of(composer, label));
    return {.heard = std::move(array), .written = std::move(beginning.symbols), .priming = true};
  }
  const auto beginning = composer.representation->encode(Score{}, encoding_of(composer, label));
  return {.heard = beginning.symbols, .written = beginning.symbols};
}

}  // namespace continuo::generation
