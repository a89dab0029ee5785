// Piano rolls: notes are where bar numbers and octave names say, in the colours of their tracks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>

#include "continuo/base/error.h"
#include "continuo/music/time.h"
#include "continuo/plot/plot.h"
#include "picture.h"

namespace continuo::plot {
namespace {

using PianoRoll = PictureTest;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr std::uint32_t kBlue = 0x0072B2, kVermillion = 0xD55E00;

/// What a note of this velocity looks like: white mixed with 78 to 100 % of its track's colour.
std::uint32_t shade(std::uint32_t colour, int velocity) {
  const double share = 0.78 + 0.22 * velocity / 127.0;
  std::uint32_t out = 0;
  for (int shift = 16; shift >= 0; shift -= 8) {
    const double channel = 255 + (((colour >> shift) & 0xFF) - 255.0) * share;
    out = out << 8 | static_cast<std::uint32_t>(std::lround(channel));
  }
  return out;
}

int distance(std::uint32_t a, std::uint32_t b) {
  int largest = 0;
  for (int shift = 0; shift <= 16; shift += 8)
    largest =
        std::max(largest, std::abs(static_cast<int>((a >> shift) & 0xFF) - static_cast<int>((b >> shift) & 0xFF)));
  return largest;
}

Score two_tracks() {
  Score score;
  score.tracks.push_back({.name = "Violin & <co>", .channel = 0, .program = 40, .notes = {}});
  score.tracks.push_back({.name = "", .channel = 1, .program = 42, .notes = {}});
  for (int i = 0; i < 16; ++i) {
    score.tracks[0].notes.push_back(
        {i * 480, 360, static_cast<std::uint8_t>(72 + i % 7), static_cast<std::uint8_t>(30 + 6 * i)});
    score.tracks[1].notes.push_back({i * 480 + 240, 120, static_cast<std::uint8_t>(48 + i % 5), 90});
  }
  return score;
}

/// Pixels from the labels that a reader goes by: bar numbers for x, octave names for y.
struct Ruler {
  explicit Ruler(const SvgFile& svg, Tick ticks_per_bar = 1920) {
    const double first = svg.label("1").number("x") - 2, second = svg.label("2").number("x") - 2;
    const double c4 = svg.label("C4").number("y") - 4, c5 = svg.label("C5").number("y") - 4;
    lane = (c4 - c5) / 12;
    x = [=](double tick) { return first + (second - first) * tick / static_cast<double>(ticks_per_bar); };
    y = [=, this](int pitch) { return c4 - lane * (pitch - 60); };
  }
  double lane = 0;
  std::function<double(double)> x;
  std::function<double(int)> y;  ///< centre of the lane
};

TEST_F(PianoRoll, NotesLieAtTheirBarsAndPitches) {
  const Score score = two_tracks();
  piano_roll(file("a.svg"), score);
  piano_roll(file("a.png"), score);
  const SvgFile svg(file("a.svg"));
  const PngFile png(file("a.png"));
  const Ruler at(svg);
  EXPECT_EQ(svg.width(), png.width());
  EXPECT_EQ(svg.height(), png.height());
  const std::uint32_t colours[] = {kBlue, kVermillion};
  for (std::size_t t = 0; t < 2; ++t) {
    const auto rectangles = svg.all("rect", "track-" + std::to_string(t));
    for (const Note& note : score.tracks[t].notes) {
      const double x = at.x(static_cast<double>(note.onset)), y = at.y(note.pitch);
      const auto here = std::find_if(rectangles.begin(), rectangles.end(), [&](const Element& r) {
        return std::abs(r.number("x") - x) < 0.1 && r.number("y") < y && r.number("y") + r.number("height") > y;
      });
      ASSERT_NE(here, rectangles.end()) << "no rectangle for the note at " << note.onset;
      const double length = at.x(static_cast<double>(note.duration)) - at.x(0);
      EXPECT_NEAR(here->number("width"), length, 1.2);
      EXPECT_LE(here->number("height"), at.lane);
      const double middle = x + length / 2;
      EXPECT_LE(distance(png.pixel(middle, y), shade(colours[t], note.velocity)), 1) << "at " << middle << ", " << y;
      EXPECT_GT(distance(png.pixel(middle, y - at.lane), shade(colours[t], note.velocity)), 20) << "the lane above";
    }
  }
}

TEST_F(PianoRoll, SaysTitleInstrumentsLengthAndTimes) {
  Score score = two_tracks();
  score.time_signatures = {{0, 3, 4}};
  piano_roll(file("a.svg"), score, {.title = "Prelude \"<1>\"", .width = 1600, .height = 700});
  const SvgFile svg(file("a.svg"));
  EXPECT_TRUE(svg.has_label("Prelude &quot;&lt;1&gt;&quot;"));
  EXPECT_TRUE(svg.has_label("Violin &amp; &lt;co&gt;"));
  EXPECT_TRUE(svg.has_label(program_name(42)));
  EXPECT_TRUE(svg.has_label("0:08, 6 bars, 32 notes"));
  EXPECT_TRUE(svg.has_label("3/4"));
  EXPECT_TRUE(svg.has_label("6"));
  EXPECT_FALSE(svg.has_label("7"));
  EXPECT_TRUE(svg.has_label("0:07"));
}

TEST_F(PianoRoll, ValuesColourTheNotesAndTheLegendSaysWhatTheyMean) {
  const Score score = two_tracks();
  PianoRollOptions options{
      .values = {.of_tracks = {std::vector<double>(16, 0.0), {12.0, NAN}}, .high = 12, .unit = "bits"}};
  piano_roll(file("a.svg"), score, options);
  const SvgFile svg(file("a.svg"));
  const auto fills = [&](const std::string& group) {
    std::map<std::string, int> count;
    for (const Element& element : svg.all("rect", group)) ++count[element.string("fill")];
    return count;
  };
  EXPECT_EQ(fills("track-0")["#c2d4e8"], 16);  // the colour of 0
  EXPECT_EQ(fills("track-1")["#9e081f"], 1);   // of the highest
  EXPECT_EQ(fills("track-1")["#dbdbdb"], 15);  // of what has no value
  EXPECT_TRUE(svg.has_label("0"));
  EXPECT_TRUE(svg.has_label("12 bits or more"));
  EXPECT_FALSE(svg.has_label("Violin &amp; &lt;co&gt;"));
  options.values.high = 0;
  EXPECT_THROW(piano_roll(file("a.svg"), score, options), Error);
}

TEST_F(PianoRoll, MarksLieBehindTheBarsThatTheyMean) {
  const Score score = two_tracks();
  piano_roll(file("a.svg"), score, {.marks = {{1920, 2 * 1920}}});
  const SvgFile svg(file("a.svg"));
  const Ruler at(svg);
  std::vector<Element> marks;
  for (const Element& element : svg.all("rect", "grid"))
    if (element.string("fill") == "#d62629") marks.push_back(element);
  ASSERT_THAT(marks, SizeIs(1));
  EXPECT_NEAR(marks[0].number("x"), at.x(1920), 0.6);
  EXPECT_NEAR(marks[0].number("width"), at.x(3840) - at.x(1920), 0.6);
}

TEST_F(PianoRoll, SofterNotesAreThinnerAndKeepTheColourOfTheirTrack) {
  Score score = two_tracks();
  for (Track& track : score.tracks)
    for (std::size_t i = 0; i < track.notes.size(); ++i)
      track.notes[i].velocity = static_cast<std::uint8_t>(i == 0 ? 1 : i == 1 ? 64 : 127);
  piano_roll(file("a.svg"), score);
  const SvgFile svg(file("a.svg"));
  const Ruler at(svg);
  std::uint32_t softest[2] = {};
  for (std::size_t t = 0; t < 2; ++t) {
    double height[3] = {};
    for (const Element& r : svg.all("rect", "track-" + std::to_string(t))) {
      for (std::size_t i = 0; i < 3; ++i) {
        const Note& note = score.tracks[t].notes[i];
        if (std::abs(r.number("x") - at.x(static_cast<double>(note.onset))) > 0.1) continue;
        height[i] = r.number("height");
        EXPECT_NEAR(r.number("y") + r.number("height") / 2, at.y(note.pitch), 1) << "in the middle of its lane";
      }
      if (std::abs(r.number("x") - 0.75 - at.x(static_cast<double>(score.tracks[t].notes[0].onset))) < 0.1)
        softest[t] = static_cast<std::uint32_t>(std::stoul(r.string("fill").substr(1), nullptr, 16));
    }
    EXPECT_LT(height[0], 0.5 * at.lane);
    EXPECT_LT(height[0], height[1]);
    EXPECT_LT(height[1], height[2]);
    EXPECT_GT(height[2], 0.85 * at.lane);
  }
  EXPECT_GT(distance(softest[0], softest[1]), 100) << "the softest notes of two tracks";
}

TEST_F(PianoRoll, HeadingSaysFactsMetreAndTempo) {
  Score score = two_tracks();
  score.tempos = {{0, 625'000}};
  piano_roll(file("a.svg"), score, {.title = "Etude", .facts = {"E minor", "", "in the style of Bach"}});
  EXPECT_TRUE(SvgFile(file("a.svg")).has_label("E minor \u00B7 in the style of Bach \u00B7 4/4 \u00B7 96 bpm"));
}

TEST_F(PianoRoll, BracketsStandAboveTheBarsThatReturn) {
  const Score score = two_tracks();
  piano_roll(file("plain.svg"), score);
  piano_roll(file("a.svg"), score, {.repeats = {{0, 1920, "A"}, {2 * 1920, 3 * 1920, "A"}, {3 * 1920, 4 * 1920, "B"}}});
  const SvgFile svg(file("a.svg"));
  const Ruler at(svg);
  EXPECT_THAT(SvgFile(file("plain.svg")).all("rect", "repeats"), SizeIs(0));
  const auto names = svg.all("text", "repeats");
  ASSERT_THAT(names, SizeIs(3));
  const double numbers = svg.label("1").number("y");
  const char* expected[] = {"A", "A", "B"};
  const int bars[] = {0, 2, 3};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(names[i].text, expected[i]);
    EXPECT_GT(names[i].number("x"), at.x(1920.0 * bars[i]));
    EXPECT_LT(names[i].number("x"), at.x(1920.0 * bars[i]) + 12);
    EXPECT_LT(names[i].number("y"), numbers - 8) << "above the bar numbers";
  }
  double right = 0;
  for (const Element& line : svg.all("rect", "repeats"))
    right = std::max(right, line.number("x") + line.number("width"));
  EXPECT_NEAR(right, at.x(4 * 1920), 3);
}

TEST_F(PianoRoll, BracketsGoOnInTheNextRow) {
  Score score;
  score.tracks.push_back({});
  for (int i = 0; i < 800; ++i) score.tracks[0].notes.push_back({i * 480, 480, 60, 80});
  piano_roll(file("a.svg"), score, {.repeats = {{0, 800 * 480, "A"}}});
  const SvgFile svg(file("a.svg"));
  const auto c4 = svg.all("text", "grid");
  const auto rows = std::count_if(c4.begin(), c4.end(), [](const Element& e) { return e.text == "C4"; });
  EXPECT_GT(rows, 3);
  EXPECT_THAT(svg.all("text", "repeats"), SizeIs(rows));
}

TEST_F(PianoRoll, SmallOnesShowTheWholePieceWithoutWords) {
  Score score = two_tracks();
  score.tracks.push_back({.channel = kDrumChannel, .notes = {{0, 240, 36, 100}, {7200, 240, 38, 100}}});
  small_piano_roll(file("a.svg"), score, {.width = 320, .height = 110, .repeats = {{0, 1920, "A"}}});
  const SvgFile svg(file("a.svg"));
  EXPECT_EQ(svg.width(), 320);
  EXPECT_EQ(svg.height(), 110);
  EXPECT_THAT(svg.all("text", "grid"), SizeIs(0));
  double lowest = 0, last = 0;
  for (std::size_t t = 0; t < 2; ++t) {
    const auto notes = svg.all("rect", "track-" + std::to_string(t));
    ASSERT_THAT(notes, SizeIs(16));
    for (std::size_t i = 0; i < 16; ++i) {
      EXPECT_GE(notes[i].number("x"), 0);
      lowest = std::max(lowest, notes[i].number("y") + notes[i].number("height"));
      last = std::max(last, notes[i].number("x") + notes[i].number("width"));
    }
    EXPECT_EQ(notes[0].string("fill"), t == 0 ? "#0072b2" : "#d55e00");
  }
  EXPECT_NEAR(last, 317, 1.5) << "the last note ends at the edge";
  for (const Element& stroke : svg.all("rect", "track-2")) EXPECT_GE(stroke.number("y"), lowest - 0.5);
  small_piano_roll(file("empty.png"), Score{});
  EXPECT_EQ(PngFile(file("empty.png")).width(), 320);
}

TEST_F(PianoRoll, OneTrackNeedsNoLegend) {
  Score score = two_tracks();
  score.tracks.resize(1);
  piano_roll(file("a.svg"), score);
  EXPECT_FALSE(SvgFile(file("a.svg")).has_label("Violin &amp; &lt;co&gt;"));
}

TEST_F(PianoRoll, SecondsFollowTheTempo) {
  Score score = two_tracks();
  score.tempos = {{0, 500'000}, {1920, 2'000'000}, {3840, 250'000}};
  piano_roll(file("a.svg"), score);
  const SvgFile svg(file("a.svg"));
  const Ruler at(svg);
  const TempoMap tempo(score);
  for (const int second : {1, 3, 5, 8}) {
    const Element label = svg.label("0:0" + std::to_string(second));
    EXPECT_NEAR(label.number("x"), at.x(static_cast<double>(tempo.tick(second))), 1) << second;
  }
}

TEST_F(PianoRoll, BarsFollowTheMetre) {
  Score score = two_tracks();
  score.time_signatures = {{0, 4, 4}, {1920, 3, 4}, {1920 + 3 * 1440, 4, 4}};
  piano_roll(file("a.svg"), score);
  const SvgFile svg(file("a.svg"));
  const auto bar_x = [&](int bar) { return svg.label(std::to_string(bar)).number("x"); };
  EXPECT_NEAR((bar_x(3) - bar_x(2)) / (bar_x(2) - bar_x(1)), 0.75, 0.001);
  EXPECT_NEAR((bar_x(5) - bar_x(1)) / (bar_x(2) - bar_x(1)), 1 + 3 * 0.75, 0.001);
  EXPECT_TRUE(svg.has_label("3/4"));
}

TEST_F(PianoRoll, PercussionHasLanesOfItsOwn) {
  Score score = two_tracks();
  Track drums{.name = "", .channel = kDrumChannel, .program = 0, .notes = {}};
  for (int i = 0; i < 16; ++i)
    drums.notes.push_back({i * 480, 240, static_cast<std::uint8_t>(i % 2 == 0 ? 36 : 38), 100});
  score.tracks.push_back(drums);
  piano_roll(file("a.svg"), score);
  const SvgFile svg(file("a.svg"));
  EXPECT_TRUE(svg.has_label("Drums"));
  const double kick = svg.label("Kick").number("y"), snare = svg.label("Snare").number("y");
  EXPECT_GT(kick, snare) << "the lower key lies lower";
  const auto strokes = svg.all("rect", "track-2");
  ASSERT_GE(strokes.size(), 16U);
  double lowest_pitched = 0;
  for (const Element& note : svg.all("rect", "track-1"))
    lowest_pitched = std::max(lowest_pitched, note.number("y") + note.number("height"));
  std::size_t kicks = 0;
  for (const Element& stroke : strokes) {
    EXPECT_GT(stroke.number("y"), lowest_pitched);
    if (std::abs(stroke.number("x") - Ruler(svg).x(0)) < 1) {
      EXPECT_NEAR(stroke.number("y") + stroke.number("height") / 2, kick, 6);
      ++kicks;
    }
  }
  EXPECT_GE(kicks, 1U);
}

TEST_F(PianoRoll, LongPiecesAreBrokenIntoRowsAtBars) {
  Score score;
  score.tracks.push_back({});
  for (int i = 0; i < 7200; ++i)  // an hour at 120 a minute
    score.tracks[0].notes.push_back({i * 480, 480, static_cast<std::uint8_t>(50 + i % 25), 80});
  piano_roll(file("a.svg"), score);
  const SvgFile svg(file("a.svg"));
  EXPECT_EQ(svg.width(), 1600);
  EXPECT_GT(svg.height(), 1500);
  EXPECT_LT(svg.height(), 8000);
  const auto c4 = svg.all("text", "grid");
  const auto rows = std::count_if(c4.begin(), c4.end(), [](const Element& e) { return e.text == "C4"; });
  EXPECT_GE(rows, 12);
  EXPECT_LE(rows, 24);
  const auto notes = svg.all("rect", "track-0");
  EXPECT_THAT(notes, SizeIs(7200)) << "no note is lost and none is split at the rows' ends";
  for (const Element& note : notes) {
    ASSERT_GE(note.number("x"), 0);
    ASSERT_LE(note.number("x") + note.number("width"), svg.width());
    ASSERT_LE(note.number("y") + note.number("height"), svg.height());
  }
}

TEST_F(PianoRoll, NotesAcrossRowsAreDrawnInBoth) {
  Score score;
  score.tracks.push_back({});
  score.tracks[0].notes = {{0, 480 * 400, 60, 80}};
  piano_roll(file("a.svg"), score);
  const SvgFile svg(file("a.svg"));
  double painted = 0, row = 0;
  for (const Element& note : svg.all("rect", "track-0")) {
    painted += note.number("width");
    row = std::max(row, note.number("width"));
  }
  EXPECT_GT(painted, row * 3);
}

TEST_F(PianoRoll, AnEmptyScoreSaysSo) {
  piano_roll(file("a.svg"), Score{}, {.title = "Nothing", .width = 800, .height = 300});
  const SvgFile svg(file("a.svg"));
  EXPECT_TRUE(svg.has_label("no notes"));
  EXPECT_TRUE(svg.has_label("Nothing"));
  piano_roll(file("a.png"), Score{});
  EXPECT_EQ(PngFile(file("a.png")).width(), 1600);
}

TEST_F(PianoRoll, SurvivesHostileScores) {
  const auto begun = std::chrono::steady_clock::now();
  Score far;  // a stray note a million years later, one-tick bars, a metre that changes at every tick
  far.ppq = 1;
  far.tracks.push_back({.name = std::string("\xFF\xFE\x01 name \xC3", 10)});
  far.tracks[0].notes = {{0, 1, 0, 1}, {Tick{1} << 40, Tick{1} << 20, 127, 127}};
  for (int i = 0; i < 5000; ++i) far.time_signatures.push_back({i, 1 + i % 255, 128});
  far.tempos = {{0, 1}, {5, 0xFFFFFF}};
  far.tracks.push_back(far.tracks[0]);
  piano_roll(file("far.svg"), far, {.title = std::string(100'000, '\x80'), .width = 1600, .height = 700});
  EXPECT_LT(std::filesystem::file_size(file("far.svg")), 3'000'000U);
  piano_roll(file("far.png"), far);

  Score wide;
  for (int i = 0; i < 600; ++i) {
    Track track{.name = "Track " + std::to_string(i), .channel = static_cast<std::uint8_t>(i % 16)};
    for (int k = 0; k < 20; ++k)
      track.notes.push_back({k * 7 + i, 20'000, static_cast<std::uint8_t>((i + k) % 128), 64});
    wide.tracks.push_back(track);
  }
  piano_roll(file("wide.png"), wide);
  EXPECT_LT(PngFile(file("wide.png")).height(), 9000);

  Score dense;  // a million notes on one spot cost no more than what is seen
  dense.tracks.push_back({});
  for (int i = 0; i < 1'000'000; ++i) dense.tracks[0].notes.push_back({i / 100, 1, 60, 64});
  dense.tracks[0].notes.push_back({480 * 1000, 1, 60, 64});
  piano_roll(file("dense.svg"), dense);
  EXPECT_LT(std::filesystem::file_size(file("dense.svg")), 1'000'000U);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(60));
}

}  // namespace
}  // namespace continuo::plot
