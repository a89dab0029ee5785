// What a MIDI file holds, for people: format, length, tempo, metre, key, tracks, and what was wrong with it.
#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

#include "continuo/base/format.h"
#include "continuo/encoding/encoding.h"
#include "continuo/music/key.h"
#include "continuo/music/time.h"
#include "inspect.h"
#include "terminal.h"

namespace continuo::app {
namespace {

constexpr std::size_t kShownChanges = 6;

std::string tempo_summary(const Score& score) {
  const TempoMap clock(score);
  const Tick end = end_tick(score);
  double slowest = 60e6 / clock.tempo(0), fastest = slowest;
  std::size_t changes = 0;
  for (const TempoChange& change : score.tempos) {
    if (change.tick == 0 || change.tick >= std::max<Tick>(end, 1)) continue;
    ++changes;
    slowest = std::min(slowest, 60e6 / change.microseconds_per_quarter);
    fastest = std::max(fastest, 60e6 / change.microseconds_per_quarter);
  }
  if (changes == 0) {
    const bool given = !score.tempos.empty() && score.tempos.front().tick == 0;
    return fmt::format("{:.4g} quarters a minute{}", 60e6 / clock.tempo(0),
                       given || clock.tempo(0) != kDefaultTempo ? "" : " (the default)");
  }
  const double mean = static_cast<double>(end) / score.ppq * 60 / std::max(1e-9, clock.seconds(end));
  return fmt::format("{:.4g} quarters a minute on average, {:.4g} to {:.4g} in {}", mean, slowest, fastest,
                     counted(changes, "change"));
}

/// "4/4, 3/4 from bar 17, ... and 3 more changes".
template <class Change, class Name>
std::string changes_summary(const std::vector<Change>& changes, const MeterMap& meter, const std::string& before,
                            Name name) {
  std::string text;
  if (changes.empty() || changes.front().tick > 0) text = before;
  std::size_t shown = 0;
  for (const Change& change : changes) {
    if (shown++ == kShownChanges) return fmt::format("{}, and {} more changes", text, changes.size() - kShownChanges);
    if (!text.empty()) text += ", ";
    text += name(change);
    if (change.tick > 0) text += fmt::format(" from bar {}", meter.bar_at(change.tick).bar + 1);
  }
  return text;
}

void print_track(std::size_t number, const Track& track) {
  std::string range = "-";
  if (!track.notes.empty()) {
    const auto [low, high] = std::minmax_element(track.notes.begin(), track.notes.end(),
                                                 [](const Note& a, const Note& b) { return a.pitch < b.pitch; });
    range = track.is_drums() ? fmt::format("keys {} to {}", low->pitch, high->pitch)
                             : fmt::format("{} to {}", pitch_name(low->pitch), pitch_name(high->pitch));
  }
  std::set<std::uint8_t> velocities;
  for (const Note& note : track.notes) velocities.insert(note.velocity);
  const auto pedal = std::count_if(track.controls.begin(), track.controls.end(),
                                   [](const ControlChange& change) { return change.controller == 64; });
  std::string remarks;
  if (velocities.size() == 1 && track.notes.size() > 1) remarks += ", one velocity";
  if (pedal > 0) remarks += ", sustain pedal";
  if (!track.bends.empty()) remarks += ", pitch bends";
  fmt::print("  {:>3}  {:>2}  {:<30} {:>7}  {:<12}  {}{}\n", number, track.channel + 1,
             track.is_drums() ? "drums" : fmt::format("{} {}", track.program + 1, program_name(track.program)),
             format_count(track.notes.size()), range, printable(track.name, 30), remarks);
}

}  // namespace

void print_midi(const std::filesystem::path& path, const midi::ReadResult& read) {
  Score score = read.score;
  const std::string text_encoding = encoding::make_readable(score);
  const MeterMap meter(score);
  const Tick end = end_tick(score);
  fmt::print("{}: Standard MIDI File, format {}, {} ticks per quarter note\n", path.string(), read.format, score.ppq);
  const auto bars = static_cast<std::uint64_t>(end > 0 ? meter.bar_at(end - 1).bar + 1 : 0);
  fmt::print("  length  {}, {}, {} on {}\n", format_duration(duration_seconds(score)), counted(bars, "bar"),
             counted(note_count(score), "note"), counted(score.tracks.size(), "track"));
  fmt::print("  tempo   {}\n", tempo_summary(score));
  fmt::print("  metre   {}\n", changes_summary(score.time_signatures, meter, "4/4", [](const TimeSignature& change) {
               return fmt::format("{}/{}", change.numerator, change.denominator);
             }));
  if (!score.key_signatures.empty()) {
    fmt::print("  key     {}\n",
               changes_summary(score.key_signatures, meter, "", [](const KeySignature& key) { return key_name(key); }));
  }
  constexpr std::size_t kShownTexts = 5;
  std::size_t texts = 0;
  for (const TextEvent& event : score.texts) {
    if (event.kind != TextKind::kText && event.kind != TextKind::kCopyright && event.kind != TextKind::kTrackName)
      continue;
    if (event.text.find_first_not_of(" \t\r\n") == std::string::npos || texts++ >= kShownTexts) continue;
    fmt::print("  {}    {}\n", event.kind == TextKind::kTrackName ? "name" : "text", printable(event.text));
  }
  if (encoding::was_guessed(text_encoding))
    fmt::print("  texts   are not UTF-8: read as {}, which is a guess\n", text_encoding);
  if (!score.tracks.empty()) {
    fmt::print("  {:>3}  {:>2}  {:<30} {:>7}  {:<12}  {}\n", "", "ch", "program", "notes", "range", "name");
  }
  for (std::size_t i = 0; i < score.tracks.size(); ++i) print_track(i + 1, score.tracks[i]);
  if (read.warning_count > 0) fmt::print("  {}\n", counted(read.warning_count, "warning"));
  for (const midi::Warning& warning : read.warnings) {
    fmt::print("    at byte {}: {}\n", warning.offset, printable(warning.text, 200));
  }
  if (read.warning_count > read.warnings.size()) {
    fmt::print("    and {} more\n", format_count(read.warning_count - read.warnings.size()));
  }
}

}  // namespace continuo::app
