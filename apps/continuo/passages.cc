// Opens a collection as an index of its passages, and measures how well copies are found in it.
#include "passages.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <set>
#include <span>
#include <vector>

#include "continuo/base/error.h"
#include "continuo/base/parallel.h"
#include "continuo/base/random.h"
#include "continuo/corpus/collection.h"
#include "continuo/evaluation/originality.h"
#include "continuo/midi/midi.h"
#include "held_out.h"
#include "terminal.h"

namespace continuo::app {
namespace {

corpus::Collection open_collection(const PassageOptions& options) {
  corpus::ScanOptions scan{
      .min_seconds = 0, .max_seconds = std::numeric_limits<double>::infinity(), .select_column = options.select_column};
  auto collection = corpus::scan(options.corpus, scan, terminal_progress(), interruption());
  if (collection.pieces.empty())
    throw Error({.message = "holds no piece that can be read",
                 .path = options.corpus.string(),
                 .hint = "continuo corpus tells why each file was left out."});
  return collection;
}

evaluation::PassageIndex open_index(const PassageOptions& options, const corpus::Collection& collection,
                                    std::span<const std::size_t> pieces,
                                    const representation::Representation* heard_through) {
  std::vector<evaluation::PassageSource> sources;
  for (const std::size_t i : pieces) {
    const corpus::Piece& piece = collection.pieces[i];
    sources.push_back({piece.path, piece.name, piece.hash});
  }
  return evaluation::open_passages(sources, heard_through, options.cache.empty() ? default_cache() : options.cache,
                                   terminal_progress(), interruption());
}

Score score_of(const corpus::Piece& piece) { return midi::read_file(piece.path).score; }

/// The pitched notes from `begin` on that last `length` ticks, moved to `to` and by `semitones` in pitch.
std::vector<Note> passage(const Score& source, Tick begin, Tick length, int to_ppq, Tick to, int semitones) {
  std::vector<Note> notes;
  for (const Track& track : source.tracks) {
    if (track.is_drums()) continue;
    for (Note note : track.notes) {
      if (note.onset < begin || note.onset >= begin + length) continue;
      const int pitch = note.pitch + semitones;
      if (pitch < 0 || pitch > 127) return {};
      note.onset = to + (note.onset - begin) * to_ppq / source.ppq;
      note.duration = note.duration * to_ppq / source.ppq;
      note.pitch = static_cast<std::uint8_t>(pitch);
      notes.push_back(note);
    }
  }
  return notes;
}

struct Planted {
  std::size_t hidden = 0;  ///< notes of the passage
  std::size_t found = 0;   ///< notes of the longest run
  bool right = false;      ///< the run begins within the passage
};

/// Eight quarters of a training piece, up to a sixth higher or lower, after the first half of a test piece.
Planted plant(const corpus::Collection& collection, const corpus::Split& split, const evaluation::PassageIndex& index,
              std::uint64_t seed, std::size_t number) {
  Random random(seed, number + 1);
  for (int attempt = 0; attempt < 100; ++attempt) {
    const Score source = score_of(collection.pieces[split.train[random.below(split.train.size())]]);
    Score target = score_of(collection.pieces[split.test[random.below(split.test.size())]]);
    const Tick sixteenth = source.ppq / 4;
    const Tick length = 8 * source.ppq;
    if (sixteenth * 4 != source.ppq || end_tick(source) <= length) continue;
    const Tick begin =
        sixteenth *
        static_cast<Tick>(random.below(static_cast<std::uint64_t>((end_tick(source) - length) / sixteenth)));
    const int semitones = static_cast<int>(random.between(1, 9)) * (random.below(2) == 0 ? 1 : -1);
    // The test piece breaks off at a sixteenth, the passage stands alone, the piece goes on.
    const Tick cut = end_tick(target) / 2 / target.ppq * target.ppq;
    auto notes = passage(source, begin, length, target.ppq, cut, semitones);
    if (notes.size() < 16) continue;
    for (Track& track : target.tracks)
      for (Note& note : track.notes)
        if (note.onset >= cut) note.onset += 8 * target.ppq;
    std::sort(notes.begin(), notes.end(), note_before);
    target.tracks.push_back({.notes = std::move(notes)});
    const Tick first = target.tracks.back().notes.front().onset;
    const std::size_t hidden =
        evaluation::note_stream(Score{.ppq = target.ppq, .tracks = {target.tracks.back()}}).size();
    const auto result = evaluation::originality(target, index);
    const auto* run = result.longest_run();
    if (run == nullptr) return {hidden, 0, false};
    return {hidden, run->notes, run->begin <= first + 2 * target.ppq && run->end > first};
  }
  return {};
}

std::size_t share(const std::vector<std::size_t>& sorted, double part) {
  return sorted.empty() ? 0 : sorted[static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1))];
}

}  // namespace

