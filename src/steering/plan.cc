// What is given becomes notes that must come; what is free, instruments that may write.
#include "steering/plan.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "continuo/base/error.h"
#include "continuo/representation/labels.h"

namespace continuo::steering {
namespace {

using representation::SymbolKind;
using Ranks = std::bitset<kDrumRank + 1>;

int rank_of_track(const representation::Vocabulary& vocabulary, const Track& track) {
  if (!vocabulary.has(SymbolKind::kProgram)) return 0;
  return track.is_drums() ? kDrumRank : track.program & 127;
}

Ranks known_ranks(const representation::Vocabulary& vocabulary) {
  Ranks ranks;
  for (const auto& meaning : vocabulary.meanings()) {
    if (meaning.kind == SymbolKind::kProgram) ranks.set(static_cast<std::size_t>(meaning.value));
    if (meaning.kind == SymbolKind::kDrums) ranks.set(kDrumRank);
  }
  if (ranks.none()) ranks.set(0);
  return ranks;
}

/// Who may write in a span.
Ranks ranks_of(const FreeSpan& span, const Request& request, const representation::Vocabulary& vocabulary) {
  const Ranks known = known_ranks(vocabulary);
  Ranks ranks;
  const auto add = [&](const std::vector<int>& programs, bool drums) {
    for (const int program : programs) ranks.set(static_cast<std::size_t>(program & 127));
    if (drums) ranks.set(kDrumRank);
  };
  add(span.programs, span.drums);
  if (ranks.none() && !span.tracks.empty())
    for (const int track : span.tracks)
      ranks.set(static_cast<std::size_t>(
          rank_of_track(vocabulary, request.given.tracks[static_cast<std::size_t>(track) - 1])));
  if (ranks.none()) add(request.wishes.programs, request.wishes.drums);
  if (ranks.none())
    for (const Track& track : request.given.tracks)
      if (!track.notes.empty()) ranks.set(static_cast<std::size_t>(rank_of_track(vocabulary, track)));
  if (!vocabulary.has(SymbolKind::kProgram)) return known;
  return ranks.none() ? known : ranks & known;
}

Sheet sheet_of(const loaded::LoadedModel& composer, const Score& score, int label,
               std::vector<std::string>* warnings = nullptr) {
  const auto& representation = *composer.representation;
  const bool labelled = !representation.spec().labels.empty();
  auto encoding = representation.encode(
      score, {.label = labelled ? std::optional<int>(label) : std::nullopt, .start = true, .end = false});
  if (warnings != nullptr)
    for (const auto& loss : encoding.losses)
      warnings->push_back("the model does not see all that is given (" + loss.text() + "); the result keeps it");
  return read_sheet(representation, std::move(encoding.symbols));
}

void check_bars(const Sheet& sheet, const Score& score) {
  const int bars = bars_of(score);
  if (static_cast<int>(sheet.bars.size()) == bars) return;
  throw Error(
      {.message = "the bars of the given music cannot be counted as this model writes them: " + std::to_string(bars) +
                  " by its time signatures, " + std::to_string(sheet.bars.size()) + " as written",
       .hint = "Silences of more than 32 bars, and bars that the model's vocabulary lacks, are in the way.",
       .code = ErrorCode::kUnsupported});
}

std::vector<Symbol> before_bar(const Sheet& sheet, int bar) {
  const auto index = static_cast<std::size_t>(bar);
  const std::size_t end = index < sheet.bar_symbols.size() ? sheet.bar_symbols[index] : sheet.symbols.size();
  return {sheet.symbols.begin(), sheet.symbols.begin() + static_cast<std::ptrdiff_t>(end)};
}

std::vector<SheetNote> notes_before(const std::vector<SheetNote>& notes, int bars) {
  std::vector<SheetNote> kept;
  std::copy_if(notes.begin(), notes.end(), std::back_inserter(kept),
               [&](const SheetNote& note) { return note.bar < bars; });
  return kept;
}

std::tuple<int, Unit, int, int> order(const SheetNote& note) { return {note.bar, note.at, note.rank, note.pitch}; }

/// The notes of `full` that `own` has not: what the outline takes out.
std::vector<SheetNote> taken_out(const Sheet& full, const Sheet& own) {
  std::set<std::tuple<int, Unit, int, int>> left;
  for (const SheetNote& note : own.notes) left.insert(order(note));
  std::vector<SheetNote> stood;
  std::copy_if(full.notes.begin(), full.notes.end(), std::back_inserter(stood),
               [&](const SheetNote& note) { return !left.contains(order(note)); });
  return stood;
}

/// Of each bar in which something new stands: a plan with the first given bar behind the new ones in its place.
void add_ahead(const Sheet& full, int behind, ScriptPlan& plan) {
  std::vector<SheetNote> notes;
  std::copy_if(plan.given.begin(), plan.given.end(), std::back_inserter(notes),
               [&](const SheetNote& note) { return note.bar == behind; });
  if (notes.empty()) return;
  std::vector<std::shared_ptr<const ScriptPlan>> ahead(static_cast<std::size_t>(behind) + 1);
  for (int bar = 0; bar <= behind; ++bar) {
    if (!plan.is_new(bar) && !plan.is_new(bar - 1)) continue;
    auto probe = std::make_shared<ScriptPlan>();
    probe->vocabulary = plan.vocabulary;
    probe->given = notes;
    for (SheetNote& note : probe->given) note.bar = bar;
    probe->signatures.assign(static_cast<std::size_t>(bar) + 1, full.bars[static_cast<std::size_t>(behind)].signature);
    probe->tempos = {{0, 0, plan.tempo_at(behind, 0)}};
    probe->tempo_bars = bar + 1;
    probe->bars = bar + 1;
    ahead[static_cast<std::size_t>(bar)] = std::move(probe);
  }
  plan.ahead = std::move(ahead);
}

/// What the outline leaves of the given score, in normal form, and which of its tracks take new notes.
void set_rest(const Request& request, Planned& planned) {
  planned.rest = without_free(request.outline, request.given, request.wishes.amount, request.seed);
  for (std::size_t t = 0; t < planned.rest.tracks.size(); ++t) {
    if (planned.rest.tracks[t].notes.empty()) continue;
    const bool open = std::any_of(request.outline.free.begin(), request.outline.free.end(), [&](const FreeSpan& span) {
      return span.replace &&
             (span.tracks.empty() || std::ranges::find(span.tracks, static_cast<int>(t) + 1) != span.tracks.end());
    });
    planned.closed.push_back(!open);
  }
  normalise(planned.rest);
}

}  // namespace

Planned plan_of(const loaded::LoadedModel& composer, const Request& request) {
  const auto& vocabulary = composer.representation->vocabulary();
  if (!vocabulary.has(SymbolKind::kBar) || !vocabulary.has(SymbolKind::kPosition))
    throw Error({.message = "this model writes no bars, so that none can be given or free",
                 .hint = "Use a model of the representation remi.",
                 .code = ErrorCode::kUnsupported});
  check(request.outline, request.given);
  Planned planned;
  const auto& labels = composer.representation->spec().labels;
  if (!request.label.empty()) planned.label = static_cast<int>(representation::find_label(labels, request.label));
  set_rest(request, planned);
  const Sheet full = sheet_of(composer, request.given, planned.label, &planned.warnings);
  const Sheet own = sheet_of(composer, planned.rest, planned.label);
  check_bars(full, request.given);
  check_bars(own, planned.rest);
  planned.rest_decoded = composer.representation->decode(own.symbols).score;
  planned.given_bars = static_cast<int>(full.bars.size());
  planned.first_bar = request.outline.free.front().first_bar - 1;
  for (const FreeSpan& span : request.outline.free) planned.first_bar = std::min(planned.first_bar, span.first_bar - 1);
  const int last = request.outline.last_bar();
  planned.joint_bar = last;

  auto plan = std::make_shared<ScriptPlan>();
  plan->vocabulary = &vocabulary;
  const bool tail = last < planned.given_bars;
  plan->bars = !tail                 ? last
               : request.horizon > 0 ? std::min(planned.given_bars, last + request.horizon)
                                     : planned.given_bars;
  plan->ends = !tail && request.outline.ends;
  plan->given = notes_before(own.notes, plan->bars);
  for (const SheetBar& bar : full.bars) plan->signatures.push_back(bar.signature);
  plan->tempos = full.tempos;
  plan->tempo_bars = planned.given_bars;
  plan->free.resize(static_cast<std::size_t>(last));
  for (const FreeSpan& span : request.outline.free)
    for (int bar = span.first_bar - 1; bar < span.last_bar; ++bar)
      plan->free[static_cast<std::size_t>(bar)] |= ranks_of(span, request, vocabulary);
  planned.stood = notes_before(taken_out(full, own), plan->bars);
  if (tail && !planned.stood.empty()) {
    auto all = std::make_shared<ScriptPlan>(*plan);
    all->given = notes_before(full.notes, plan->bars);
    all->free.clear();
    planned.as_it_stood = all;
    planned.heard_as_it_stood = before_bar(full, planned.first_bar);
  }
  planned.everything = full.notes;
  const Keep keep = request.wishes.keep;
  if (keep == Keep::kRhythm || keep == Keep::kContour) {  // then nothing else is free
    plan->open = planned.stood;
    plan->free.clear();
  }
  if (tail) add_ahead(full, last, *plan);
  planned.heard = before_bar(own, planned.first_bar);
  planned.plan = std::move(plan);
  return planned;
}

}  // namespace continuo::steering
