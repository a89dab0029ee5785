// Notes that are added, removed, moved and stretched by hand.
#include "studio/edit.h"

#include <algorithm>
#include <set>

#include "continuo/base/error.h"
#include "continuo/base/format.h"

namespace continuo::studio {
namespace {

constexpr Tick kLastTick = (Tick{1} << 34) - 1;  ///< that a MIDI file can hold
constexpr std::size_t kMaxChanges = 10'000;

std::size_t track_of(const Json& change, const Score& score, const std::vector<Channel>& mixer) {
  if (score.tracks.empty()) refuse("the piece has no tracks", "track");
  const auto track =
      static_cast<std::size_t>(whole_of(change, "track", 0, static_cast<std::int64_t>(score.tracks.size()) - 1));
  if (track < mixer.size() && mixer[track].locked) refuse("the track is locked", "track", "Unlock it first.");
  return track;
}

/// A channel that no track uses; the first one where all are taken.
std::uint8_t free_channel(const Score& score) {
  for (std::uint8_t channel = 0; channel < 16; ++channel)
    if (channel != kDrumChannel &&
        std::ranges::none_of(score.tracks, [&](const Track& track) { return track.line() == channel; }))
      return channel;
  return 0;
}

/// The track of an added note: one that there is, or a new one of the instrument that the change names.
std::size_t track_to_write(const Json& change, Score& score, const std::vector<Channel>& mixer) {
  if (!change.contains("program")) return track_of(change, score, mixer);
  const auto program = static_cast<std::uint8_t>(whole_of(change, "program", 0, 127));
  const bool drums = flag_of(change, "drums", false);
  for (std::size_t t = 0; t < score.tracks.size(); ++t)
    if (score.tracks[t].is_drums() == drums && (drums || score.tracks[t].program == program)) return t;
  score.tracks.push_back({.channel = drums ? static_cast<std::uint8_t>(kDrumChannel) : free_channel(score),
                          .program = drums ? std::uint8_t{0} : program});
  return score.tracks.size() - 1;
}

void set_note(Note& note, const Json& change) {
  note.onset = whole_of(change, "onset", 0, kLastTick, note.onset);
  note.duration = whole_of(change, "duration", 1, kLastTick - note.onset, std::max<Tick>(1, note.duration));
  note.pitch = static_cast<std::uint8_t>(whole_of(change, "pitch", 0, 127, note.pitch));
  note.velocity = static_cast<std::uint8_t>(whole_of(change, "velocity", 1, 127, note.velocity));
}

const Json& list_of(const Json& changes) {
  if (!changes.is_array() || changes.empty() || changes.size() > kMaxChanges)
    refuse("changes must be a list of 1 to 10,000 changes", "changes");
  for (const Json& change : changes)
    if (!change.is_object()) refuse("a change must be an object", "changes");
  return changes;
}

}  // namespace

void refuse(const std::string& message, const char* about, const std::string& hint) {
  throw Error({.message = message, .hint = hint, .code = ErrorCode::kInvalidArgument, .about = about});
}

std::int64_t whole_of(const Json& object, const char* name, std::int64_t low, std::int64_t high) {
  const auto found = object.find(name);
  if (found != object.end() && found->is_number_integer() &&
      (!found->is_number_unsigned() || found->get<std::uint64_t>() <= static_cast<std::uint64_t>(INT64_MAX))) {
    const auto value = found->get<std::int64_t>();
    if (value >= low && value <= high) return value;
  }
  refuse(std::string(name) + " must be a whole number from " + std::to_string(low) + " to " + std::to_string(high),
         name);
}

std::int64_t whole_of(const Json& object, const char* name, std::int64_t low, std::int64_t high,
                      std::int64_t otherwise) {
  return object.contains(name) ? whole_of(object, name, low, high) : otherwise;
}

double number_of(const Json& object, const char* name, double low, double high) {
  const auto found = object.find(name);
  if (found != object.end() && found->is_number()) {
    const double value = found->get<double>();
    if (value >= low && value <= high) return value;
  }
  refuse(std::string(name) + " must be a number from " + format_decimals(low, 2) + " to " + format_decimals(high, 2),
         name);
}

bool flag_of(const Json& object, const char* name, bool otherwise) {
  const auto found = object.find(name);
  if (found == object.end()) return otherwise;
  if (!found->is_boolean()) refuse(std::string(name) + " must be true or false", name);
  return found->get<bool>();
}

std::string word_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) refuse(std::string(name) + " must be a text", name);
  return found->get<std::string>();
}

Score edited(const Score& score, const Json& changes, const std::vector<Channel>& mixer) {
  Score out = score;
  std::vector<std::set<std::size_t>> removed(score.tracks.size());
  std::vector<std::pair<std::size_t, Note>> added;
  for (const Json& change : list_of(changes)) {
    const std::string what = word_of(change, "change");
    if (what == "add") {
      Note note{.duration = score.ppq};
      for (const char* needed : {"onset", "duration", "pitch"})
        if (!change.contains(needed)) refuse(std::string(needed) + " is missing", needed);
      set_note(note, change);
      added.emplace_back(track_to_write(change, out, mixer), note);
      continue;
    }
    const std::size_t t = track_of(change, score, mixer);
    Track& track = out.tracks[t];
    if (what == "instrument") {
      if (track.is_drums()) refuse("drums keep their instrument", "track");
      track.program = static_cast<std::uint8_t>(whole_of(change, "program", 0, 127));
      continue;
    }
    if (what != "remove" && what != "change")
      refuse("there is no change '" + what + "'", "change", "There are add, remove, change and instrument.");
    const auto count = static_cast<std::int64_t>(score.tracks[t].notes.size());
    const auto n = static_cast<std::size_t>(whole_of(change, "note", 0, count - 1));
    if (what == "remove")
      removed[t].insert(n);
    else
      set_note(track.notes[n], change);
  }
  for (std::size_t t = 0; t < removed.size(); ++t)
    for (auto n = removed[t].rbegin(); n != removed[t].rend(); ++n)
      out.tracks[t].notes.erase(out.tracks[t].notes.begin() + static_cast<std::ptrdiff_t>(*n));
  for (const auto& [t, note] : added) out.tracks[t].notes.push_back(note);
  normalise(out);
  return out;
}

std::string edit_in_words(const Json& changes) {
  std::size_t added = 0, removed = 0, changed = 0, instruments = 0;
  for (const Json& change : changes) {
    const std::string what = change.value("change", "");
    (what == "add" ? added : what == "remove" ? removed : what == "change" ? changed : instruments) += 1;
  }
  std::string words;
  const auto say = [&](std::size_t count, const char* what) {
    if (count > 0) words += (words.empty() ? "" : ", ") + counted(count, "note") + " " + what;
  };
  say(added, "added");
  say(removed, "deleted");
  say(changed, "changed");
  if (instruments > 0) words += std::string(words.empty() ? "" : ", ") + "another instrument";
  return words;
}

}  // namespace continuo::studio
