// Measures of time, loudness and instruments: how varied note lengths, onsets and velocities are.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "continuo/music/time.h"
#include "evaluation/measure_values.h"

namespace continuo::evaluation {
namespace {

double entropy_of(const std::map<Tick, double>& counts) {
  if (counts.empty()) return kUndefined;
  std::vector<double> values;
  for (const auto& [key, count] : counts) values.push_back(count);
  return entropy(values);
}

/// In 24ths of a quarter, so that files of different resolutions can be compared.
Tick in_24ths(Tick ticks, int ppq) { return (ticks * 24 + ppq / 2) / ppq; }

/// Mean absolute difference of the mean velocities of neighbouring bars with notes.
double velocity_change(const Score& score) {
  const MeterMap meter(score);
  std::map<int, std::pair<double, double>> bars;  // sum, notes
  for (const Track& track : score.tracks) {
    for (const Note& note : track.notes) {
      auto& [sum, notes] = bars[meter.bar_at(note.onset).bar];
      sum += note.velocity;
      ++notes;
    }
  }
  if (bars.size() < 2) return kUndefined;
  double changes = 0, before = -1;
  for (const auto& [bar, of] : bars) {
    const double mean = of.first / of.second;
    if (before >= 0) changes += std::abs(mean - before);
    before = mean;
  }
  return changes / static_cast<double>(bars.size() - 1);
}

double tempo_changes(const Score& score) {
  const double minutes = duration_seconds(score) / 60;
  if (!(minutes > 0)) return kUndefined;
  double changes = 0;
  std::uint32_t before = 0;
  for (const TempoChange& tempo : score.tempos) {
    if (tempo.tick > 0 && tempo.microseconds_per_quarter != before) ++changes;
    before = tempo.microseconds_per_quarter;
  }
  return changes / minutes;
}

}  // namespace

void measure_rhythm(const Score& score, const std::vector<Bar>& bars, MeasureValues& values) {
  std::map<Tick, double> lengths, between, positions, velocities;
  std::set<Tick> onsets;
  std::set<int> instruments;
  const MeterMap meter(score);
  double notes = 0;
  for (const Track& track : score.tracks) {
    if (!track.notes.empty()) instruments.insert(track.is_drums() ? 128 : track.program);
    for (const Note& note : track.notes) {
      ++notes;
      ++velocities[note.velocity];
      onsets.insert(note.onset);
      if (!track.is_drums()) ++lengths[in_24ths(note.duration, score.ppq)];
    }
  }
  if (onsets.empty()) return;
  double beats = 0;
  Tick before = -1;
  for (const Tick onset : onsets) {
    const Tick place = onset - meter.bar_at(onset).bar_start;
    ++positions[in_24ths(place, score.ppq)];
    beats += place % score.ppq == 0 ? 1 : 0;
    if (before >= 0) ++between[in_24ths(onset - before, score.ppq)];
    before = onset;
  }
  double full = 0, downbeats = 0;
  for (const Bar& bar : bars) {
    if (bar.empty()) continue;
    ++full;
    downbeats += bar.front().at == 0 ? 1 : 0;
  }
  values[Measure::kLengthEntropy] = entropy_of(lengths);
  values[Measure::kOnsetIntervalEntropy] = entropy_of(between);
  values[Measure::kPositionEntropy] = entropy_of(positions);
  values[Measure::kVelocityEntropy] = entropy_of(velocities);
  values[Measure::kVelocityChange] = velocity_change(score);
  values[Measure::kOnsetsOnBeats] = beats / static_cast<double>(onsets.size());
  if (full > 0) values[Measure::kDownbeats] = downbeats / full;
  values[Measure::kNotesPerOnset] = notes / static_cast<double>(onsets.size());
  values[Measure::kInstruments] = static_cast<double>(instruments.size());
  values[Measure::kTempoChanges] = tempo_changes(score);
}

}  // namespace continuo::evaluation
