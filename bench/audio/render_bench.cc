// Seconds of sound per second of work: rendering, measuring, and writing each kind of file.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "continuo/audio/render.h"
#include "continuo/base/random.h"

namespace {

using namespace continuo;

/// Half a minute of quarter-note chords on `tracks` instruments.
Score chords(int tracks) {
  Score score;
  Random random(1);
  for (int t = 0; t < tracks; ++t) {
    Track track;
    track.channel = static_cast<std::uint8_t>(t % 9);
    track.program = static_cast<std::uint8_t>(t * 8);
    for (int i = 0; i < 60; ++i)
      track.notes.push_back({i * 480, 480, static_cast<std::uint8_t>(random.between(40, 80)), 90});
    score.tracks.push_back(track);
  }
  normalise(score);
  return score;
}

void report(benchmark::State& state, double seconds) {
  state.counters["times_real_time"] = benchmark::Counter(seconds, benchmark::Counter::kIsIterationInvariantRate);
}

void render(benchmark::State& state) {
  const Score score = chords(static_cast<int>(state.range(0)));
  audio::RenderOptions options;
  options.normalise = false;
  options.sample_rate = static_cast<int>(state.range(1));
  double seconds = 0;
  for (auto _ : state) seconds = audio::render(score, options).seconds();
  report(state, seconds);
}
BENCHMARK(render)
    ->ArgNames({"tracks", "rate"})
    ->ArgsProduct({{1, 4, 16}, {16'000, 44'100}})
    ->Unit(benchmark::kMillisecond);

void measure(benchmark::State& state) {
  const auto sound = audio::render(chords(4));
  for (auto _ : state) benchmark::DoNotOptimize(audio::measure(sound).loudness_lufs);
  report(state, sound.seconds());
}
BENCHMARK(measure)->Unit(benchmark::kMillisecond);

void write(benchmark::State& state, const char* extension) {
  const auto sound = audio::render(chords(4));
  const auto path =
      std::filesystem::temp_directory_path() / ("continuo-bench-" + std::to_string(::getpid()) + extension);
  for (auto _ : state) audio::write_file(path, sound);
  std::filesystem::remove(path);
  report(state, sound.seconds());
}
BENCHMARK_CAPTURE(write, wav, ".wav")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(write, flac, ".flac")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(write, ogg, ".ogg")->Unit(benchmark::kMillisecond);

}  // namespace
