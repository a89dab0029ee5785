// Which notes of a key lack their note-off, and how long they last.
#include "midi/missing_note_offs.h"

#include <algorithm>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <utility>

namespace continuo::midi {
namespace {

constexpr std::uint32_t kLastPosition = std::numeric_limits<std::uint32_t>::max();

struct NoteOff {
  Tick tick;
  std::uint32_t position;
};

class NoteEnds {
 public:
  NoteEnds(std::span<RawNote> notes, Tick end) : notes_(notes), end_(end), lacks_(notes.size(), false) {}

  /// By note: whether its note-off is missing.
  const std::vector<bool>& supply() {
    gather_keys();
    for (const auto& [key, of_key] : keys_) supply_key(of_key);
    shorten();
    return lacks_;
  }

 private:
  using Key = std::pair<std::uint32_t, std::uint8_t>;  // source and pitch
  using Indices = std::vector<std::size_t>;
  static Key key_of(const RawNote& note) { return {note.source, note.pitch}; }

  /// The notes of each key that has open ones.
  void gather_keys() {
    for (const RawNote& note : notes_) {
      if (note.open) keys_[key_of(note)];
    }
    for (std::size_t i = 0; i < notes_.size(); ++i) {
      const auto key = keys_.find(key_of(notes_[i]));
      if (key != keys_.end()) key->second.push_back(i);
    }
  }

  void supply_key(const Indices& of_key) {
    std::vector<NoteOff> offs;  // as they stand: those of the notes that were closed, first in, first out
    for (const std::size_t i : of_key) {
      if (!notes_[i].open) offs.push_back({notes_[i].end, notes_[i].ended_by});
    }
    find_lacking(of_key, offs);
    auto off = offs.begin();
    for (std::size_t n = 0; n < of_key.size(); ++n) {
      RawNote& note = notes_[of_key[n]];
      note.open = false;
      const bool is_last = n + 1 == of_key.size();
      NoteOff ended{end_, kLastPosition};
      if (!lacks_[of_key[n]]) {
        ended = *off++;
      } else if (!is_last) {  // struck again
        ended = {notes_[of_key[n + 1]].onset, notes_[of_key[n + 1]].position};
      }
      note.end = std::max(note.onset, ended.tick);
      note.ended_by = ended.position;
    }
  }

  void find_lacking(const Indices& of_key, const std::vector<NoteOff>& offs) {
    Indices sounding;
    auto off = offs.begin();
    const auto end_before = [&](std::uint32_t position) {
      for (; off != offs.end() && off->position < position; ++off) {
        if (!sounding.empty()) sounding.pop_back();
      }
    };
    for (const std::size_t i : of_key) {
      end_before(notes_[i].position);
      sounding.push_back(i);
    }
    end_before(kLastPosition);
    for (const std::size_t i : sounding) lacks_[i] = true;
  }

  /// Notes without a note-off last no longer than is usual.
  void shorten() {
    const std::map<std::uint32_t, Tick> usual = usual_durations();
    for (std::size_t i = 0; i < notes_.size(); ++i) {
      if (!lacks_[i]) continue;
      RawNote& note = notes_[i];
      const auto duration = usual.find(note.source);
      if (duration == usual.end() || note.onset + duration->second >= note.end) continue;
      note.end = note.onset + duration->second;
      note.ended_by = note.position;
    }
  }

  /// By source that lacks note-offs: the median duration of its notes that have one.
  std::map<std::uint32_t, Tick> usual_durations() const {
    std::map<std::uint32_t, std::vector<Tick>> durations;
    for (std::size_t i = 0; i < notes_.size(); ++i) {
      if (lacks_[i]) durations[notes_[i].source];
    }
    for (std::size_t i = 0; i < notes_.size(); ++i) {
      const auto found = durations.find(notes_[i].source);
      if (found != durations.end() && !lacks_[i]) found->second.push_back(notes_[i].end - notes_[i].onset);
    }
    std::map<std::uint32_t, Tick> usual;
    for (auto& [source, of_source] : durations) {
      if (of_source.empty()) continue;
      const auto middle = of_source.begin() + static_cast<std::ptrdiff_t>(of_source.size() / 2);
      std::nth_element(of_source.begin(), middle, of_source.end());
      usual[source] = *middle;
    }
    return usual;
  }

  std::span<RawNote> notes_;
  Tick end_;
  std::vector<bool> lacks_;
  std::map<Key, Indices> keys_;
};

}  // namespace

void supply_note_ends(Parsed& parsed, std::size_t first, Tick end, Warnings& warnings) {
  const std::span<RawNote> notes = std::span(parsed.notes).subspan(first);
  NoteEnds ends(notes, end);
  const std::vector<bool>& lacks = ends.supply();
  for (std::size_t i = 0; i < notes.size(); ++i) {
    if (!lacks[i]) continue;
    const RawNote& note = notes[i];
    warnings.add(note.position, [&] {
      return pitch_name(note.pitch) + " on channel " + std::to_string(parsed.sources[note.source].channel() + 1) +
             " is never switched off: it gets " + std::to_string(note.end - note.onset) + " ticks";
    });
  }
}

}  // namespace continuo::midi