void add_passage_options(CLI::App& command, PassageOptions& options) {
  command.add_option("--corpus", options.corpus, "Folder of MIDI files in which copies are looked for")
      ->type_name("FOLDER");
  command.add_option("--select-column", options.select_column, "Only pieces with 1 in this column of MANIFEST.csv")
      ->type_name("NAME");
  command.add_option("--cache", options.cache, "Folder for the index of the collection (default: ~/.cache/continuo)")
      ->type_name("FOLDER");
}

evaluation::PassageIndex open_index(const PassageOptions& options,
                                    const representation::Representation* heard_through) {
  const auto collection = open_collection(options);
  std::vector<std::size_t> all(collection.pieces.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  return open_index(options, collection, all, heard_through);
}

void check_planted(const PassageOptions& options, std::size_t count, std::uint64_t seed, std::size_t borrowed) {
  const auto collection = open_collection(options);
  const auto split = corpus::split(collection, {.seed = seed});
  if (split.test.empty() || split.train.empty())
    throw Error({.message = "is too small to be split", .path = options.corpus.string(), .hint = "Give more pieces."});
  const auto begun = std::chrono::steady_clock::now();
  const auto index = open_index(options, collection, split.train, nullptr);
  fmt::print("{} training pieces, {} notes; the index was opened in {:.1f} s\n", format_count(index.pieces()),
             format_count(index.notes()),
             std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count());

  std::vector<Planted> planted(count);
  parallel_for(
      count, 0, [&](std::size_t i) { planted[i] = plant(collection, split, index, seed, i); }, interruption());
  std::size_t whole = 0, found = 0, tried = 0;
  for (const Planted& one : planted) {
    tried += one.hidden > 0 ? 1 : 0;
    found += one.right ? 1 : 0;
    whole += one.right && one.found >= one.hidden ? 1 : 0;
  }
  fmt::print("planted: {} passages of 8 quarters; {} found whole, {} as the longest run of their piece\n", tried, whole,
             found);

  std::vector<std::size_t> pieces = split.test;
  Random random(seed);
  random.shuffle(std::span(pieces));
  pieces.resize(std::min(pieces.size(), count));
  std::vector<std::size_t> longest(pieces.size());
  std::set<std::size_t> limits = {8, 12, 16, 20, 24, 28, 32, 40, 48, 64, 96};
  limits.insert(borrowed);
  parallel_for(
      pieces.size(), 0,
      [&](std::size_t i) {
        longest[i] = evaluation::originality(score_of(collection.pieces[pieces[i]]), index).longest;
      },
      interruption());
  std::vector<std::size_t> sorted = longest;
  std::sort(sorted.begin(), sorted.end());
  fmt::print(
      "unrelated: the longest runs of {} test pieces have a median of {} notes; 90 % at most {}, 95 % {}, 99 % {}\n",
      sorted.size(), share(sorted, 0.5), share(sorted, 0.9), share(sorted, 0.95), share(sorted, 0.99));
  for (const std::size_t limit : limits) {
    const auto above = sorted.end() - std::lower_bound(sorted.begin(), sorted.end(), limit);
    const auto known = std::count_if(planted.begin(), planted.end(),
                                     [&](const Planted& one) { return one.right && one.found >= limit; });
    fmt::print("  from {:>3} notes on: {:>4} unrelated pieces blamed, {:>4} planted passages found{}\n", limit, above,
               known, limit == borrowed ? "  (--borrowed)" : "");
  }
  for (std::size_t i = 0; i < pieces.size(); ++i)
    if (longest[i] > share(sorted, 0.97))
      fmt::print("  {:>5} notes: {}\n", longest[i], collection.pieces[pieces[i]].name);
}

}  // namespace continuo::app
