// Rendered scores: the right pitch at the right time on the right instrument, and always the same samples.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <optional>

#include "../src/audio/score_renderer.h"
#include "continuo/audio/render.h"
#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/base/random.h"
#include "continuo/music/time.h"
#include "sound.h"

namespace continuo::audio {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr std::uint8_t kOrgan = 19, kViolin = 40, kOcarina = 79, kFlute = 73, kWoodBlock = 115;

Score one_note(std::uint8_t program, Note note, std::uint8_t channel = 0) {
  Score score;
  score.tracks.push_back({.name = "", .channel = channel, .program = program, .notes = {note}});
  return score;
}

const RenderOptions kPlain{.soundfont = {}, .sample_rate = 44'100, .tail_seconds = 2.0, .normalise = false};

TEST(Render, A4Is440Hertz) {
  const Waveform sound = render(one_note(kOcarina, {0, 1920, 69, 100}));
  EXPECT_EQ(sound.channels, 2);
  EXPECT_NEAR(frequency(sound, 0.5, 1.5), 440, 1.5);
}

TEST(Render, EveryPitchIsWhereItBelongs) {
  for (const int pitch : {45, 57, 60, 76, 84}) {
    const Waveform sound = render(one_note(kOcarina, {0, 1920, static_cast<std::uint8_t>(pitch), 100}), kPlain);
    const double expected = 440 * std::pow(2, (pitch - 69) / 12.0);
    EXPECT_NEAR(frequency(sound, 0.5, 1.5) / expected, 1, 0.004) << pitch_name(pitch);
  }
}

TEST(Render, TheRateIsTheOneAskedFor) {
  RenderOptions options;
  options.sample_rate = 16'000;
  const Waveform sound = render(one_note(kOcarina, {0, 1920, 69, 100}), options);
  EXPECT_EQ(sound.sample_rate, 16'000);
  EXPECT_NEAR(frequency(sound, 0.5, 1.5), 440, 1.5);
}

TEST(Render, OnsetsFollowTheTempoMapWithinFiveMilliseconds) {
  Score score;
  score.tempos = {{0, 500'000}, {960, 1'000'000}, {1920, 300'000}};
  score.tracks.push_back({.name = "", .channel = kDrumChannel, .program = 0, .notes = {}});
  for (const Tick tick : {100, 960, 1440, 1920, 2880, 3481}) score.tracks[0].notes.push_back({tick, 60, 37, 127});
  const Waveform sound = render(score, kPlain);
  const auto heard = onsets(sound);
  const TempoMap tempo(score);
  ASSERT_THAT(heard, SizeIs(6));
  // A stroke's sample needs a moment to rise; it is the same moment for each.
  for (std::size_t i = 0; i < heard.size(); ++i)
    EXPECT_NEAR(heard[i], tempo.seconds(score.tracks[0].notes[i].onset), 0.005) << i;
}

TEST(Render, NotesEndWhereTheyEnd) {
  const Waveform sound = render(one_note(kOrgan, {480, 960, 60, 100}), kPlain);
  EXPECT_LT(rms(sound, 0, 0.49), 1e-6);
  const double level = rms(sound, 0.7, 1.4);
  EXPECT_GT(level, 1e-3);
  EXPECT_GT(rms(sound, 1.4, 1.49), 0.5 * level);
  EXPECT_LT(rms(sound, 2.2, 2.5), 0.1 * level);
}

TEST(Render, DrumsSoundOnTheDrumChannel) {
  // Key 38 is a snare there: noise without a pitch, and it does not last.
  const Waveform snare = render(one_note(0, {0, 1920, 38, 120}, kDrumChannel));
  const Waveform piano = render(one_note(0, {0, 1920, 38, 120}, 0));
  EXPECT_GT(measure(snare).peak, 0.05);
  EXPECT_NEAR(frequency(piano, 0.5, 1.5), 73.4, 1.5);
  EXPECT_LT(rms(snare, 1.0, 1.5), 0.05 * rms(snare, 0, 0.1));
  EXPECT_GT(rms(piano, 1.0, 1.5), 0.05 * rms(piano, 0, 0.1));
}

TEST(Render, TheSameScoreGivesTheSameSamples) {
  Score score;
  for (int t = 0; t < 5; ++t) {
    score.tracks.push_back({.name = "",
                            .channel = static_cast<std::uint8_t>(t),
                            .program = static_cast<std::uint8_t>(t * 12),
                            .notes = {}});
    for (int i = 0; i < 20; ++i)
      score.tracks.back().notes.push_back({i * 120 + t, 200, static_cast<std::uint8_t>(50 + 3 * t + i % 7), 90});
  }
  const Waveform first = render(score);
  render(one_note(kViolin, {0, 5000, 60, 127}));  // leaves no trace in the next one
  const Waveform second = render(score);
  EXPECT_FALSE(first.samples.empty());
  EXPECT_TRUE(first.samples == second.samples);
}

TEST(Render, LoudnessIsNearTheTarget) {
  const Score score = one_note(kOrgan, {0, 480 * 20, 60, 80});
  EXPECT_NEAR(measure(render(score)).loudness_lufs, -18, 0.2);
  EXPECT_LT(measure(render(score, kPlain)).loudness_lufs, -25) << "FluidSynth alone is quiet";
}

TEST(Render, TracksThatShareAChannelKeepTheirPrograms) {
  // Rendered together they are the sum of what they are alone, which one channel with one program could not give.
  const Note low{0, 1920, 48, 100}, high{0, 1920, 76, 100};
  Score both = one_note(kOrgan, low);
  both.tracks.push_back(one_note(kWoodBlock, high).tracks[0]);
  const Waveform a = render(one_note(kOrgan, low), kPlain), b = render(one_note(kWoodBlock, high), kPlain);
  const Waveform sum = render(both, kPlain);
  double difference = 0;
  const std::size_t common =
      std::min({a.samples.size(), b.samples.size(), sum.samples.size(), std::size_t{44'100} * 2 * 2});
  ASSERT_GT(common, 44'100U);
  for (std::size_t i = 0; i < common; ++i)
    difference = std::max(difference, std::abs(static_cast<double>(sum.samples[i] - a.samples[i] - b.samples[i])));
  EXPECT_LT(difference, 1e-4);
}

TEST(Render, MoreThanSixteenTracksAllSound) {
  Score score;
  for (int t = 0; t < 40; ++t)
    score.tracks.push_back({.name = "",
                            .channel = static_cast<std::uint8_t>(t % 9),
                            .program = kOcarina,
                            .notes = {{t * 480, 240, static_cast<std::uint8_t>(50 + t), 100}}});
  const Waveform sound = render(score, kPlain);
  for (int t = 0; t < 40; ++t) {
    const double begin = t * 0.5 + 0.05;
    EXPECT_GT(rms(sound, begin, begin + 0.18), 1e-3) << "track " << t;
    if (t % 8 == 0) {
      EXPECT_NEAR(frequency(sound, begin, begin + 0.18, 100) / (440 * std::pow(2, (50 + t - 69) / 12.0)), 1, 0.01) << t;
    }
  }
}

TEST(Render, HundredsOfTracksShareChannels) {
  Score score;
  for (int t = 0; t < 400; ++t)
    score.tracks.push_back({.name = "",
                            .channel = static_cast<std::uint8_t>(t % 16),
                            .program = static_cast<std::uint8_t>(t % 128),
                            .notes = {{t * 20, 60, 60, 100}}});
  EXPECT_LE(plan_render(score, 44'100).channels.size(), 256U);
  EXPECT_GT(measure(render(score)).peak, 0.05);
}

TEST(Render, ThePedalHoldsNotes) {
  Score score = one_note(0, {0, 240, 60, 100});
  score.tracks[0].notes.push_back({1920, 240, 72, 1});  // so that the piece goes on
  const double dry = rms(render(score, kPlain), 1.0, 1.5);
  score.tracks[0].controls = {{0, 64, 127}, {1440, 64, 0}};
  EXPECT_GT(rms(render(score, kPlain), 1.0, 1.4), 5 * dry);
}

TEST(Render, ThePedalOfOneHandHoldsTheOther) {
  Score score = one_note(0, {0, 240, 60, 100});
  score.tracks.push_back({.name = "left", .channel = 0, .program = 0, .notes = {{1920, 240, 40, 1}}});
  const double dry = rms(render(score, kPlain), 1.0, 1.5);
  score.tracks[1].controls = {{0, 64, 127}, {1440, 64, 0}};
  EXPECT_GT(rms(render(score, kPlain), 1.0, 1.4), 5 * dry);
  score.tracks[1].channel = 1;
  EXPECT_LT(rms(render(score, kPlain), 1.0, 1.4), 1.5 * dry) << "another channel has its own pedal";
}

TEST(Render, APedalThatHoldsTheEndIsWaitedFor) {
  Score score = one_note(0, {0, 240, 60, 100});
  score.tracks[0].controls = {{0, 64, 127}, {480 * 8, 64, 0}};
  EXPECT_NEAR(plan_render(score, 44'100).seconds, 4, 0.01);
  score.tracks[0].controls = {{0, 64, 127}, {480 * 8000, 64, 0}};
  EXPECT_NEAR(plan_render(score, 44'100).seconds, 0.25, 0.01) << "but not for ever";
  score.tracks[0].controls = {{0, 64, 127}, {120, 64, 0}, {480 * 4, 64, 127}, {480 * 8, 64, 0}};
  EXPECT_NEAR(plan_render(score, 44'100).seconds, 0.25, 0.01) << "nothing sounds under the second one";
}

TEST(Render, VolumeExpressionAndPanAreHeard) {
  Score score = one_note(kOrgan, {0, 1920, 60, 100});
  const double level = rms(render(score, kPlain), 0.5, 1.5);
  for (const std::uint8_t controller : {std::uint8_t{7}, std::uint8_t{11}}) {
    score.tracks[0].controls = {{0, controller, 30}};
    EXPECT_LT(rms(render(score, kPlain), 0.5, 1.5), 0.3 * level) << static_cast<int>(controller);
  }
  score.tracks[0].controls = {{0, 10, 0}};
  const Waveform left = render(score, kPlain);
  score.tracks[0].controls = {{0, 10, 127}};
  const Waveform right = render(score, kPlain);
  EXPECT_GT(channel_rms(left, 0), 4 * channel_rms(left, 1));
  EXPECT_GT(channel_rms(right, 1), 4 * channel_rms(right, 0));
}

TEST(Render, BendsMoveThePitch) {
  Score score = one_note(kOcarina, {0, 3840, 69, 100});
  score.tracks[0].bends = {{0, 0}, {1920, 8191}};
  const Waveform sound = render(score, kPlain);
  EXPECT_NEAR(frequency(sound, 0.5, 1.5), 440, 3);
  EXPECT_NEAR(frequency(sound, 2.5, 3.5), 440 * std::pow(2, 2 / 12.0), 4) << "two semitones, the usual range";
  // The range is a registered parameter (RPN 0): an octave.
  score.tracks[0].controls = {{0, 101, 0}, {0, 100, 0}, {0, 6, 12}};
  EXPECT_NEAR(frequency(render(score, kPlain), 2.5, 3.5), 880, 8);
}

TEST(Render, AKeyStruckAgainWhileItSoundsEndsWithItsLastNote) {
  Score score = one_note(kOrgan, {0, 480, 60, 100});
  score.tracks[0].notes.push_back({240, 1680, 60, 100});
  const Waveform sound = render(score, kPlain);
  EXPECT_GT(rms(sound, 1.2, 1.8), 0.5 * rms(sound, 0.3, 0.45));
  // Of every key, as many releases as it needs: none is left hanging.
  for (const auto& plan : {plan_render(score, 44'100)}) {
    int sounding = 0;
    for (const auto& event : plan.events) {
      if (event.kind == SynthEvent::Kind::kNoteOn) sounding = 1;
      if (event.kind == SynthEvent::Kind::kNoteOff) sounding = 0;
    }
    EXPECT_EQ(sounding, 0);
  }
}

TEST(Render, ChannelModeMessagesDoNotDisturb) {
  Score score = one_note(kOrgan, {0, 1920, 69, 100});
  score.tracks.push_back(one_note(kFlute, {0, 1920, 81, 100}, 1).tracks[0]);
  const Waveform before = render(score, kPlain);
  score.tracks[0].controls = {{0, 126, 1}, {0, 124, 0}, {0, 0, 5}, {0, 32, 5}, {0, 122, 0}};
  EXPECT_TRUE(render(score, kPlain).samples == before.samples);
}

TEST(Render, TrailingSilenceIsTrimmed) {
  RenderOptions options = kPlain;
  options.tail_seconds = 30;
  const Waveform sound = render(one_note(kOrgan, {0, 480, 60, 100}), options);
  EXPECT_GT(sound.seconds(), 0.5);
  EXPECT_LT(sound.seconds(), 5);
  options.tail_seconds = 0;
  EXPECT_NEAR(render(one_note(kOrgan, {0, 480, 60, 100}), options).seconds(), 0.5, 0.01);
  // Where the tail is cut while it sounds, it fades.
  options.tail_seconds = 0.2;
  const Waveform faded = render(one_note(14, {0, 480, 60, 127}), options);  // tubular bells
  EXPECT_NEAR(faded.seconds(), 0.7, 0.01);
  EXPECT_LT(std::abs(faded.samples.back()), 1e-4);
}

TEST(Render, ScoresWithoutNotesAreSilence) {
  EXPECT_EQ(render(Score{}).frames(), 0U);
  Score score;
  score.tracks.push_back({.name = "", .channel = 0, .program = 0, .notes = {}, .controls = {{5000, 7, 100}}});
  EXPECT_EQ(render(score).frames(), 0U);
}

TEST(Render, OutOfRangeOptionsAndEndlessScoresAreRefused) {
  const auto message = [](const Score& score, const RenderOptions& options) -> std::string {
    try {
      render(score, options);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  const Score score = one_note(0, {0, 480, 60, 100});
  RenderOptions options;
  options.sample_rate = 4000;
  EXPECT_THAT(message(score, options), HasSubstr("8,000 to 96,000"));
  options = {};
  options.tail_seconds = -1;
  EXPECT_THAT(message(score, options), HasSubstr("tail"));
  options = {};
  EXPECT_THAT(message(one_note(0, {Tick{1} << 40, 480, 60, 100}), options), HasSubstr("seconds, more than the 14400"));
  options.soundfont = "/nowhere/none.sf2";
  EXPECT_THAT(message(score, options), HasSubstr("apt-get install timgm6mb-soundfont"));
}

TEST(Render, AFileThatIsNoSoundFontIsRefusedWithoutAWord) {
  const auto folder = std::filesystem::temp_directory_path() / ("continuo-font-" + std::to_string(::getpid()));
  write_file_atomically(folder / "text.sf2", std::string_view("no font at all"));
  std::string riff("RIFF\x40\0\0\0sfbkLIST\x30\0\0\0INFO", 24);
  riff.resize(72, 'x');
  write_file_atomically(folder / "broken.sf2", std::string_view(riff));
  ::testing::internal::CaptureStderr();
  ::testing::internal::CaptureStdout();
  RenderOptions options;
  for (const char* name : {"text.sf2", "broken.sf2"}) {
    options.soundfont = folder / name;
    try {
      render(one_note(0, {0, 480, 60, 100}), options);
      ADD_FAILURE() << name;
    } catch (const Error& error) {
      EXPECT_THAT(error.info().path, HasSubstr(name));
      EXPECT_THAT(error.what(), HasSubstr("SoundFont"));
    }
  }
  // A healthy render is silent on the terminal too, with programs that the font lacks.
  render(one_note(127, {0, 48, 60, 100}));
  render(one_note(99, {0, 48, 60, 100}, kDrumChannel));
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
  std::filesystem::remove_all(folder);
}

TEST(Render, TheEnvironmentChoosesTheSoundFont) {
  const auto usual = default_soundfont();
  EXPECT_TRUE(std::filesystem::is_regular_file(usual));
  const char* before = std::getenv("CONTINUO_SOUNDFONT");
  const std::optional<std::string> kept = before == nullptr ? std::nullopt : std::optional<std::string>(before);
  ::setenv("CONTINUO_SOUNDFONT", usual.c_str(), 1);
  EXPECT_EQ(default_soundfont(), usual);
  ::setenv("CONTINUO_SOUNDFONT", "/nowhere/none.sf2", 1);
  std::string message;
  try {
    default_soundfont();
  } catch (const Error& error) {
    message = error.what();
  }
  EXPECT_THAT(message, HasSubstr("CONTINUO_SOUNDFONT"));
  ::unsetenv("CONTINUO_SOUNDFONT");
  if (kept) ::setenv("CONTINUO_SOUNDFONT", kept->c_str(), 1);
}

TEST(Render, ReportsProgressAndStops) {
  Score score = one_note(kOrgan, {0, 480 * 40, 60, 100});
  std::vector<Progress> seen;
  render(score, kPlain, [&](const Progress& progress) { seen.push_back(progress); });
  ASSERT_GT(seen.size(), 3U);
  EXPECT_EQ(seen.front().done, 0U);
  EXPECT_EQ(seen.back().done, seen.back().total);
  EXPECT_EQ(seen.back().total, 22U) << "20 seconds and the tail";
  for (std::size_t i = 1; i < seen.size(); ++i) EXPECT_GE(seen[i].done, seen[i - 1].done);

  std::stop_source source;
  EXPECT_THROW(render(
                   score, kPlain,
                   [&](const Progress& progress) {
                     if (progress.done > 5) source.request_stop();
                   },
                   source.get_token()),
               Interrupted);
}

using RenderFiles = SoundTest;

TEST_F(RenderFiles, StreamingGivesWhatMemoryGives) {
  Score score = one_note(0, {0, 480, 60, 100});
  for (int i = 1; i < 30; ++i) score.tracks[0].notes.push_back({i * 240, 300, static_cast<std::uint8_t>(50 + i), 90});
  const std::vector<std::filesystem::path> streamed = {file("a.wav"), file("a.flac")};
  const std::vector<std::filesystem::path> whole = {file("b.wav"), file("b.flac")};
  const auto one = render_streaming(score, streamed, {}, {}, {});
  const auto two = render_to_files(score, whole);
  EXPECT_EQ(continuo::read_file(file("a.wav")), continuo::read_file(file("b.wav")));
  EXPECT_EQ(read_file(file("a.wav")).samples, read_file(file("a.flac")).samples);
  EXPECT_EQ(read_file(file("b.wav")).samples, read_file(file("b.flac")).samples);
  EXPECT_EQ(one.seconds, two.seconds);
  EXPECT_DOUBLE_EQ(one.measurement.loudness_lufs, two.measurement.loudness_lufs);
  EXPECT_NEAR(one.measurement.loudness_lufs, -18, 0.2);
}

TEST_F(RenderFiles, AnUnknownNameOrAStopLeavesNothing) {
  const Score score = one_note(0, {0, 480, 60, 100});
  const std::vector<std::filesystem::path> paths = {file("a.wav"), file("a.mp3")};
  EXPECT_THROW(render_to_files(score, paths), Error);
  std::stop_source source;
  source.request_stop();
  const std::vector<std::filesystem::path> good = {file("a.wav")};
  EXPECT_THROW(render_to_files(score, good, {}, {}, source.get_token()), Interrupted);
  EXPECT_THROW(render_streaming(score, good, {}, {}, source.get_token()), Interrupted);
  EXPECT_EQ(files(), 0U);
}

TEST(Render, Speed) {
  Score score;
  Random random(3);
  for (int t = 0; t < 4; ++t) {
    score.tracks.push_back({.name = "",
                            .channel = static_cast<std::uint8_t>(t),
                            .program = static_cast<std::uint8_t>(t * 16),
                            .notes = {}});
    for (int i = 0; i < 160; ++i)
      score.tracks.back().notes.push_back({i * 120, 240, static_cast<std::uint8_t>(random.between(40, 80)), 90});
  }
  const std::clock_t begun = std::clock();
  const Waveform sound = render(score);
  const double spent = static_cast<double>(std::clock() - begun) / CLOCKS_PER_SEC;
  std::printf("rendered at %.0f times real time (processor time, four tracks)\n", sound.seconds() / spent);
  RecordProperty("times_real_time", static_cast<int>(sound.seconds() / spent));
  EXPECT_GT(sound.seconds() / spent, 2);
}

}  // namespace
}  // namespace continuo::audio
