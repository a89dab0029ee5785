// MB/s and files/s of reading and writing MIDI on one core, the files in memory, beside libsmf in the same run.
// CONTINUO_BENCH_FOLDER names a folder of MIDI files (each of its subfolders is one set); without it, generated pieces.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/base/random.h"
#include "continuo/midi/midi.h"
#include "libsmf.h"

namespace {

using namespace continuo;

struct FileSet {
  std::vector<std::vector<std::uint8_t>> files;
  std::size_t bytes = 0;
  void add(std::vector<std::uint8_t> file) {
    bytes += file.size();
    files.push_back(std::move(file));
  }
};
using FileSets = std::map<std::string, FileSet>;

FileSets sets_of_folder(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const std::string extension = entry.path().extension().string();
    if (extension == ".mid" || extension == ".midi" || extension == ".MID") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  FileSets sets;
  for (const auto& path : paths) {
    const auto inside = std::filesystem::relative(path, folder);
    const std::string set = inside.has_parent_path() ? inside.begin()->string() : folder.filename().string();
    sets[set].add(continuo::read_file(path));
  }
  return sets;
}

/// Pieces for two hands of about 12 kB, in the size and density of a score.
FileSets generated_sets() {
  FileSet set;
  for (std::uint64_t seed = 0; seed < 64; ++seed) {
    Random random(seed);
    Score score;
    for (std::uint8_t hand = 0; hand < 2; ++hand) {
      Track track;
      track.channel = hand;
      for (Tick onset = 0; onset < 480 * 320; onset += 120 * random.between(1, 4)) {
        for (std::uint64_t voice = 1 + random.below(3); voice > 0; --voice) {
          track.notes.push_back({onset, 120 * random.between(1, 4), static_cast<std::uint8_t>(40 + random.below(40)),
                                 static_cast<std::uint8_t>(40 + random.below(60))});
        }
      }
      score.tracks.push_back(track);
    }
    normalise(score);
    set.add(midi::write(score));
  }
  FileSets sets;
  sets.emplace("generated", std::move(set));
  return sets;
}

void report(benchmark::State& state, const FileSet& set, std::size_t notes) {
  const auto rounds = static_cast<double>(state.iterations());
  const auto files = static_cast<double>(set.files.size());
  const auto rate = benchmark::Counter::kIsRate;
  state.counters["MB/s"] = benchmark::Counter(rounds * static_cast<double>(set.bytes) / 1e6, rate);
  state.counters["files/s"] = benchmark::Counter(rounds * files, rate);
  state.counters["files"] = files;
  if (notes > 0) state.counters["notes"] = static_cast<double>(notes);
}

void read_set(benchmark::State& state, const FileSet& set) {
  std::size_t notes = 0;
  for (auto _ : state) {
    notes = 0;
    for (const auto& file : set.files) {
      try {
        notes += note_count(midi::read(file).score);
      } catch (const Error&) {  // a file without music in it
      }
    }
  }
  report(state, set, notes);
}

void write_set(benchmark::State& state, const FileSet& set) {
  std::vector<Score> scores;
  std::size_t notes = 0;
  for (const auto& file : set.files) {
    try {
      scores.push_back(midi::read(file).score);
      notes += note_count(scores.back());
    } catch (const Error&) {
    }
  }
  for (auto _ : state) {
    for (const Score& score : scores) benchmark::DoNotOptimize(midi::write(score));
  }
  report(state, set, notes);
}

void load_set_with_libsmf(benchmark::State& state, [[maybe_unused]] const FileSet& set) {
#ifdef CONTINUO_HAVE_LIBSMF
  for (auto _ : state) {
    std::size_t events = 0;
    for (const auto& file : set.files) events += bench::load_with_libsmf(file);
    benchmark::DoNotOptimize(events);
  }
  report(state, set, 0);
#else
  state.SkipWithError("libsmf was absent when this program was built (package libsmf-dev)");
#endif
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  const char* const folder = std::getenv("CONTINUO_BENCH_FOLDER");
  try {
    const FileSets sets = folder != nullptr ? sets_of_folder(folder) : generated_sets();
    for (const auto& [name, set] : sets) {
      const auto add = [&, &files = set](const std::string& what, void (*body)(benchmark::State&, const FileSet&)) {
        benchmark::RegisterBenchmark((what + "/" + name).c_str(), [body, &files](benchmark::State& state) {
          body(state, files);
        })->Unit(benchmark::kMillisecond);
      };
      add("read", read_set);
      add("libsmf", load_set_with_libsmf);
      add("write", write_set);
    }
    benchmark::RunSpecifiedBenchmarks();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
