// The features of Yang and Lerch.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

#include "continuo/evaluation/distributions.h"
#include "continuo/evaluation/statistics.h"
#include "continuo/music/time.h"

namespace continuo::evaluation {
namespace {

constexpr Seconds kTransition = 0.05;  // pretty_midi's, which mgeval calls
constexpr std::array<double, 12> kLengths = {96, 48, 24, 12, 6, 72, 36, 18, 9, 32, 16, 8};  // 96ths of a bar

constexpr std::array kFeatures = {
    FeatureInfo{"pitch count", "different pitches", 1},
    FeatureInfo{"note count", "notes", 1},
    FeatureInfo{"pitch range", "semitones from lowest to highest", 1},
    FeatureInfo{"average pitch interval", "semitones from note to note", 1},
    FeatureInfo{"average inter-onset interval", "seconds from note to note", 1},
    FeatureInfo{"pitch class histogram", "shares of sounding time", 12},
    FeatureInfo{"pitch class transition matrix", "shares of the steps", 144},
    FeatureInfo{"note length histogram", "shares of the notes", 12},
    FeatureInfo{"note length transition matrix", "shares of the steps", 144},
};

template <std::size_t N>
void to_shares(std::array<double, N>& counts) {
  const double sum = std::accumulate(counts.begin(), counts.end(), 0.0);
  if (sum > 0)
    for (double& count : counts) count /= sum;
}

std::size_t nearest_length(Tick duration, Tick bar) {
  const double length = static_cast<double>(duration) * 96 / static_cast<double>(bar);
  const auto farther = [&](double a, double b) { return std::abs(a - length) < std::abs(b - length); };
  return static_cast<std::size_t>(std::min_element(kLengths.begin(), kLengths.end(), farther) - kLengths.begin());
}

void count_transitions(const Track& track, const TempoMap& clock, std::array<double, 144>& counts) {
  std::vector<Seconds> onsets;  // in order, as the notes are
  for (const Note& note : track.notes) onsets.push_back(clock.seconds(note.onset));
  for (const Note& note : track.notes) {
    const Seconds end = clock.seconds(note.onset + note.duration);
    const auto from = std::upper_bound(onsets.begin(), onsets.end(), end - kTransition);
    for (auto next = from; next != onsets.end() && *next < end + kTransition; ++next) {
      const Note& other = track.notes[static_cast<std::size_t>(next - onsets.begin())];
      ++counts[static_cast<std::size_t>(note.pitch % 12 * 12 + other.pitch % 12)];
    }
  }
}

}  // namespace

Features features(const Score& score) {
  const TempoMap clock(score);
  const MeterMap meter(score);
  std::vector<Note> notes;
  Features result;
  for (const Track& track : score.tracks) {
    if (track.is_drums()) continue;
    notes.insert(notes.end(), track.notes.begin(), track.notes.end());
    count_transitions(track, clock, result.pitch_class_transitions);
  }
  std::stable_sort(notes.begin(), notes.end(), note_before);

  std::array<bool, 128> used{};
  double intervals = 0;
  std::size_t length = 0;
  for (std::size_t i = 0; i < notes.size(); ++i) {
    const Note& note = notes[i];
    used[note.pitch & 127U] = true;
    result.pitch_class_histogram[note.pitch % 12] +=
        clock.seconds(note.onset + note.duration) - clock.seconds(note.onset);
    const std::size_t before = length;
    length = nearest_length(note.duration, meter.bar_at(note.onset).bar_length);
    ++result.note_length_histogram[length];
    if (i == 0) continue;
    intervals += std::abs(note.pitch - notes[i - 1].pitch);
    ++result.note_length_transitions[before * 12 + length];
  }
  result.note_count = static_cast<double>(notes.size());
  result.pitch_count = static_cast<double>(std::count(used.begin(), used.end(), true));
  if (!notes.empty()) {
    const auto [low, high] =
        std::minmax_element(notes.begin(), notes.end(), [](const Note& a, const Note& b) { return a.pitch < b.pitch; });
    result.pitch_range = high->pitch - low->pitch;
  }
  const double steps = result.note_count - 1;
  result.pitch_interval = steps > 0 ? intervals / steps : kUndefined;
  result.inter_onset_interval =
      steps > 0 ? (clock.seconds(notes.back().onset) - clock.seconds(notes.front().onset)) / steps : kUndefined;
  to_shares(result.pitch_class_histogram);
  to_shares(result.pitch_class_transitions);
  to_shares(result.note_length_histogram);
  to_shares(result.note_length_transitions);
  return result;
}

std::span<const FeatureInfo> feature_names() { return kFeatures; }

std::span<const double> feature(const Features& features, std::size_t index) {
  switch (index) {
    case 0:
      return {&features.pitch_count, 1};
    case 1:
      return {&features.note_count, 1};
    case 2:
      return {&features.pitch_range, 1};
    case 3:
      return {&features.pitch_interval, 1};
    case 4:
      return {&features.inter_onset_interval, 1};
    case 5:
      return features.pitch_class_histogram;
    case 6:
      return features.pitch_class_transitions;
    case 7:
      return features.note_length_histogram;
    case 8:
      return features.note_length_transitions;
    default:
      return {};
  }
}

}  // namespace continuo::evaluation
