// Templates of triads over sounding time.
#include "continuo/music/chord.h"

#include <algorithm>
#include <array>

namespace continuo {
namespace {

constexpr int kMaxHalfBars = 40'000;

struct Template {
  int third, fifth;
  double prior;  ///< added to the score: diminished triads only where nothing else fits as well
};
constexpr std::array<Template, kTriads> kTemplates = {Template{4, 7, 0}, Template{3, 7, 0}, Template{3, 6, -0.05}};

std::vector<Note> pitched_notes(const Score& score) {
  std::vector<Note> notes;
  for (const Track& track : score.tracks)
    if (!track.is_drums()) notes.insert(notes.end(), track.notes.begin(), track.notes.end());
  std::sort(notes.begin(), notes.end(), note_before);
  return notes;
}

}  // namespace

void Sonority::add(int pitch, double weight) noexcept {
  weights[static_cast<std::size_t>(pitch % 12)] += weight;
  total += weight;
  lowest = std::min(lowest, pitch);
}

std::optional<Chord> chord_of(const Sonority& sonority) {
  if (sonority.total <= 0) return std::nullopt;
  const auto share = [&](int pitch_class) {
    return sonority.weights[static_cast<std::size_t>(pitch_class % 12)] / sonority.total;
  };
  Chord best;
  double highest = -1;
  for (int root = 0; root < 12; ++root) {
    for (std::size_t triad = 0; triad < kTriads; ++triad) {
      const Template& shape = kTemplates[triad];
      const double fit = share(root) + share(root + shape.third) + share(root + shape.fifth);
      const double score = fit + (sonority.lowest % 12 == root ? 0.15 : 0) + 0.05 * share(root) + shape.prior;
      if (score <= highest) continue;
      highest = score;
      best = {root, static_cast<Triad>(triad), fit};
    }
  }
  return best;
}

std::string chord_name(const Chord& chord) {
  static constexpr std::array<const char*, 12> kRoots = {"C",       "D flat", "D",      "E flat", "E",      "F",
                                                         "F sharp", "G",      "A flat", "A",      "B flat", "B"};
  static constexpr std::array<const char*, kTriads> kEndings = {"", " m", " dim"};
  return std::string(kRoots[static_cast<std::size_t>(chord.root)]) + kEndings[static_cast<std::size_t>(chord.triad)];
}

std::vector<Sonority> half_bars(const Score& score) { return half_bars(pitched_notes(score), MeterMap(score)); }

std::vector<Sonority> half_bars(const std::vector<Note>& notes, const MeterMap& meter) {
  std::vector<Tick> begins;  // of the half bars, and the end of the last
  Tick end = 0;
  for (const Note& note : notes) end = std::max(end, note.onset + note.duration);
  for (int bar = 0; 2 * bar < kMaxHalfBars && meter.bar_start(bar) < end; ++bar) {
    const Tick begin = meter.bar_start(bar);
    begins.push_back(begin);
    begins.push_back(begin + (meter.bar_start(bar + 1) - begin) / 2);
  }
  begins.push_back(meter.bar_start(static_cast<int>(begins.size() / 2)));
  std::vector<Sonority> halves(begins.size() - 1);
  for (const Note& note : notes) {
    const Tick stop = note.onset + note.duration;
    auto half = static_cast<std::size_t>(std::upper_bound(begins.begin(), begins.end(), note.onset) - begins.begin());
    for (half = half == 0 ? 0 : half - 1; half < halves.size() && begins[half] < stop; ++half) {
      const Tick overlap = std::min(stop, begins[half + 1]) - std::max(note.onset, begins[half]);
      if (overlap > 0) halves[half].add(note.pitch, static_cast<double>(overlap));
    }
  }
  return halves;
}

Sonority last_sonority(const Score& score) {
  Sonority last;
  const std::vector<Note> notes = pitched_notes(score);
  Tick stop = 0;
  for (const Note& note : notes) stop = std::max(stop, note.onset + note.duration);
  for (const Note& note : notes) {
    const Tick heard = std::min<Tick>(note.duration, note.onset + note.duration - (stop - score.ppq));
    if (heard > 0) last.add(note.pitch, static_cast<double>(heard));
  }
  return last;
}

}  // namespace continuo
