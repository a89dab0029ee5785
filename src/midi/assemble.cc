// From events in the order of the file to tracks: which program each note has, and whose the controls are.
#include <algorithm>
#include <span>
#include <tuple>

#include "midi/parsed.h"

namespace continuo::midi {
namespace {

/// A track to be, with the sizes of its lists.
struct Slot {
  std::uint32_t source;
  std::uint8_t program;
  bool percussion;
  std::uint32_t next_of_source;
  std::size_t notes = 0;
  std::size_t controls = 0;
  std::size_t bends = 0;
};

/// A source while its notes pass by: the program in force and the changes still to come on its line.
struct Passage {
  std::span<const RawProgram> to_come;
  std::uint32_t first_slot = kNoIndex;
  std::uint32_t slot = kNoIndex;  ///< of the program in force; kNoIndex: look again
  std::uint8_t program = 0;
  bool percussion = false;
};

class Assembler {
 public:
  Assembler(Parsed& parsed, bool names_tracks) : parsed_(parsed), names_tracks_(names_tracks) {}

  Score assemble() {
    apply_modes(parsed_);
    mark_pedal_order(parsed_);
    find_programs();
    assign_notes();
    assign_to_slots(parsed_.controls, &Slot::controls);
    assign_to_slots(parsed_.bends, &Slot::bends);
    make_tracks();
    name_tracks();
    normalise(parsed_.score);
    return std::move(parsed_.score);
  }

 private:
  const Source& source(std::uint32_t index) const { return parsed_.sources[index]; }

  /// Sorts the program changes by line, time and position, and shows each source those of its line.
  void find_programs() {
    passages_.resize(parsed_.sources.size());
    auto& changes = parsed_.programs;
    if (changes.empty()) return;
    const auto order = [this](const RawProgram& change) {
      return std::make_tuple(source(change.source).line, change.tick, change.position);
    };
    const auto earlier = [&](const RawProgram& a, const RawProgram& b) { return order(a) < order(b); };
    if (!std::is_sorted(changes.begin(), changes.end(), earlier)) {
      std::stable_sort(changes.begin(), changes.end(), earlier);
    }
    complete(changes);
    for (std::size_t i = 0; i < passages_.size(); ++i) {
      const std::uint16_t line = parsed_.sources[i].line;
      const auto first = std::partition_point(
          changes.begin(), changes.end(), [&](const RawProgram& change) { return source(change.source).line < line; });
      const auto last = std::partition_point(
          first, changes.end(), [&](const RawProgram& change) { return source(change.source).line == line; });
      passages_[i].to_come = {first, last};
    }
  }

  /// What a change leaves as it was becomes part of it.
  void complete(std::vector<RawProgram>& changes) const {
    for (std::size_t i = 0; i < changes.size(); ++i) {
      RawProgram& change = changes[i];
      const bool goes_on = i > 0 && source(changes[i - 1].source).line == source(change.source).line;
      if (change.program == kSameProgram) change.program = goes_on ? changes[i - 1].program : 0;
      if (change.percussion == RawProgram::Percussion::kAsBefore) {
        change.percussion = goes_on ? changes[i - 1].percussion : RawProgram::Percussion::kOff;
      }
    }
  }

  std::uint32_t slot_for(std::uint32_t source_index, Passage& passage) {
    std::uint32_t* link = &passage.first_slot;
    while (*link != kNoIndex) {
      if (slots_[*link].program == passage.program && slots_[*link].percussion == passage.percussion) return *link;
      link = &slots_[*link].next_of_source;
    }
    const auto slot = *link = static_cast<std::uint32_t>(slots_.size());
    slots_.push_back({.source = source_index,
                      .program = passage.program,
                      .percussion = passage.percussion,
                      .next_of_source = kNoIndex});
    std::uint32_t& first_of_line = first_of_line_[source(source_index).line];
    first_of_line = std::min(first_of_line, slot);
    return slot;
  }

  void assign_notes() {
    std::size_t lines = 0;
    for (const Source& each : parsed_.sources) lines = std::max<std::size_t>(lines, each.line + 1u);
    first_of_line_.assign(lines, kNoIndex);
    for (RawNote& note : parsed_.notes) {
      const std::uint32_t source_index = note.source;
      Passage& passage = passages_[source_index];
      const auto has_come = [&](const RawProgram& change) {
        return std::tie(change.tick, change.position) < std::tie(note.onset, note.position);
      };
      if (!passage.to_come.empty() && has_come(passage.to_come.front())) {
        const auto rest = std::partition_point(passage.to_come.begin() + 1, passage.to_come.end(), has_come);
        passage.program = (rest - 1)->program;
        passage.percussion =
            (rest - 1)->percussion == RawProgram::Percussion::kOn && source(source_index).channel() != kDrumChannel;
        passage.to_come = {rest, passage.to_come.end()};
        passage.slot = kNoIndex;
      }
      if (passage.slot == kNoIndex) passage.slot = slot_for(source_index, passage);
      note.source = passage.slot;
      ++slots_[passage.slot].notes;
    }
  }

  /// Controls act on the line. They go to the first track of their own chunk's line or, where that has no notes, of the
  /// line in any chunk.
  template <class Event>
  void assign_to_slots(std::vector<Event>& events, std::size_t Slot::*count) {
    for (Event& event : events) {
      const std::uint32_t own = passages_[event.source].first_slot;
      event.source = own != kNoIndex ? own : first_of_line_[source(event.source).line];
      if (event.source != kNoIndex) ++(slots_[event.source].*count);
    }
  }

  void make_tracks() {
    auto& tracks = parsed_.score.tracks;
    tracks.resize(slots_.size());
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      tracks[i].channel = source(slots_[i].source).channel();
      tracks[i].port = source(slots_[i].source).port();
      tracks[i].program = slots_[i].program;
      tracks[i].percussion = slots_[i].percussion;
      tracks[i].notes.reserve(slots_[i].notes);
      tracks[i].controls.reserve(slots_[i].controls);
      tracks[i].bends.reserve(slots_[i].bends);
    }
    for (const RawNote& note : parsed_.notes) {
      tracks[note.source].notes.push_back(
          {note.onset, note.end - note.onset, note.pitch, note.velocity, note.ends_after_pedal});
    }
    for (const RawControl& control : parsed_.controls) {
      if (control.source == kNoIndex) continue;
      tracks[control.source].controls.push_back({control.tick, control.controller, control.value});
    }
    for (const RawBend& bend : parsed_.bends) {
      if (bend.source != kNoIndex) tracks[bend.source].bends.push_back({bend.tick, bend.value});
    }
  }

  /// Moves the name of each chunk with notes from the texts to its tracks.
  void name_tracks() {
    if (!names_tracks_) return;
    auto& texts = parsed_.score.texts;
    std::vector<bool> moved(texts.size(), false);
    bool any = false;
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      const std::uint32_t name = parsed_.chunk_names[source(slots_[i].source).chunk];
      if (name == kNoIndex) continue;
      parsed_.score.tracks[i].name = texts[name].text;
      moved[name] = any = true;
    }
    if (!any) return;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      if (moved[i]) continue;
      if (kept != i) texts[kept] = std::move(texts[i]);
      ++kept;
    }
    texts.resize(kept);
  }

  Parsed& parsed_;
  bool names_tracks_;
  std::vector<Slot> slots_;
  std::vector<Passage> passages_;
  std::vector<std::uint32_t> first_of_line_;
};

}  // namespace

Score assemble(Parsed&& parsed, bool names_tracks) { return Assembler(parsed, names_tracks).assemble(); }

}  // namespace continuo::midi
