// Measures of the outer voices: how the highest and the lowest line move.
#include <algorithm>
#include <array>
#include <cmath>

#include "evaluation/measure_values.h"

namespace continuo::evaluation {
namespace {

constexpr int kStep = 2, kLeap = 7;  // semitones
constexpr int kWidest = 12;          // moves beyond an octave are one kind each way

/// One note for each onset at which `sign` (1: the highest, -1: the lowest) of what sounds begins.
std::vector<Note> outer_voice(const std::vector<Note>& notes, int sign) {
  std::vector<Note> voice;
  for (std::size_t i = 0; i < notes.size();) {
    const Tick onset = notes[i].onset;
    Note outermost = notes[i];
    for (; i < notes.size() && notes[i].onset == onset; ++i)
      if (sign * notes[i].pitch > sign * outermost.pitch) outermost = notes[i];
    const bool covered = !voice.empty() && voice.back().onset + voice.back().duration > onset &&
                         sign * voice.back().pitch > sign * outermost.pitch;
    if (!covered) voice.push_back(outermost);
  }
  return voice;
}

struct Moves {
  double all = 0;                 ///< from note to note
  double moves = 0;               ///< to another pitch
  double steps = 0, leaps = 0;    ///< of these
  double fourths = 0;             ///< by a fourth or fifth
  double turns = 0, chances = 0;  ///< changes of direction, of those moves that follow another
  std::array<double, 2 * kWidest + 3> histogram{};
};

Moves moves_of(const std::vector<Note>& voice) {
  Moves result;
  int before = 0;
  for (std::size_t i = 1; i < voice.size(); ++i) {
    const int interval = voice[i].pitch - voice[i - 1].pitch;
    ++result.all;
    ++result.histogram[static_cast<std::size_t>(std::clamp(interval, -kWidest - 1, kWidest + 1) + kWidest + 1)];
    if (interval == 0) continue;
    const int width = std::abs(interval);
    ++result.moves;
    result.steps += width <= kStep ? 1 : 0;
    result.leaps += width >= kLeap ? 1 : 0;
    result.fourths += width == 5 || width == 7 ? 1 : 0;
    if (before != 0) {
      ++result.chances;
      result.turns += (interval > 0) != (before > 0) ? 1 : 0;
    }
    before = interval;
  }
  return result;
}

/// Mean pitch of the notes that begin in the last third of the piece less that of the first third.
double register_drift(const std::vector<Note>& notes, Tick end) {
  double first = 0, firsts = 0, last = 0, lasts = 0;
  for (const Note& note : notes) {
    if (note.onset * 3 < end) {
      first += note.pitch;
      ++firsts;
    } else if (note.onset * 3 >= end * 2) {
      last += note.pitch;
      ++lasts;
    }
  }
  return firsts == 0 || lasts == 0 ? kUndefined : last / lasts - first / firsts;
}

}  // namespace

void measure_melody(const Score& score, MeasureValues& values) {
  std::vector<Note> notes;
  for (const Track& track : score.tracks)
    if (!track.is_drums()) notes.insert(notes.end(), track.notes.begin(), track.notes.end());
  std::sort(notes.begin(), notes.end(), note_before);
  values[Measure::kRegisterDrift] = register_drift(notes, end_tick(score));
  const Moves top = moves_of(outer_voice(notes, 1)), bass = moves_of(outer_voice(notes, -1));
  if (top.all == 0) return;
  values[Measure::kMelodyRepeats] = (top.all - top.moves) / top.all;
  values[Measure::kMelodyEntropy] = entropy(top.histogram);
  if (top.moves > 0) {
    values[Measure::kMelodySteps] = top.steps / top.moves;
    values[Measure::kMelodyLeaps] = top.leaps / top.moves;
  }
  if (top.chances > 0) values[Measure::kMelodyTurns] = top.turns / top.chances;
  if (bass.moves > 0) {
    values[Measure::kBassSteps] = bass.steps / bass.moves;
    values[Measure::kBassFourths] = bass.fourths / bass.moves;
  }
}

}  // namespace continuo::evaluation
