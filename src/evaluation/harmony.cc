// Measures of harmony: a chord for each half bar, keys by windows, and how a piece closes.
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "continuo/music/chord.h"
#include "continuo/music/key.h"
#include "continuo/music/time.h"
#include "evaluation/measure_values.h"

namespace continuo::evaluation {
namespace {

constexpr int kMaxHarmonyBars = 20'000;
constexpr int kKeyBars = 8;  // of a key
constexpr int kMinKeyBars = 2;

std::vector<Note> pitched_notes(const Score& score) {
  std::vector<Note> notes;
  for (const Track& track : score.tracks)
    if (!track.is_drums()) notes.insert(notes.end(), track.notes.begin(), track.notes.end());
  std::sort(notes.begin(), notes.end(), note_before);
  return notes;
}

/// Of the pitches that sound together at an onset, the share of pairs that are a second, a seventh or a tritone apart.
double dissonance(const std::vector<Note>& notes) {
  double pairs = 0, dissonant = 0;
  std::vector<Note> sounding;
  for (std::size_t begin = 0; begin < notes.size();) {
    const Tick onset = notes[begin].onset;
    std::erase_if(sounding, [&](const Note& note) { return note.onset + note.duration <= onset; });
    const std::size_t held = sounding.size();
    for (; begin < notes.size() && notes[begin].onset == onset; ++begin) sounding.push_back(notes[begin]);
    for (std::size_t i = held; i < sounding.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        const int apart = std::abs(sounding[i].pitch - sounding[j].pitch);
        if (apart == 0) continue;
        const int interval = apart % 12;
        ++pairs;
        dissonant += interval == 1 || interval == 2 || interval == 6 || interval == 10 || interval == 11 ? 1 : 0;
      }
    }
  }
  return pairs == 0 ? kUndefined : dissonant / pairs;
}

void measure_chords(const std::vector<Sonority>& halves, MeasureValues& values) {
  std::array<double, 12 * kTriads> counts{};
  double chords = 0, fit = 0, neighbours = 0, changes = 0, moves = 0, fourths = 0, steps = 0;
  std::optional<Chord> before;
  for (const Sonority& half : halves) {
    const auto chord = chord_of(half);
    if (chord) {
      ++chords;
      fit += chord->fit;
      ++counts[static_cast<std::size_t>(chord->root) * kTriads + static_cast<std::size_t>(chord->triad)];
    }
    if (chord && before) {
      ++neighbours;
      changes += *chord == *before ? 0 : 1;
      const int move = (chord->root - before->root + 12) % 12;
      moves += move == 0 ? 0 : 1;
      fourths += move == 5 || move == 7 ? 1 : 0;
      steps += move == 1 || move == 2 || move == 10 || move == 11 ? 1 : 0;
    }
    if (chord) before = chord;
  }
  if (chords == 0) return;
  values[Measure::kChordFit] = fit / chords;
  values[Measure::kChordEntropy] = entropy(counts);
  if (neighbours > 0) values[Measure::kChordChanges] = changes / neighbours;
  if (moves == 0) return;
  values[Measure::kRootFourths] = fourths / moves;
  values[Measure::kRootSteps] = steps / moves;
}

/// First ticks of windows of `kKeyBars` bars, or of half the piece where it is shorter than two of them; then its
/// end.
std::vector<Tick> windows(const Score& score, const MeterMap& meter) {
  const Tick end = end_tick(score);
  const int bars = end > 0 ? meter.bar_at(end - 1).bar + 1 : 0;
  const int length = std::min(kKeyBars, bars / 2);
  std::vector<Tick> begins;
  if (length < kMinKeyBars || bars > kMaxHarmonyBars) return begins;
  for (int bar = 0; bar + length <= bars; bar += length) begins.push_back(meter.bar_start(bar));
  begins.push_back(end);
  return begins;
}

void measure_keys(const Score& score, MeasureValues& values) {
  const std::vector<Tick> begins = windows(score, MeterMap(score));
  double known = 0, fit = 0, neighbours = 0, changes = 0;
  std::optional<Key> before;
  for (std::size_t i = 0; i + 1 < begins.size(); ++i) {
    const Key key = find_key(score, begins[i], begins[i + 1]);
    if (!key.known) continue;
    ++known;
    fit += key.fit;
    if (before) {
      ++neighbours;
      changes += key.tonic == before->tonic && key.minor == before->minor ? 0 : 1;
    }
    before = key;
  }
  if (known > 0) values[Measure::kKeyFit] = fit / known;
  if (neighbours > 0) values[Measure::kKeyChanges] = changes / neighbours;
}

}  // namespace

void measure_harmony(const Score& score, MeasureValues& values) {
  const std::vector<Note> notes = pitched_notes(score);
  if (notes.empty()) return;
  measure_chords(half_bars(notes, MeterMap(score)), values);
  values[Measure::kDissonance] = dissonance(notes);
  measure_keys(score, values);
}

void measure_ending(const Score& whole, MeasureValues& values) {
  const MeterMap meter(whole);
  const Tick end = end_tick(whole);
  const int bars = end > 0 ? meter.bar_at(end - 1).bar + 1 : 0;
  const int length = std::min(kKeyBars, bars / 2);
  if (length < kMinKeyBars) return;
  const Key first = find_key(whole, 0, meter.bar_start(length));
  const Key last = find_key(whole, meter.bar_start(bars - length), end);
  if (!last.known) return;
  if (first.known) values[Measure::kKeyReturns] = first.tonic == last.tonic && first.minor == last.minor ? 1 : 0;

  const Sonority close = last_sonority(whole);
  const auto chord = chord_of(close);
  if (!chord) return;
  values[Measure::kEndsOnTonic] = chord->root == last.tonic ? 1 : 0;
  values[Measure::kBassEndsOnTonic] = close.lowest % 12 == last.tonic ? 1 : 0;
}

}  // namespace continuo::evaluation
