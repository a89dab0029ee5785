// What is asked for is kept to the note, and what contradicts itself is refused. CONTINUO_PROMISES: how many random
// requests (default 16; the published run has 1,000).
#include <gtest/gtest.h>

#include <cstdlib>

#include "continuo/base/error.h"
#include "unit/steering/checker.h"
#include "unit/steering/random_request.h"

namespace continuo::steering {
namespace {

const loaded::LoadedModel& model_that_comes_along() {
  static const auto kModel = loaded::LoadedModel::load(CONTINUO_SOURCE_DIR "/models/default.safetensors");
  return kModel;
}

std::uint64_t how_many(std::uint64_t usual) {
  const char* const asked = std::getenv("CONTINUO_PROMISES");
  return asked == nullptr ? usual : std::strtoull(asked, nullptr, 10);
}

/// Chords, cadence, metre and tempo, by the notes.
std::string broken_harmony(const Score& score, const Score& rest, const RandomRequest& made) {
  const Wishes& wishes = made.request.wishes;
  const int first = made.request.outline.free[0].first_bar;
  const auto notes = found_notes(score, rest);
  double last = 0;
  for (const FoundNote& note : notes) last = std::max(last, note.begin);
  int lowest = 128;
  double longest = 0, held = 1;
  for (const FoundNote& note : notes) {
    if (note.begin <= last && note.end > last) lowest = std::min(lowest, note.pitch);
    if (note.begin == last) longest = std::max(longest, note.end - note.begin);
    if (note.begin == last) held = std::min(1.0, note.bar_quarters);
    if (!note.is_new || note.drums) continue;
    if (wishes.metre && note.bar_quarters != 4.0 * wishes.metre->first / wishes.metre->second) return "another metre";
    if (made.chart.empty()) continue;
    const double beats = note.beat / note.beat_length;
    const bool on_beat = std::abs(beats - std::round(beats)) < 1e-6;
    const auto& chord = made.chart[static_cast<std::size_t>(note.bar - first) % made.chart.size()].front();
    if ((on_beat || wishes.strictness >= 1) && !chord.contains(note.pitch % 12))
      return "pitch " + std::to_string(note.pitch) + " in bar " + std::to_string(note.bar) + " is not of its chord";
  }
  if (made.tonic >= 0 && lowest % 12 != made.tonic) return "the lowest note at the end is no tonic";
  if (made.tonic >= 0 && longest < held - 1e-9) return "the last chord is not held";
  if (wishes.tempo)
    for (const TempoChange& tempo : score.tempos) {
      const double per_minute = 60e6 / tempo.microseconds_per_quarter;
      if (bars_of(rest) == 0 && (per_minute < wishes.tempo->first - 0.1 || per_minute > wishes.tempo->second + 0.1))
        return "another tempo";
    }
  return {};
}

TEST(PromisesTest, RandomRequestsAreKeptToTheNote) {
  const std::uint64_t count = how_many(16);
  std::uint64_t kept = 0;
  for (std::uint64_t seed = 1; seed <= count; ++seed) {
    const RandomRequest made = random_request(seed);
    SCOPED_TRACE(to_json(made.request));
    try {
      const auto results = steer(model_that_comes_along(), made.request);
      const Score rest = without_free(made.request.outline, made.request.given);
      const std::string broken = broken_promise(results.at(0).score, rest, made.request, made.classes);
      const std::string harmony = broken_harmony(results.at(0).score, rest, made);
      EXPECT_EQ(broken, "") << "request " << seed;
      EXPECT_EQ(harmony, "") << "request " << seed;
      kept += broken.empty() && harmony.empty() ? 1 : 0;
    } catch (const Error& error) {
      ADD_FAILURE() << "request " << seed << ": " << error.what();
    }
  }
  std::printf("%llu of %llu requests kept\n", static_cast<unsigned long long>(kept),
              static_cast<unsigned long long>(count));
}

/// Contradicts itself in one of several ways; `names`: what the refusal must speak of.
Request contradiction(std::uint64_t seed, std::vector<std::string>& names) {
  Random random(seed, 78);
  Request request{.outline = {.free = {{.first_bar = 1, .last_bar = 4}}}};
  request.sampling = {.top_p = 0.97};
  Wishes& wishes = request.wishes;
  const int number = 2 + static_cast<int>(random.below(6));
  switch (seed % 10) {
    case 0:
      wishes.least_voices = number + 1;
      wishes.most_voices = number;
      names = {"at least " + std::to_string(number + 1), "at most " + std::to_string(number)};
      break;
    case 1:
      wishes.cadence = random.below(2) == 0 ? Cadence::kTonic : Cadence::kOpen;
      names = {"cadence", "key"};
      break;
    case 2:
      wishes.key = "C major";
      wishes.cadence = Cadence::kTonic;
      wishes.chords = chords_from_text(random.below(2) == 0 ? "C | Dm" : "F | Em | C | G");
      names = {"chord", "cadence", "C major"};
      break;
    case 3:
      wishes.programs = {40};
      wishes.enters[42] = number;
      names = {"Cello", "bar " + std::to_string(number), "instruments"};
      break;
    case 4:
      wishes.programs = {40};
      wishes.enters[40] = 4 + number;
      wishes.all_play = true;
      names = {"Violin", "bar " + std::to_string(4 + number)};
      break;
    case 5:
      wishes.programs = {73};
      wishes.ranges[73] = {static_cast<std::uint8_t>(60 + number), static_cast<std::uint8_t>(60 + number)};
      wishes.chords = chords_from_text(number % 2 == 0 ? "C#dim" : "Cdim");
      names = {"Flute", "chord"};
      if (((wishes.chords->bars[0][0].classes >> number) & 1) != 0) wishes.ranges[73] = {61, 60};
      if (wishes.ranges[73].low > wishes.ranges[73].high) names = {"range"};
      break;
    case 6:
      request.given = random_duo(random, 6);
      request.outline = gap(2, 3);
      wishes.metre = {3, 4};
      names = {"metre", "given"};
      break;
    case 7:
      request.given = random_duo(random, 6);
      request.outline = gap(2, 3, {1});
      wishes.programs = {0};
      names = {"Violin", "instruments"};
      break;
    case 8:
      request.given = random_duo(random, 6);
      request.outline = gap(2, 3);
      wishes.keep = Keep::kRhythm;
      wishes.most_voices = number;
      names = {"rhythm", "voices"};
      break;
    default:
      request.given = random_duo(random, 6);
      request.outline = gap(2, 3);
      wishes.key = "D minor";
      wishes.cadence = Cadence::kTonic;
      names = {"cadence", "given"};
  }
  return request;
}

TEST(PromisesTest, ContradictionsAreRefusedWithTheirNames) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    std::vector<std::string> names;
    const Request request = contradiction(seed, names);
    SCOPED_TRACE(to_json(request));
    try {
      const Steering steering(model_that_comes_along(), request);
      ADD_FAILURE() << "request " << seed << " was not refused";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kInvalidArgument);
      for (const std::string& name : names) {
        EXPECT_NE(std::string(error.what()).find(name), std::string::npos) << error.what() << " / " << name;
      }
    }
  }
}

}  // namespace
}  // namespace continuo::steering
