// Opens a collection as an index of its passages, and measures how well copies are found in it.
#include "continuo/workbench/passages.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#include "continuo/base/error.h"
#include "continuo/base/parallel.h"
#include "continuo/base/random.h"
#include "continuo/corpus/collection.h"
#include "continuo/evaluation/originality.h"
#include "continuo/midi/midi.h"
#include "continuo/workbench/default_cache.h"

namespace continuo::workbench {
namespace {

corpus::Collection open_collection(const PassageOptions& options, const ProgressSink& progress,
                                   const std::stop_token& stop) {
  corpus::ScanOptions scan{
      .min_seconds = 0, .max_seconds = std::numeric_limits<double>::infinity(), .select_column = options.select_column};
  auto collection = corpus::scan(options.corpus, scan, progress, stop);
  if (collection.pieces.empty())
    throw Error({.message = "holds no piece that can be read",
                 .path = options.corpus.string(),
                 .code = ErrorCode::kEmpty,
                 .remedy = Remedy::kScan});
  return collection;
}

evaluation::PassageIndex open_index(const PassageOptions& options, const corpus::Collection& collection,
                                    std::span<const std::size_t> pieces, const representation::Representation* via,
                                    const ProgressSink& progress, const std::stop_token& stop) {
  std::vector<evaluation::PassageSource> sources;
  for (const std::size_t i : pieces) {
    const corpus::Piece& piece = collection.pieces[i];
    sources.push_back({piece.path, piece.name, piece.hash});
  }
  return evaluation::open_passages(sources, via, options.cache.empty() ? default_cache() : options.cache, progress,
                                   stop);
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

/// Eight quarters of a training piece, up to a sixth higher or lower, after the first half of a test piece.
PlantedPassage plant(const corpus::Collection& collection, const corpus::Split& split,
                     const evaluation::PassageIndex& index, std::uint64_t seed, std::size_t number) {
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
    const std::size_t hidden = note_stream(Score{.ppq = target.ppq, .tracks = {target.tracks.back()}}).size();
    const auto result = evaluation::originality(target, index);
    const auto* run = result.longest_run();
    if (run == nullptr) return {hidden, 0, false};
    return {hidden, run->notes, run->begin <= first + 2 * target.ppq && run->end > first};
  }
  return {};
}

}  // namespace

evaluation::PassageIndex open_index(const PassageOptions& options, const representation::Representation* via,
                                    const ProgressSink& progress, const std::stop_token& stop) {
  const auto collection = open_collection(options, progress, stop);
  std::vector<std::size_t> all(collection.pieces.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return open_index(options, collection, all, via, progress, stop);
}

std::size_t PlantedCheck::unrelated_quantile(double part) const {
  if (unrelated.empty()) return 0;
  std::vector<std::size_t> sorted;
  for (const Unrelated& one : unrelated) sorted.push_back(one.longest);
  std::sort(sorted.begin(), sorted.end());
  return sorted[static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1))];
}

std::size_t PlantedCheck::blamed(std::size_t limit) const {
  return static_cast<std::size_t>(
      std::count_if(unrelated.begin(), unrelated.end(), [&](const Unrelated& one) { return one.longest >= limit; }));
}

std::size_t PlantedCheck::found(std::size_t limit) const {
  return static_cast<std::size_t>(std::count_if(
      planted.begin(), planted.end(), [&](const PlantedPassage& one) { return one.right && one.found >= limit; }));
}

PlantedCheck check_planted(const PassageOptions& options, std::size_t count, std::uint64_t seed,
                           const ProgressSink& progress, const std::stop_token& stop) {
  const auto collection = open_collection(options, progress, stop);
  const auto split = corpus::split(collection, {.seed = seed});
  if (split.test.empty() || split.train.empty())
    throw Error({.message = "is too small to be split",
                 .path = options.corpus.string(),
                 .hint = "Give more pieces.",
                 .code = ErrorCode::kEmpty});
  const auto begun = std::chrono::steady_clock::now();
  const auto index = open_index(options, collection, split.train, nullptr, progress, stop);
  PlantedCheck check{.pieces = index.pieces(),
                     .notes = index.notes(),
                     .opening_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count(),
                     .planted = std::vector<PlantedPassage>(count)};
  parallel_for(
      count, 0, [&](std::size_t i) { check.planted[i] = plant(collection, split, index, seed, i); }, stop);

  std::vector<std::size_t> pieces = split.test;
  Random random(seed);
  random.shuffle(std::span(pieces));
  pieces.resize(std::min(pieces.size(), count));
  check.unrelated.resize(pieces.size());
  parallel_for(
      pieces.size(), 0,
      [&](std::size_t i) {
        const corpus::Piece& piece = collection.pieces[pieces[i]];
        check.unrelated[i] = {piece.name, evaluation::originality(score_of(piece), index).longest};
      },
      stop);
  return check;
}

}  // namespace continuo::workbench
