// The measures of a score: MusPy's (Dong et al. 2020, "MusPy: A Toolkit for Symbolic Music Generation", ISMIR; its
// module muspy.metrics, version 0.5) with its conventions, and a few more.
#include "continuo/evaluation/measures.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include "continuo/evaluation/statistics.h"
#include "continuo/music/excerpt.h"
#include "continuo/music/time.h"
#include "evaluation/bars.h"
#include "evaluation/measure_values.h"

namespace continuo::evaluation {
namespace {

constexpr std::size_t kMaxSteps = 50'000'000;  // of a piece, so that no file makes a table of beats too large

/// The notes that are not drums, on one line of time.
struct Pitched {
  std::vector<Note> notes;
  std::array<double, 128> histogram{};
};

Pitched pitched(const Score& score) {
  Pitched result;
  for (const Track& track : score.tracks) {
    if (track.is_drums()) continue;
    for (const Note& note : track.notes) {
      result.notes.push_back(note);
      ++result.histogram[note.pitch & 127U];
    }
  }
  return result;
}

std::array<double, 12> fold(const std::array<double, 128>& histogram) {
  std::array<double, 12> classes{};
  for (std::size_t pitch = 0; pitch < histogram.size(); ++pitch) classes[pitch % 12] += histogram[pitch];
  return classes;
}

/// The largest share of notes within one of the 24 major and (natural) minor scales.
double scale_consistency(const std::array<double, 12>& classes) {
  // Every natural minor scale has the notes of a major one, so that the twelve major scales are enough.
  constexpr std::array<std::size_t, 7> kSteps = {0, 2, 4, 5, 7, 9, 11};
  double most = 0;
  for (std::size_t root = 0; root < 12; ++root) {
    double inside = 0;
    for (const std::size_t step : kSteps) inside += classes[(root + step) % 12];
    most = std::max(most, inside);
  }
  return most / std::accumulate(classes.begin(), classes.end(), 0.0);
}

/// Time by the number of pitches that sound: a pitch counts once, however many tracks play it.
struct Sounding {
  double pitch_ticks = 0;  ///< sum over time of the pitches that sound
  Tick any = 0;            ///< ticks with at least one
  Tick more_than_two = 0;
};

Sounding sounding(std::vector<Note> notes) {
  std::sort(notes.begin(), notes.end(),
            [](const Note& a, const Note& b) { return std::pair(a.pitch, a.onset) < std::pair(b.pitch, b.onset); });
  std::vector<std::pair<Tick, int>> changes;
  for (std::size_t i = 0; i < notes.size();) {
    const Tick begin = notes[i].onset;
    Tick end = begin + notes[i].duration;
    const std::uint8_t pitch = notes[i].pitch;
    for (++i; i < notes.size() && notes[i].pitch == pitch && notes[i].onset <= end; ++i)
      end = std::max(end, notes[i].onset + notes[i].duration);
    if (end > begin) changes.insert(changes.end(), {{begin, 1}, {end, -1}});
  }
  std::sort(changes.begin(), changes.end());
  Sounding result;
  Tick before = 0;
  int now = 0;
  for (const auto& [tick, change] : changes) {
    const Tick passed = tick - before;
    result.pitch_ticks += static_cast<double>(passed) * now;
    if (now > 0) result.any += passed;
    if (now > 2) result.more_than_two += passed;
    before = tick;
    now += change;
  }
  return result;
}

/// A beat is a quarter note. MusPy counts the beat in which the piece ends, and takes a note to sound in the beat in
/// which it ends, even where it ends as that begins. Drums count.
double empty_beat_rate(const Score& score) {
  const Tick length = end_tick(score);
  if (length < 1 || static_cast<std::size_t>(length / score.ppq) >= kMaxSteps) return kUndefined;
  std::vector<int> changes(static_cast<std::size_t>(length / score.ppq) + 2);
  for (const Track& track : score.tracks) {
    for (const Note& note : track.notes) {
      ++changes[static_cast<std::size_t>(note.onset / score.ppq)];
      --changes[static_cast<std::size_t>((note.onset + note.duration) / score.ppq) + 1];
    }
  }
  std::size_t empty = 0;
  int now = 0;
  for (std::size_t beat = 0; beat + 1 < changes.size(); ++beat) {
    now += changes[beat];
    empty += now == 0 ? 1U : 0U;
  }
  return static_cast<double>(empty) / static_cast<double>(changes.size() - 1);
}

/// Ticks of a bar where the whole piece has one time signature.
std::optional<Tick> constant_bar(const Score& score) {
  const MeterMap meter(score);
  const BarPosition first = meter.bar_at(0);
  const Tick end = end_tick(score);
  for (const TimeSignature& signature : score.time_signatures) {
    if (signature.tick > end) continue;
    const BarPosition place = meter.bar_at(signature.tick);
    if (place.numerator != first.numerator || place.denominator != first.denominator) return std::nullopt;
  }
  return first.bar_length;
}

/// Wu and Yang 2020 as MusPy has it: bars are vectors with a 1 at each step where a note begins, drums among them.
double groove_consistency(const Score& score) {
  const auto bar = constant_bar(score);
  if (!bar) return kUndefined;
  const Tick bars = end_tick(score) / *bar + 1;
  if (bars < 2) return kUndefined;
  std::set<Tick> onsets;
  for (const Track& track : score.tracks)
    for (const Note& note : track.notes) onsets.insert(note.onset);
  // Each onset without one a bar later or a bar earlier is a difference between two neighbours.
  double distance = 0;
  for (const Tick onset : onsets) {
    if (onset / *bar + 1 < bars && !onsets.contains(onset + *bar)) ++distance;
    if (onset >= *bar && !onsets.contains(onset - *bar)) ++distance;
  }
  return 1 - distance / (static_cast<double>(*bar) * static_cast<double>(bars - 1));
}

struct MeanAndDeviation {
  double mean = kUndefined, deviation = kUndefined;
};

/// Of all values of a piece: the deviation divides by their number.
MeanAndDeviation moments(const std::vector<double>& values) {
  if (values.empty()) return {};
  const auto count = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return {mean, std::sqrt(squares / count)};
}

double bar_similarity(const std::vector<Bar>& bars, const BarSimilarities& similar) {
  if (!similar.known()) return kUndefined;
  std::vector<std::size_t> full;
  for (std::size_t i = 0; i < bars.size(); ++i)
    if (!bars[i].empty()) full.push_back(i);
  if (full.size() < 2) return kUndefined;
  double sum = 0;
  for (std::size_t i = 0; i < full.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) sum += similar.of(full[j], full[i]);
  return sum / (static_cast<double>(full.size()) * static_cast<double>(full.size() - 1) / 2);
}

double repeated_bars(const std::vector<Bar>& bars) {
  std::set<Bar> seen;
  double full = 0, repeated = 0;
  for (const Bar& bar : bars) {
    if (bar.empty()) continue;
    ++full;
    repeated += seen.insert(bar).second ? 0 : 1;
  }
  return full == 0 ? kUndefined : repeated / full;
}

double loop_share(const std::vector<Bar>& bars) {
  return bars.empty() ? kUndefined
                      : static_cast<double>(bars_in_loops(bars, kLoopBars)) / static_cast<double>(bars.size());
}

Score at_resolution(const Score& score, int resolution) {
  return resolution == 0 || resolution == score.ppq ? score : with_ppq(score, resolution);
}

void measure_pitches(const Pitched& pitches, MeasureValues& values) {
  values[Measure::kPitchRange] = values[Measure::kPitches] = values[Measure::kPitchClasses] = 0;
  if (pitches.notes.empty()) return;
  const auto classes = fold(pitches.histogram);
  const auto used = [](double count) { return count > 0; };
  const auto low = std::find_if(pitches.histogram.begin(), pitches.histogram.end(), used);
  const auto high = std::find_if(pitches.histogram.rbegin(), pitches.histogram.rend(), used);
  values[Measure::kPitchRange] = static_cast<double>(high.base() - 1 - low);
  values[Measure::kPitches] =
      static_cast<double>(std::count_if(pitches.histogram.begin(), pitches.histogram.end(), used));
  values[Measure::kPitchClasses] = static_cast<double>(std::count_if(classes.begin(), classes.end(), used));
  values[Measure::kPitchEntropy] = entropy(pitches.histogram);
  values[Measure::kPitchClassEntropy] = entropy(classes);
  values[Measure::kScaleConsistency] = scale_consistency(classes);
}

}  // namespace

double entropy(std::span<const double> counts) {
  const double total = std::accumulate(counts.begin(), counts.end(), 0.0);
  double bits = 0;
  for (const double count : counts)
    if (count > 0) bits -= count / total * std::log2(count / total);
  return bits;
}

Score measured_part(const Score& score, const MeasureOptions& options) {
  if (options.first_seconds <= 0) return score;
  return beginning(score, std::max<Tick>(1, TempoMap(score).tick(options.first_seconds)));
}

std::vector<double> measure(const Score& whole, const MeasureOptions& options) {
  const Score given = measured_part(whole, options);
  const Score score = at_resolution(given, options.resolution);
  const Pitched pitches = pitched(score);
  const Tick length = end_tick(score);
  MeasureValues values;
  measure_pitches(pitches, values);

  const Sounding sound = sounding(pitches.notes);
  if (sound.any > 0) values[Measure::kPolyphony] = sound.pitch_ticks / static_cast<double>(sound.any);
  if (length > 0)
    values[Measure::kPolyphonyRate] = static_cast<double>(sound.more_than_two) / static_cast<double>(length);
  values[Measure::kEmptyBeatRate] = empty_beat_rate(score);
  values[Measure::kGrooveConsistency] = groove_consistency(score);

  const auto notes = static_cast<double>(note_count(given));
  const double seconds = duration_seconds(given);
  values[Measure::kNotes] = notes;
  values[Measure::kSeconds] = seconds;
  if (seconds > 0) values[Measure::kNotesPerSecond] = notes / seconds;
  std::vector<double> velocities, durations;
  for (const Track& track : given.tracks)
    for (const Note& note : track.notes) velocities.push_back(note.velocity);
  for (const Note& note : pitches.notes) durations.push_back(static_cast<double>(note.duration) / score.ppq);
  const auto velocity = moments(velocities), duration = moments(durations);
  values[Measure::kVelocityMean] = velocity.mean;
  values[Measure::kVelocityDeviation] = velocity.deviation;
  values[Measure::kDurationMean] = duration.mean;
  values[Measure::kDurationDeviation] = duration.deviation;

  const std::vector<Bar> bars = bars_of(score);
  values[Measure::kBars] = static_cast<double>(bars.size());
  const BarSimilarities similar(bars);
  values[Measure::kBarSimilarity] = bar_similarity(bars, similar);
  values[Measure::kRepeatedBars] = repeated_bars(bars);
  values[Measure::kOneBarLoops] = loop_share(bars);
  measure_harmony(score, values);
  measure_ending(at_resolution(whole, options.resolution), values);
  measure_melody(score, values);
  measure_form(score, bars, similar, values);
  measure_rhythm(score, bars, values);
  return values.take();
}

double share_of_one_bar_loops(const Score& score, const MeasureOptions& options) {
  return loop_share(bars_of(at_resolution(score, options.resolution)));
}

}  // namespace continuo::evaluation
