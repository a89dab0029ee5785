// A piece in the words of a representation.
#include <fmt/core.h>

#include <algorithm>
#include <memory>

#include "continuo/base/error.h"
#include "continuo/base/format.h"
#include "continuo/representation/representation.h"
#include "continuo/weights/model_file.h"
#include "inspect.h"
#include "representation_options.h"
#include "terminal.h"

namespace continuo::app {
namespace {

using representation::Representation;
using representation::RepresentationSpec;
using representation::Symbol;
using representation::SymbolKind;

std::unique_ptr<Representation> open_representation(const Score& score, const EncodingView& view) {
  if (!view.model.empty()) {
    if (!view.representation.empty() || !view.settings.empty()) {
      throw Error({.message = "a model's representation cannot be set otherwise",
                   .hint = "Give either --model, or --representation with --set.",
                   .code = ErrorCode::kInvalidArgument});
    }
    const auto file = weights::ModelFile::load(view.model);
    const std::string& spec = file.metadata(weights::kRepresentationKey);
    if (spec.empty())
      throw Error({.message = "names no representation", .path = view.model.string(), .code = ErrorCode::kUnsupported});
    return representation::make(representation::spec_from_json(spec));
  }
  RepresentationSpec spec = representation_of(view.representation, view.settings);
  if (!representation::needs_fitting(spec.name)) return representation::make(spec);
  // Without a collection the piece itself is one, of which every symbol counts unless asked otherwise.
  spec.settings.try_emplace("min_count", "1");
  fmt::print("  the vocabulary is this piece's own; --model gives that of a collection\n");
  return representation::fit(spec, 1, [&](std::size_t) { return score; });
}

constexpr std::size_t kHeadingWidth = 9;

/// Lines of symbols: a bar each, a moment each, or a dozen symbols where there is neither.
std::vector<std::string> lines_of(const Representation& representation, const std::vector<Symbol>& symbols) {
  constexpr int kSymbolsPerLine = 12;
  const auto base = representation::time_base(representation.spec().name);
  const bool musical = base == representation::TimeBase::kBars || base == representation::TimeBase::kSeconds;
  std::vector<std::string> lines;
  const auto cursor = representation.cursor();
  std::string line, heading;
  int bars = 0, in_line = 0;
  const auto finish = [&] {
    if (!line.empty()) lines.push_back(fmt::format("{:>{}}  {}", heading, kHeadingWidth, line));
    line.clear();
    heading.clear();
    in_line = 0;
  };
  for (std::size_t i = 0; i < symbols.size(); ++i) {
    const std::string& word = representation.vocabulary().name(symbols[i]);
    cursor->advance(symbols[i]);
    const SymbolKind kind = representation.describe(symbols[i]).kind;
    if (kind == SymbolKind::kBar) {
      finish();
      heading = fmt::format("bar {}", ++bars);
    } else if (kind == SymbolKind::kTimeShift) {
      finish();
      const bool more =
          i + 1 < symbols.size() && representation.describe(symbols[i + 1]).kind == SymbolKind::kTimeShift;
      heading = more ? "" : fmt::format("{:.2f} s", cursor->seconds());
    } else if (!musical && in_line == kSymbolsPerLine) {
      finish();
    }
    ++in_line;
    line += (line.empty() ? "" : " ") + printable(word, 220);
  }
  finish();
  return lines;
}

}  // namespace

void print_encoding(const Score& score, const EncodingView& view) {
  const auto representation = open_representation(score, view);
  const auto encoding = representation->encode(score);
  const auto decoding = representation->decode(encoding.symbols);
  const std::size_t notes = note_count(score);
  fmt::print("  in {}: {} symbols, {:.2f} for each note; the vocabulary has {}\n", representation->spec().name,
             format_count(encoding.symbols.size()),
             static_cast<double>(encoding.symbols.size()) / static_cast<double>(std::max<std::size_t>(1, notes)),
             format_count(representation->vocabulary().size()));
  const auto lines = lines_of(*representation, encoding.symbols);
  const std::size_t shown = view.limit == 0 ? lines.size() : std::min(view.limit, lines.size());
  const std::size_t width = terminal_width();
  for (std::size_t i = 0; i < shown; ++i) fmt::print("{}\n", wrapped(lines[i], kHeadingWidth + 2, width));
  if (shown < lines.size()) {
    const std::size_t more = lines.size() - shown;
    fmt::print("{:>9}  and {} (--limit 0 prints all)\n", "", counted(more, "more line"));
  }
  fmt::print("  lost: {} of {} notes come back, {} of {}\n", format_count(note_count(decoding.score)),
             format_count(notes), format_duration(duration_seconds(decoding.score)),
             format_duration(duration_seconds(score)));
  for (const representation::Loss& loss : encoding.losses) fmt::print("    {}\n", loss.text());
  fmt::print("  {} by its nature:\n", representation->spec().name);
  for (const std::string& loss : representation->losses()) fmt::print("    {}\n", loss);
}

}  // namespace continuo::app
