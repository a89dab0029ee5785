// Altered copies of scores: what arrangers, editors, players and file formats do to a piece.
#include <algorithm>
#include <array>
#include <utility>

#include "continuo/corpus/duplicate_check.h"

namespace continuo::corpus {
namespace {

/// Calls change(note) for every pitched note.
template <class Change>
void for_each_pitched(Score& score, const Change& change) {
  for (Track& track : score.tracks)
    if (!track.is_drums())
      for (Note& note : track.notes) change(note);
}

void transpose(Score& score, Random& random) {
  int lowest = 127, highest = 0;
  for_each_pitched(score, [&](const Note& note) {
    lowest = std::min<int>(lowest, note.pitch);
    highest = std::max<int>(highest, note.pitch);
  });
  int semitones = static_cast<int>(random.between(1, 6));
  if (random.uniform() < 0.5) semitones = -semitones;
  if (highest + semitones > 127 || lowest + semitones < 0) semitones = -semitones;
  for_each_pitched(
      score, [&](Note& note) { note.pitch = static_cast<std::uint8_t>(std::clamp(note.pitch + semitones, 0, 127)); });
}

void retime(Score& score, Random& random) {
  // The same ticks with another resolution: every value is halved or doubled. Then another resolution for those values.
  score.ppq = random.uniform() < 0.5 ? std::max(1, score.ppq / 2) : std::min(16'000, score.ppq * 2);
  constexpr std::array<int, 4> kResolutions{96, 192, 384, 960};
  score = with_ppq(score, kResolutions[random.below(kResolutions.size())]);
  score.tempos = {{0, static_cast<std::uint32_t>(random.between(300'000, 1'200'000))}};
}

void merge_tracks(Score& score) {
  std::vector<Track> kept(1);
  for (Track& track : score.tracks) {
    if (track.is_drums()) {
      kept.push_back(std::move(track));
    } else {
      kept[0].notes.insert(kept[0].notes.end(), track.notes.begin(), track.notes.end());
    }
  }
  score.tracks = std::move(kept);
}

void split_tracks(Score& score, Random& random) {
  constexpr std::size_t kParts = 4;
  std::vector<Track> parts;
  for (Track& track : score.tracks) {
    if (track.is_drums()) {
      parts.push_back(std::move(track));
      continue;
    }
    const std::size_t first = parts.size();
    for (std::size_t part = 0; part < kParts; ++part) {
      Track& shell = parts.emplace_back(track);
      shell.notes.clear();
      shell.name += " " + std::to_string(part + 1);
    }
    for (const Note& note : track.notes) parts[first + random.below(kParts)].notes.push_back(note);
  }
  score.tracks = std::move(parts);
}

void quantise(Score& score) {
  const Tick grid = std::max(1, score.ppq / 4);
  for_each_pitched(score, [&](Note& note) { note.onset = (note.onset + grid / 2) / grid * grid; });
}

void humanise(Score& score, Random& random) {
  if (score.ppq < 96) score = with_ppq(score, score.ppq * 16);
  const Tick most = score.ppq / 32;
  for_each_pitched(score,
                   [&](Note& note) { note.onset = std::max<Tick>(0, note.onset + random.between(-most, most)); });
}

void ornament(Score& score, Random& random) {
  if (score.ppq < 96) score = with_ppq(score, score.ppq * 16);
  for (Track& track : score.tracks) {
    if (track.is_drums()) continue;
    std::vector<Note> notes;
    for (const Note& note : track.notes) {
      const Tick turn = std::min<Tick>(note.duration, score.ppq) / 4;
      if (turn == 0 || note.pitch > 125 || random.below(12) != 0) {
        notes.push_back(note);
        continue;
      }
      Note first = note, upper = note, rest = note;
      first.duration = upper.duration = turn;
      upper.onset += turn;
      upper.pitch = static_cast<std::uint8_t>(upper.pitch + 2);
      rest.onset += 2 * turn;
      rest.duration -= 2 * turn;
      notes.insert(notes.end(), {first, upper, rest});
    }
    track.notes = std::move(notes);
  }
}

void thin_out(Score& score, Random& random) {
  for (Track& track : score.tracks)
    if (!track.is_drums()) std::erase_if(track.notes, [&](const Note&) { return random.below(12) == 0; });
}

void excerpt(Score& score) {
  const Tick end = end_tick(score);
  for (Track& track : score.tracks)
    std::erase_if(track.notes, [&](const Note& note) { return note.onset < end / 3 || note.onset >= end - end / 3; });
}

}  // namespace

const char* alteration_name(Alteration alteration) noexcept {
  constexpr std::array<const char*, kAlterations> kNames{
      "transposed", "re-timed",   "tracks merged",       "tracks split",       "quantised to sixteenths",
      "humanised",  "ornamented", "one note in 12 gone", "middle third alone", "several of these at once"};
  return kNames[static_cast<std::size_t>(alteration)];
}

Score altered(const Score& score, Alteration alteration, Random& random) {
  Score copy = score;
  switch (alteration) {
    case Alteration::kTransposed:
      transpose(copy, random);
      break;
    case Alteration::kRetimed:
      retime(copy, random);
      break;
    case Alteration::kTracksMerged:
      merge_tracks(copy);
      break;
    case Alteration::kTracksSplit:
      split_tracks(copy, random);
      break;
    case Alteration::kQuantised:
      quantise(copy);
      break;
    case Alteration::kHumanised:
      humanise(copy, random);
      break;
    case Alteration::kOrnamented:
      ornament(copy, random);
      break;
    case Alteration::kThinned:
      thin_out(copy, random);
      break;
    case Alteration::kExcerpt:
      excerpt(copy);
      break;
    case Alteration::kAllAtOnce:
      transpose(copy, random);
      ornament(copy, random);
      retime(copy, random);
      split_tracks(copy, random);
      break;
  }
  normalise(copy);
  return copy;
}

}  // namespace continuo::corpus
