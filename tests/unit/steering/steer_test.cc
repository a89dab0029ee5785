// Writing around what is given, with the model that comes with Continuo.
#include "continuo/steering/steer.h"

#include <gtest/gtest.h>

#include "continuo/base/error.h"
#include "continuo/base/random.h"
#include "continuo/generation/sampling_settings.h"
#include "continuo/generation/wishes.h"
#include "unit/steering/checker.h"

namespace continuo::steering {
namespace {

const loaded::LoadedModel& composer() {
  static const auto kComposer = loaded::LoadedModel::load(CONTINUO_SOURCE_DIR "/models/default.safetensors");
  return kComposer;
}

/// Eight bars of two instruments off the grid, with a pedal, controls, a bend and changes of tempo.
Score duo() {
  Score score{.ppq = 960};
  score.tempos = {{0, 600'000}, {3 * 3840 + 100, 550'000}, {6 * 3840, 610'000}};
  Track violin{.name = "Solo", .channel = 0, .program = 40};
  Track cello{.name = "Bass", .channel = 1, .program = 42};
  constexpr int kTune[] = {74, 76, 77, 79, 81, 79, 77, 76};
  for (int i = 0; i < 32; ++i)
    violin.notes.push_back({Tick{960} * i + i % 5, 900 - i, static_cast<std::uint8_t>(kTune[i % 8] - i / 16),
                            static_cast<std::uint8_t>(60 + i)});
  for (int i = 0; i < 16; ++i)
    cello.notes.push_back({Tick{1920} * i, 1900, static_cast<std::uint8_t>(50 - i % 4 * 2), 70});
  violin.controls = {{10, 7, 100}, {5000, 64, 127}, {6000, 64, 0}};
  cello.bends = {{100, 300}, {200, 0}};
  score.tracks = {violin, cello};
  normalise(score);
  return score;
}

Request request_of(Outline outline, Score given = duo()) {
  Request request{.given = std::move(given), .outline = std::move(outline)};
  request.sampling = {.top_p = 0.97};
  request.particles = 8;
  request.threads = 1;
  return request;
}

std::size_t new_notes_of(const Result& result, const Score& rest) {
  return note_count(result.score) - note_count(rest);
}

TEST(SteerTest, AGapIsFilledAndEverythingElseStaysAsItIs) {
  const Request request = request_of(gap(3, 4));
  const auto results = steer(composer(), request);
  ASSERT_EQ(results.size(), 1U);
  const Score rest = without_free(request.outline, request.given);
  EXPECT_EQ(note_count(rest), note_count(request.given) - 12);
  EXPECT_EQ(broken_promise(results[0].score, rest, request, {}), "");
  EXPECT_GT(new_notes_of(results[0], rest), 0U);
  EXPECT_EQ(results[0].score.tempos, request.given.tempos);
  EXPECT_EQ(results[0].score.time_signatures, request.given.time_signatures);
  for (std::size_t t = 0; t < 2; ++t) {
    EXPECT_EQ(results[0].score.tracks[t].controls, request.given.tracks[t].controls);
    EXPECT_EQ(results[0].score.tracks[t].bends, request.given.tracks[t].bends);
    EXPECT_EQ(results[0].score.tracks[t].name, request.given.tracks[t].name);
  }
  EXPECT_GT(results[0].joint_bits, 0);
  EXPECT_GT(results[0].plain_joint_bits, 0);
  ASSERT_TRUE(results[0].true_joint_bits);
  EXPECT_GT(*results[0].true_joint_bits, 0);
  EXPECT_GE(results[0].effective_size, 1);
  EXPECT_LE(results[0].effective_size, 8.001);
}

TEST(SteerTest, OnlyTheTracksThatAreNamedAreWrittenAnew) {
  const Request request = request_of(gap(2, 7, {2}));
  const auto results = steer(composer(), request);
  const Score rest = without_free(request.outline, request.given);
  EXPECT_EQ(broken_promise(results[0].score, rest, request, {}), "");
  for (const FoundNote& note : found_notes(results[0].score, rest))
    if (note.is_new) {
      EXPECT_EQ(note.program, 42);
    }
  EXPECT_EQ(results[0].score.tracks[0].notes, request.given.tracks[0].notes);
}

TEST(SteerTest, AnAccompanimentLeavesTheMelodyAndPlaysOnItsOwnTrack) {
  Score melody = duo();
  melody.tracks.pop_back();
  Request request = request_of(accompaniment(8, {0, 40}), melody);
  request.wishes.key = "D minor";
  const auto results = steer(composer(), request);
  EXPECT_EQ(results[0].score.tracks[0].notes, melody.tracks[0].notes);
  EXPECT_EQ(broken_promise(results[0].score, melody, request, {2, 4, 5, 7, 9, 10, 11, 0, 1}), "");
  EXPECT_GT(new_notes_of(results[0], melody), 4U);
}

TEST(SteerTest, AContinuationHasItsBarsAndEnds) {
  const Request request = request_of(continuation(8, 3));
  const auto results = steer(composer(), request);
  EXPECT_EQ(bars_of(results[0].score), 11);
  EXPECT_EQ(results[0].symbols.back(), representation::kEnd);
  EXPECT_EQ(broken_promise(results[0].score, request.given, request, {}), "");
}

TEST(SteerTest, SeveralResultsAreDifferentAndTheSameWithAnyThreads) {
  Request request = request_of(gap(3, 4));
  request.count = 3;
  const auto first = steer(composer(), request);
  request.threads = 3;
  const auto second = steer(composer(), request);
  ASSERT_EQ(first.size(), 3U);
  ASSERT_EQ(second.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(first[i].symbols, second[i].symbols);
  EXPECT_NE(first[0].symbols, first[1].symbols);
  EXPECT_NE(first[1].symbols, first[2].symbols);
  request.seed = 2;
  EXPECT_NE(steer(composer(), request)[0].symbols, first[0].symbols);
}

TEST(SteerTest, ChordsAndCadenceAndVoicesAreKept) {
  Request request = request_of({.free = {{.first_bar = 1, .last_bar = 4}}}, {});
  request.particles = 24;
  Wishes& wishes = request.wishes;
  wishes.key = "D minor";
  wishes.programs = {0};
  wishes.chords = chords_from_text("Dm | Gm A7 | Dm/F | Dm");
  wishes.cadence = Cadence::kTonic;
  wishes.metre = {4, 4};
  wishes.tempo = {80, 100};
  wishes.most_voices = 4;
  const auto results = steer(composer(), request);
  const Score& score = results[0].score;
  EXPECT_EQ(broken_promise(score, {}, request, {2, 4, 5, 7, 9, 10, 11, 0, 1}), "");
  const std::vector<std::vector<std::set<int>>> chords = {
      {{2, 5, 9}}, {{7, 10, 2}, {9, 1, 4, 7}}, {{2, 5, 9}}, {{2, 5, 9}}};
  double last = 0;
  for (const FoundNote& note : found_notes(score, {})) {
    const auto& bar = chords.at(static_cast<std::size_t>(note.bar) - 1);
    const auto& chord =
        bar.at(static_cast<std::size_t>(note.beat / note.bar_quarters * static_cast<double>(bar.size())));
    if (std::abs(note.beat - std::round(note.beat)) < 1e-9 || note.bar == 4) {
      EXPECT_TRUE(chord.contains(note.pitch % 12)) << note.pitch << " in bar " << note.bar << " at " << note.beat;
    }
    last = std::max(last, note.begin);
  }
  int lowest = 128;
  double longest = 0;
  for (const FoundNote& note : found_notes(score, {})) {
    if (note.begin <= last && note.end > last) lowest = std::min(lowest, note.pitch);
    if (note.begin == last) longest = std::max(longest, note.end - note.begin);
    if (note.bar == 3 && note.beat == 0) {
      EXPECT_TRUE(note.pitch % 12 == 5 || note.pitch > 40);
    }
  }
  EXPECT_EQ(lowest % 12, 2);
  EXPECT_GE(longest, 1);
  for (const TempoChange& tempo : score.tempos) {
    EXPECT_GE(60e6 / tempo.microseconds_per_quarter, 79.9);
    EXPECT_LE(60e6 / tempo.microseconds_per_quarter, 100.1);
  }
  EXPECT_EQ(bars_of(score), 4);
}

TEST(SteerTest, AVariationKeepsTheRhythmAndDiffers) {
  for (const Keep keep : {Keep::kRhythm, Keep::kContour}) {
    Request request = request_of(gap(3, 6));
    request.wishes.keep = keep;
    request.wishes.differ = 0.8;
    const auto results = steer(composer(), request);
    const Score rest = without_free(request.outline, request.given);
    EXPECT_EQ(broken_promise(results[0].score, rest, request, {}), "");
    EXPECT_EQ(note_count(results[0].score), note_count(request.given));
    double all = 0, same = 0;
    for (std::size_t t = 0; t < 2; ++t) {
      const auto& now = results[0].score.tracks[t].notes;
      const auto& was = request.given.tracks[t].notes;
      ASSERT_EQ(now.size(), was.size());
      int direction_kept = 0, directions = 0;
      for (std::size_t i = 0; i < now.size(); ++i) {
        EXPECT_NEAR(static_cast<double>(now[i].onset), static_cast<double>(was[i].onset), 40);
        const int bar = static_cast<int>(was[i].onset / 3840) + 1;
        if (bar < 3 || bar > 6) continue;
        ++all;
        same += now[i].pitch == was[i].pitch ? 1 : 0;
        if (i == 0) continue;
        const auto sign = [](int x) { return x > 0 ? 1 : x < 0 ? -1 : 0; };
        ++directions;
        direction_kept += sign(now[i].pitch - now[i - 1].pitch) == sign(was[i].pitch - was[i - 1].pitch) ? 1 : 0;
      }
      if (keep == Keep::kContour) {
        EXPECT_EQ(direction_kept, directions);
      }
    }
    EXPECT_LE(same, 0.2 * all + 1e-9);
  }
}

TEST(SteerTest, AVariationKeepsThePitchesInTheirOrder) {
  Request request = request_of(gap(3, 4, {1}));
  request.wishes.keep = Keep::kPitches;
  request.particles = 64;
  const auto results = steer(composer(), request);
  std::vector<int> now, was;
  for (const Note& note : results[0].score.tracks[0].notes) now.push_back(note.pitch);
  for (const Note& note : request.given.tracks[0].notes) was.push_back(note.pitch);
  EXPECT_EQ(now, was);
}

TEST(SteerTest, AShareOfTheNotesIsWrittenAnew) {
  Request request = request_of(gap(1, 8));
  request.wishes.keep = Keep::kRhythm;
  request.wishes.amount = 0.3;
  const auto results = steer(composer(), request);
  EXPECT_EQ(note_count(results[0].score), note_count(request.given));
  std::size_t changed = 0;
  for (std::size_t t = 0; t < 2; ++t)
    for (std::size_t i = 0; i < request.given.tracks[t].notes.size(); ++i)
      changed += results[0].score.tracks[t].notes[i].pitch != request.given.tracks[t].notes[i].pitch ? 1U : 0U;
  EXPECT_GT(changed, 2U);
  EXPECT_LT(changed, 24U);
}

/// A rule of one's own: only C.
class OnlyC final : public Rule {
 public:
  std::unique_ptr<Rule> clone() const override { return std::make_unique<OnlyC>(*this); }
  std::string name() const override { return "only C"; }
  std::string reason() const override { return "is no C"; }
  void pitches(const Place& /*place*/, const Instrument& instrument, Pitches& left) override {
    for (std::size_t pitch = 0; pitch < 128; ++pitch)
      if (pitch % 12 != 0 && !instrument.drums) left.reset(pitch);
  }
};

TEST(SteerTest, RulesOfOnesOwnAreKept) {
  Request request = request_of(gap(3, 4));
  request.rules.push_back([] { return std::make_unique<OnlyC>(); });
  const auto results = steer(composer(), request);
  const Score rest = without_free(request.outline, request.given);
  int count = 0;
  for (const FoundNote& note : found_notes(results[0].score, rest)) {
    if (!note.is_new) continue;
    ++count;
    EXPECT_EQ(note.pitch % 12, 0);
  }
  EXPECT_GT(count, 0);
}

std::string refusal(const Request& request) {
  try {
    const Steering steering(composer(), request);
  } catch (const Error& error) {
    return error.info().message;
  }
  return {};
}

TEST(SteerTest, ContradictionsAreRefusedWithBothNames) {
  const Request plain = request_of({.free = {{.first_bar = 1, .last_bar = 4}}}, {});
  const auto message = [&](auto&& change) {
    Request request = plain;
    change(request);
    return refusal(request);
  };
  const auto contains = [](const std::string& text, const std::vector<std::string>& words) {
    for (const std::string& word : words) EXPECT_NE(text.find(word), std::string::npos) << text << " / " << word;
  };
  contains(message([](Request& r) {
             r.wishes.programs = {73};
             r.wishes.ranges[73] = {60, 60};
             r.wishes.chords = chords_from_text("Bm");
           }),
           {"Flute", "chord Bm"});
  contains(message([](Request& r) {
             r.wishes.key = "C major";
             r.wishes.chords = chords_from_text("F#");
             r.wishes.chords->bars[0][0].classes = 1 << 6 | 1 << 10 | 1 << 1;
           }),
           {"F#", "C major"});
  contains(message([](Request& r) { r.wishes.cadence = Cadence::kTonic; }), {"cadence", "key"});
  contains(message([](Request& r) {
             r.wishes.cadence = Cadence::kTonic;
             r.wishes.key = "C major";
             r.wishes.chords = chords_from_text("C | G");
           }),
           {"cadence", "chord G"});
  contains(message([](Request& r) {
             r.wishes.most_voices = 2;
             r.wishes.least_voices = 3;
           }),
           {"at least 3", "at most 2"});
  contains(message([](Request& r) {
             r.wishes.programs = {40};
             r.wishes.enters[42] = 2;
           }),
           {"Cello", "instruments"});
  contains(message([](Request& r) {
             r.wishes.programs = {40};
             r.wishes.enters[40] = 9;
             r.wishes.all_play = true;
           }),
           {"Violin", "bar 9"});
  contains(message([](Request& r) { r.wishes.keep = Keep::kRhythm; }), {"nothing stood"});
  contains(message([](Request& r) { r.outline.free[0].first_bar = 3; }), {"0 bars"});
  Request given = request_of(gap(3, 4));
  given.wishes.metre = {3, 4};
  contains(refusal(given), {"metre", "given"});
  given = request_of(gap(3, 4, {7}));
  contains(refusal(given), {"track 7", "2"});
  given = request_of(gap(3, 4, {1}));
  given.wishes.programs = {0};
  contains(refusal(given), {"Violin", "instruments"});
}

TEST(SteerTest, JsonComesBackAsItWas) {
  Request request = request_of(gap(3, 4, {2}));
  request.outline.free.push_back({.first_bar = 6, .last_bar = 7, .replace = false, .programs = {0}, .drums = true});
  Wishes& wishes = request.wishes;
  wishes.key = "D minor";
  wishes.pitch_classes = 0b101010;
  wishes.programs = {40, 42};
  wishes.all_play = true;
  wishes.enters[40] = 3;
  wishes.ranges[42] = {40, 60};
  wishes.tempo = {80, 100};
  wishes.metre = {3, 4};
  wishes.chords = chords_from_text("Dm | Gm A7 | % | N.C.");
  wishes.strictness = 1;
  wishes.cadence = Cadence::kOpen;
  wishes.most_voices = 5;
  wishes.least_voices = 2;
  wishes.onsets_per_bar = 8.5;
  wishes.keep = Keep::kContour;
  wishes.amount = 0.25;
  wishes.differ = 0.5;
  wishes.hand_span = 14;
  request.label = "Bach";
  request.seed = 77;
  request.count = 4;
  request.horizon = 0;
  Request read;
  from_json(to_json(request), read);
  EXPECT_EQ(read.outline, request.outline);
  EXPECT_EQ(read.wishes, request.wishes);
  EXPECT_EQ(to_json(read), to_json(request));
  for (const char* wrong :
       {"[]", "{\"fre\": []}", "{\"wishes\": {\"keys\": \"C\"}}", "{\"particles\": 0}", "{\"free\": [{\"bars\": [1]}]}",
        "{\"wishes\": {\"chords\": \"H7\"}}", "{\"wishes\": {\"cadence\": \"loud\"}}", "{\"seed\": -1}"})
    EXPECT_THROW(from_json(wrong, read), Error) << wrong;
}

TEST(ChordsTest, AreReadAsMusiciansWriteThem) {
  const ChordChart chart = chords_from_text("| Dm7 G7/B | % | C6 N.C. |");
  ASSERT_EQ(chart.bars.size(), 3U);
  EXPECT_EQ(chart.bars[0][0].classes, 1 << 2 | 1 << 5 | 1 << 9 | 1 << 0);
  EXPECT_EQ(chart.bars[0][1].bass, 11);
  EXPECT_EQ(chart.bars[1], chart.bars[0]);
  EXPECT_EQ(chart.bars[2][1].classes, 0);
  EXPECT_EQ(chords_from_text("Bbm7b5").bars[0][0].classes, 1 << 10 | 1 << 1 | 1 << 4 | 1 << 8);
  for (const char* wrong : {"", "|", "H", "Dx", "D/", "D/X", "Dm || G", "%"})
    EXPECT_THROW(chords_from_text(wrong), Error) << wrong;
}

}  // namespace
}  // namespace continuo::steering
