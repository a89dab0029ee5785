// Dynamic programming over notes from high to low and tracks from high to low.
#include "music/track_choice.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace continuo {
namespace {

constexpr std::size_t kRemembered = 24;  // notes that make a register
constexpr double kBeyond = 2;            // cost of a semitone beyond the register, beside its distance from the centre
constexpr double kCrowd = 48;            // of a note more than the track is used to play together
constexpr double kBusy = 6;              // of a note while one voice still sounds
constexpr double kHold = 0.85;           // weight of the old centre

}  // namespace

TrackChoice::TrackChoice(const Score& score, const std::vector<std::size_t>& tracks, Tick now) {
  for (const std::size_t track : tracks) {
    const auto& notes = score.tracks[track].notes;
    auto end = std::upper_bound(notes.begin(), notes.end(), now,
                                [](Tick tick, const Note& note) { return tick < note.onset; });
    if (end == notes.begin()) end = notes.end();
    const auto begin = end - std::min<std::ptrdiff_t>(kRemembered, end - notes.begin());
    Voice voice{.track = track};
    if (begin != end) {
      double sum = 0;
      voice.low = 127;
      voice.high = 0;
      int together = 0;
      for (auto note = begin; note != end; ++note) {
        sum += note->pitch;
        voice.low = std::min<double>(voice.low, note->pitch);
        voice.high = std::max<double>(voice.high, note->pitch);
        together = note != begin && note->onset == (note - 1)->onset ? together + 1 : 1;
        voice.most = std::max(voice.most, together);
        voice.sounds_until = std::max(voice.sounds_until, note->onset + note->duration);
      }
      voice.centre = sum / static_cast<double>(end - begin);
    }
    voices_.push_back(voice);
  }
  std::stable_sort(voices_.begin(), voices_.end(), [](const Voice& a, const Voice& b) { return a.centre > b.centre; });
}

double TrackChoice::cost(const Voice& voice, std::span<const Note> notes) const {
  if (notes.empty()) return 0;
  double sum = 0;
  for (const Note& note : notes) {
    sum += std::abs(note.pitch - voice.centre);
    sum += kBeyond * std::max({0.0, voice.low - note.pitch, note.pitch - voice.high});
  }
  sum += kCrowd * std::max(0, static_cast<int>(notes.size()) - voice.most);
  if (voice.most == 1 && voice.sounds_until > notes.front().onset) sum += kBusy;
  return sum;
}

std::vector<std::size_t> TrackChoice::choose(std::span<const Note> notes) {
  std::vector<std::size_t> chosen(notes.size(), voices_.front().track);
  if (voices_.size() == 1 || notes.empty()) return chosen;
  std::vector<std::size_t> order(notes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return notes[a].pitch > notes[b].pitch; });
  std::vector<Note> falling;
  for (const std::size_t i : order) falling.push_back(notes[i]);

  const std::size_t n = falling.size(), voices = voices_.size();
  // best[v][i]: the first i notes shared between the first v voices; from[v][i]: how many of them the others have.
  std::vector<std::vector<double>> best(voices + 1, std::vector<double>(n + 1, std::numeric_limits<double>::max()));
  std::vector<std::vector<std::size_t>> from(voices + 1, std::vector<std::size_t>(n + 1, 0));
  best[0][0] = 0;
  for (std::size_t v = 1; v <= voices; ++v)
    for (std::size_t i = 0; i <= n; ++i)
      for (std::size_t j = 0; j <= i; ++j) {
        if (best[v - 1][j] == std::numeric_limits<double>::max()) continue;
        const double sum = best[v - 1][j] + cost(voices_[v - 1], std::span(falling).subspan(j, i - j));
        if (sum < best[v][i]) {
          best[v][i] = sum;
          from[v][i] = j;
        }
      }
  std::size_t end = n;
  for (std::size_t v = voices; v > 0; --v) {
    Voice& voice = voices_[v - 1];
    const std::size_t begin = from[v][end];
    double sum = 0;
    for (std::size_t i = begin; i < end; ++i) {
      chosen[order[i]] = voice.track;
      sum += falling[i].pitch;
      voice.sounds_until = std::max(voice.sounds_until, falling[i].onset + falling[i].duration);
    }
    if (begin < end) {
      const double mean = sum / static_cast<double>(end - begin);
      voice.centre = std::clamp(kHold * voice.centre + (1 - kHold) * mean, voice.low, voice.high);
    }
    end = begin;
  }
  return chosen;
}

}  // namespace continuo
