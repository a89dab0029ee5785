// Notes a second through each representation, and the cost of a mask.
#include <benchmark/benchmark.h>

#include <vector>

#include "continuo/base/random.h"
#include "continuo/representation/representation.h"

namespace {

using namespace continuo;
using namespace continuo::representation;

/// Four instruments with sixteenths and chords, 40,000 notes.
Score busy_score() {
  Random random(1);
  Score score;
  for (int instrument = 0; instrument < 4; ++instrument) {
    Track track;
    track.channel = static_cast<std::uint8_t>(instrument);
    track.program = static_cast<std::uint8_t>(10 * instrument);
    for (int i = 0; i < 10'000; ++i) {
      track.notes.push_back({i / 2 * 120, 110, static_cast<std::uint8_t>(random.between(40, 90)),
                             static_cast<std::uint8_t>(random.between(60, 70))});
    }
    score.tracks.push_back(std::move(track));
  }
  normalise(score);
  return score;
}

std::unique_ptr<Representation> ready(const std::string& name, const Score& score) {
  RepresentationSpec spec{.name = name};
  if (needs_fitting(name)) spec.settings["min_count"] = "1";
  return fit(spec, 1, [&](std::size_t) { return score; });
}

void encode(benchmark::State& state, const std::string& name) {
  const Score score = busy_score();
  const auto representation = ready(name, score);
  for (auto _ : state) benchmark::DoNotOptimize(representation->encode(score));
  state.counters["notes"] =
      benchmark::Counter(static_cast<double>(note_count(score) * state.iterations()), benchmark::Counter::kIsRate);
}

void decode(benchmark::State& state, const std::string& name) {
  const Score score = busy_score();
  const auto representation = ready(name, score);
  const auto symbols = representation->encode(score).symbols;
  for (auto _ : state) benchmark::DoNotOptimize(representation->decode(symbols));
  state.counters["symbols"] =
      benchmark::Counter(static_cast<double>(symbols.size() * state.iterations()), benchmark::Counter::kIsRate);
}

void mask(benchmark::State& state, const std::string& name) {
  const Score score = busy_score();
  const auto representation = ready(name, score);
  const auto symbols = representation->encode(score).symbols;
  std::vector<std::uint8_t> allowed(representation->vocabulary().size());
  for (auto _ : state) {
    const auto cursor = representation->cursor();
    for (const Symbol symbol : symbols) {
      cursor->allowed(allowed);
      benchmark::DoNotOptimize(allowed.data());
      cursor->advance(symbol);
    }
  }
  state.counters["symbols"] =
      benchmark::Counter(static_cast<double>(symbols.size() * state.iterations()), benchmark::Counter::kIsRate);
}

BENCHMARK_CAPTURE(encode, remi, std::string("remi"));
BENCHMARK_CAPTURE(encode, events, std::string("events"));
BENCHMARK_CAPTURE(encode, notes, std::string("notes"));
BENCHMARK_CAPTURE(decode, remi, std::string("remi"));
BENCHMARK_CAPTURE(decode, events, std::string("events"));
BENCHMARK_CAPTURE(decode, notes, std::string("notes"));
BENCHMARK_CAPTURE(mask, remi, std::string("remi"));
BENCHMARK_CAPTURE(mask, events, std::string("events"));
BENCHMARK_CAPTURE(mask, notes, std::string("notes"));

}  // namespace
