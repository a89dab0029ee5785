// The order of a sequence decides when something free may come: never past what is due.
#include "steering/script.h"

#include <algorithm>
#include <tuple>

namespace continuo::steering {
namespace {

using representation::SymbolKind;

bool is_at(const SheetNote* note, int bar, Unit at) noexcept {
  return note != nullptr && note->bar == bar && note->at == at;
}

/// Leaves of the symbols of `kind` only `symbol` (0: none of them).
void leave_only(const representation::Vocabulary& vocabulary, std::span<std::uint8_t> mask, SymbolKind kind,
                Symbol symbol) {
  for (std::size_t s = 0; s < mask.size(); ++s)
    if (mask[s] != 0 && vocabulary.meanings()[s].kind == kind && s != symbol) mask[s] = 0;
}

/// Leaves only `symbol`, whatever else there is.
void leave_only(std::span<std::uint8_t> mask, Symbol symbol) {
  const std::uint8_t was = mask[symbol];
  std::fill(mask.begin(), mask.end(), std::uint8_t{0});
  mask[symbol] = was;
}

}  // namespace

Symbol ScriptPlan::tempo_at(int bar, Unit at) const noexcept {
  if (bar >= tempo_bars || tempos.empty()) return 0;
  const auto later = std::find_if(tempos.begin(), tempos.end(), [&](const SheetTempo& tempo) {
    return std::tie(tempo.bar, tempo.at) > std::tie(bar, at);
  });
  return later == tempos.begin() ? tempos.front().symbol : std::prev(later)->symbol;
}

bool ScriptPlan::is_new(int bar) const noexcept {
  return is_free(bar) || std::any_of(open.begin(), open.end(), [&](const SheetNote& note) { return note.bar == bar; });
}

bool Script::is_free(int bar, int rank) const noexcept {
  return bar >= 0 && bar < static_cast<int>(plan_->free.size()) && rank >= 0 &&
         plan_->free[static_cast<std::size_t>(bar)][static_cast<std::size_t>(rank)];
}

const SheetNote* Script::next_due() const noexcept {
  const SheetNote* given = next_given();
  const SheetNote* open = next_open();
  if (given == nullptr || open == nullptr) return given != nullptr ? given : open;
  const auto place = [](const SheetNote& note) { return std::tuple(note.bar, note.at, note.rank); };
  return place(*open) < place(*given) ? open : given;
}

int Script::pitch_limit(const PlaceReader& reader, int rank) const noexcept {
  const Place& place = reader.place();
  const SheetNote* given = next_given();
  return is_at(given, place.bar, place.at) && given->rank == rank ? given->pitch : 128;
}

int Script::due_here(const PlaceReader& reader) const noexcept {
  const Place& place = reader.place();
  int due = 0;
  for (std::size_t i = given_; i < plan_->given.size() && is_at(&plan_->given[i], place.bar, place.at); ++i) ++due;
  for (std::size_t i = open_; i < plan_->open.size() && is_at(&plan_->open[i], place.bar, place.at); ++i) ++due;
  return due;
}

bool Script::pitch_fits(const PlaceReader& reader, int rank, int pitch) const noexcept {
  const Place& place = reader.place();
  const SheetNote* due = next_due();
  if (is_at(due, place.bar, place.at) && due->rank < rank) return false;
  const int limit = pitch_limit(reader, rank);
  if (pitch == limit) return true;
  if (pitch > limit) return false;
  if (is_free(place.bar, rank)) return true;
  const SheetNote* open = next_open();
  return is_at(open, place.bar, place.at) && open->rank == rank;
}

void Script::mask_structure(const PlaceReader& reader, std::span<std::uint8_t> mask,
                            std::vector<Symbol>& wanted) const {
  const Place& place = reader.place();
  if (reader.latest() == SymbolKind::kBar) {
    const auto bar = static_cast<std::size_t>(place.bar);
    const Symbol signature = bar < plan_->signatures.size() ? plan_->signatures[bar] : Symbol{0};
    if (signature != 0 && signature != reader.signature()) {
      leave_only(mask, signature);
      wanted.push_back(signature);
    } else if (signature != 0) {
      leave_only(*plan_->vocabulary, mask, SymbolKind::kTimeSignature, 0);
    }
  }
  if (reader.latest() == SymbolKind::kPosition) {
    const Symbol tempo = plan_->tempo_at(place.bar, place.at);
    if (tempo != 0 && tempo != reader.tempo()) {
      leave_only(mask, tempo);
      wanted.push_back(tempo);
    } else if (tempo != 0) {
      leave_only(*plan_->vocabulary, mask, SymbolKind::kTempo, 0);
    }
  }
}

/// Bar, Position, End.
void Script::mask_moves(const PlaceReader& reader, std::span<std::uint8_t> mask, std::vector<Symbol>& wanted) const {
  const Place& place = reader.place();
  const SheetNote* due = next_due();
  const bool due_here = place.group_open && is_at(due, place.bar, place.at);
  const bool due_in_bar = due != nullptr && due->bar == place.bar;
  const bool free_bar = plan_->is_free(place.bar);
  const bool last = place.bar + 1 >= plan_->bars;
  for (std::size_t s = 0; s < mask.size(); ++s) {
    if (mask[s] == 0) continue;
    const auto meaning = plan_->vocabulary->meanings()[s];
    bool fits = true;
    if (meaning.kind == SymbolKind::kBar) {
      fits = place.bar < 0 || (!due_in_bar && !(last && plan_->ends));
      if (fits && !free_bar) wanted.push_back(static_cast<Symbol>(s));
    } else if (meaning.kind == SymbolKind::kEnd) {
      fits = last && due == nullptr;
    } else if (meaning.kind == SymbolKind::kPosition) {
      const bool is_due = due_in_bar && meaning.value == due->at;
      fits = !due_here && (is_due || (free_bar && !(due_in_bar && meaning.value > due->at)));
      if (fits && is_due) wanted.push_back(static_cast<Symbol>(s));
    }
    if (!fits) mask[s] = 0;
  }
}

void Script::mask_notes(const PlaceReader& reader, std::span<std::uint8_t> mask, std::vector<Symbol>& wanted) const {
  const Place& place = reader.place();
  const SheetNote* due = next_due();
  const bool due_here = is_at(due, place.bar, place.at);
  for (std::size_t s = 0; s < mask.size(); ++s) {
    if (mask[s] == 0) continue;
    const auto meaning = plan_->vocabulary->meanings()[s];
    const bool program = meaning.kind == SymbolKind::kProgram || meaning.kind == SymbolKind::kDrums;
    if (!program && meaning.kind != SymbolKind::kPitch && meaning.kind != SymbolKind::kDrumPitch) continue;
    if (program) {
      const int rank = meaning.kind == SymbolKind::kDrums ? kDrumRank : meaning.value;
      const bool is_due = due_here && due->rank == rank;
      if (!is_due && ((due_here && due->rank < rank) || !is_free(place.bar, rank)))
        mask[s] = 0;
      else if (is_due)
        wanted.push_back(static_cast<Symbol>(s));
    } else if (!pitch_fits(reader, reader.rank(), meaning.value)) {
      mask[s] = 0;
    } else if (meaning.value == pitch_limit(reader, reader.rank())) {
      wanted.push_back(static_cast<Symbol>(s));
    }
  }
}

/// Velocity and duration of a note that is given, or whose pitch alone was open.
void Script::mask_rest_of_note(const PlaceReader& reader, std::span<std::uint8_t> mask,
                               std::vector<Symbol>& wanted) const {
  const Symbol velocity = current_->velocity_symbol;
  // Written on change; where it is written for every note, the grammar does not allow the duration yet.
  const bool needed = reader.latest() != SymbolKind::kVelocity && velocity != 0 && mask[velocity] != 0;
  const Symbol next = needed ? velocity : current_->duration_symbol;
  leave_only(mask, next);
  wanted.push_back(next);
}

void Script::mask(const PlaceReader& reader, std::span<std::uint8_t> mask, std::vector<Symbol>& wanted) const {
  wanted.clear();
  const bool in_note = reader.latest() == SymbolKind::kPitch || reader.latest() == SymbolKind::kDrumPitch ||
                       reader.latest() == SymbolKind::kVelocity;
  if (in_note) {
    if (note_ != Latest::kFree) mask_rest_of_note(reader, mask, wanted);
    return;
  }
  mask_structure(reader, mask, wanted);
  mask_moves(reader, mask, wanted);
  mask_notes(reader, mask, wanted);
}

bool Script::advance(const PlaceReader& before, Symbol symbol) {
  const auto meaning = plan_->vocabulary->meaning(symbol);
  const Place& place = before.place();
  if (meaning.kind != SymbolKind::kPitch && meaning.kind != SymbolKind::kDrumPitch) return note_ == Latest::kGiven;
  const SheetNote* given = next_given();
  const SheetNote* open = next_open();
  note_ = Latest::kFree;
  current_ = nullptr;
  if (is_at(given, place.bar, place.at) && given->pitch_symbol == symbol && given->rank == before.rank()) {
    note_ = Latest::kGiven;
    current_ = given;
    ++given_;
  } else if (is_at(open, place.bar, place.at) && open->rank == before.rank() && !is_free(place.bar, before.rank())) {
    note_ = Latest::kOpen;
    current_ = open;
    ++open_;
  }
  return note_ == Latest::kGiven;
}

std::optional<Script> Script::ahead(const PlaceReader& reader, Symbol next) const {
  const SymbolKind kind = plan_->vocabulary->meaning(next).kind;
  const auto bar = static_cast<std::size_t>(reader.place().bar + 1);
  const bool in_bar = kind == SymbolKind::kPosition && plan_->is_new(reader.place().bar);
  const bool at_line = kind == SymbolKind::kBar && plan_->is_new(reader.place().bar + 1);
  if ((!in_bar && !at_line) || bar >= plan_->ahead.size() || plan_->ahead[bar] == nullptr) return std::nullopt;
  return Script(plan_->ahead[bar]);
}

bool Script::finished(const PlaceReader& reader) const noexcept {
  const Place& place = reader.place();
  if (reader.latest() == SymbolKind::kEnd || place.bar >= plan_->bars) return true;
  // A last bar that is given ends with its last note.
  return place.bar + 1 == plan_->bars && !plan_->is_free(place.bar) && next_due() == nullptr &&
         (reader.latest() == SymbolKind::kDuration || (plan_->given.empty() && plan_->open.empty()));
}

}  // namespace continuo::steering
