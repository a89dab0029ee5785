// Pitch classes by the time they sound, correlated with the profiles of 24 keys.
#include "continuo/music/key.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace continuo {
namespace {

/// Albrecht and Shanahan 2013, "The use of large corpora to train a new type of key-finding algorithm", table 1: shares
/// of the pitch classes from the tonic upwards.
constexpr PitchClasses kMajorProfile = {0.238, 0.006, 0.111, 0.006, 0.137, 0.094,
                                        0.016, 0.214, 0.009, 0.080, 0.008, 0.081};
constexpr PitchClasses kMinorProfile = {0.220, 0.006, 0.104, 0.123, 0.019, 0.103,
                                        0.012, 0.214, 0.062, 0.022, 0.061, 0.052};

PitchClasses sounding_time(const Score& score, Tick begin, Tick end) {
  PitchClasses time{};
  for (const Track& track : score.tracks) {
    if (track.is_drums()) continue;
    for (const Note& note : track.notes) {
      const Tick from = std::max(begin, note.onset);
      const Tick until = std::min(end, note.onset + std::max<Tick>(1, note.duration));
      if (until > from) time[note.pitch % 12U] += static_cast<double>(until - from);
    }
  }
  return time;
}

/// Pearson's correlation of `time` from `tonic` upwards with `profile`; 0 where `time` is the same everywhere.
double correlation(const PitchClasses& time, const PitchClasses& profile, std::size_t tonic) {
  double mean_time = 0, mean_profile = 0;
  for (std::size_t i = 0; i < 12; ++i) {
    mean_time += time[i] / 12;
    mean_profile += profile[i] / 12;
  }
  double product = 0, square_time = 0, square_profile = 0;
  for (std::size_t i = 0; i < 12; ++i) {
    const double a = time[(tonic + i) % 12] - mean_time, b = profile[i] - mean_profile;
    product += a * b;
    square_time += a * a;
    square_profile += b * b;
  }
  // Equal times leave only rounding errors.
  return square_time > 1e-18 * mean_time * mean_time ? product / std::sqrt(square_time * square_profile) : 0;
}

}  // namespace

Key find_key(const Score& score, Tick begin, Tick end) { return find_key(sounding_time(score, begin, end)); }

Key find_key(const PitchClasses& times) {
  Key best;
  for (std::size_t tonic = 0; tonic < 12; ++tonic) {
    for (const bool minor : {false, true}) {
      const double fit = correlation(times, minor ? kMinorProfile : kMajorProfile, tonic);
      if (fit > best.fit) best = {.tonic = static_cast<int>(tonic), .minor = minor, .fit = fit, .known = true};
    }
  }
  return best;
}

std::string key_name(const Key& key) {
  static constexpr std::array<const char*, 12> kMajorNames = {"C",       "D flat", "D",      "E flat", "E",      "F",
                                                              "F sharp", "G",      "A flat", "A",      "B flat", "B"};
  static constexpr std::array<const char*, 12> kMinorNames = {"C",       "C sharp", "D",       "E flat", "E",      "F",
                                                              "F sharp", "G",       "G sharp", "A",      "B flat", "B"};
  if (!key.known) return {};
  const auto tonic = static_cast<std::size_t>(key.tonic);
  return std::string(key.minor ? kMinorNames[tonic] : kMajorNames[tonic]) + (key.minor ? " minor" : " major");
}

std::string key_name(const KeySignature& key) {
  static constexpr std::array<const char*, 15> kMajorNames = {"C flat", "G flat", "D flat", "A flat",  "E flat",
                                                              "B flat", "F",      "C",      "G",       "D",
                                                              "A",      "E",      "B",      "F sharp", "C sharp"};
  static constexpr std::array<const char*, 15> kMinorNames = {"A flat",  "E flat",  "B flat",  "F",       "C",
                                                              "G",       "D",       "A",       "E",       "B",
                                                              "F sharp", "C sharp", "G sharp", "D sharp", "A sharp"};
  const auto place = static_cast<std::size_t>(std::clamp(key.sharps, -7, 7) + 7);
  return std::string(key.minor ? kMinorNames[place] : kMajorNames[place]) + (key.minor ? " minor" : " major");
}

}  // namespace continuo
