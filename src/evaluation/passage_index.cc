// Making the suffix array and searching it.
#include "continuo/evaluation/passage_index.h"

#include <algorithm>
#include <limits>

#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/base/hash.h"
#include "continuo/base/parallel.h"
#include "continuo/midi/midi.h"
#include "continuo/music/time.h"
#include "evaluation/suffix_array.h"

namespace continuo::evaluation {
namespace {

constexpr std::uint64_t kMaxFileBytes = std::uint64_t{64} << 20;

std::size_t common(std::span<const Step> a, std::span<const Step> b) noexcept {
  const auto ends = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  return static_cast<std::size_t>(ends.first - a.begin());
}

}  // namespace

void PassageIndex::add(const std::string& name, const Score& score) {
  const std::vector<StreamNote> stream = note_stream(score);
  if (steps_.size() + stream.size() >= std::numeric_limits<std::uint32_t>::max())
    throw Error({.message = "the collection has more notes than an index of passages can hold",
                 .hint = "Give a part of it.",
                 .code = ErrorCode::kUnsupported});
  pieces_.push_back({name, steps_.size()});
  const std::vector<Step> steps = steps_of(stream);
  steps_.insert(steps_.end(), steps.begin(), steps.end());
  const MeterMap meter(score);
  for (const StreamNote& note : stream)
    bars_.push_back(static_cast<std::uint32_t>(meter.bar_at(note.sixteenth * score.ppq / 4).bar));
}

void PassageIndex::finish() { suffixes_ = suffix_array(steps_); }

PassageIndex::Match PassageIndex::longest(std::span<const Step> steps) const noexcept {
  const std::span<const Step> text(steps_);
  const auto found = std::lower_bound(
      suffixes_.begin(), suffixes_.end(), steps, [&](std::uint32_t suffix, std::span<const Step> wanted) {
        const auto own = text.subspan(suffix);
        return std::lexicographical_compare(own.begin(), own.end(), wanted.begin(), wanted.end());
      });
  // What agrees longest stands on one side or the other of where the steps would stand.
  Match best;
  const auto consider = [&](std::uint32_t suffix) {
    const std::size_t same = common(text.subspan(suffix), steps);
    if (same > best.steps) best = {same, suffix};
  };
  if (found != suffixes_.end()) consider(*found);
  if (found != suffixes_.begin()) consider(*std::prev(found));
  return best;
}

NotePosition PassageIndex::place(std::size_t at) const {
  const std::size_t note = at - 1;
  const auto after = std::upper_bound(pieces_.begin(), pieces_.end(), note,
                                      [](std::size_t place, const Piece& piece) { return place < piece.first; });
  const Piece& piece = *std::prev(after);
  return {piece.name, static_cast<int>(bars_.at(note)), note - piece.first};
}

PassageIndex open_passages(std::span<const PassageSource> pieces, const representation::Representation* representation,
                           const std::filesystem::path& cache_folder, const ProgressSink& progress,
                           std::stop_token stop) {
  std::string content = "passages 2\n" + (representation == nullptr ? "" : to_json(representation->spec())) + "\n";
  for (const PassageSource& piece : pieces) content += piece.hash + " " + piece.name + "\n";
  const std::filesystem::path path = cache_folder / (content_hash(content) + ".passages");
  std::error_code code;
  if (std::filesystem::exists(path, code)) return PassageIndex(path);
  constexpr std::size_t kBatch = 256;
  PassageIndex index;
  std::vector<Score> scores(kBatch), heard(kBatch);
  for (std::size_t begin = 0; begin < pieces.size(); begin += kBatch) {
    const std::size_t count = std::min(kBatch, pieces.size() - begin);
    parallel_for(
        count, 0,
        [&](std::size_t k) {
          const PassageSource& piece = pieces[begin + k];
          const auto bytes = read_file(piece.path, kMaxFileBytes);
          if (content_hash(bytes) != piece.hash)
            throw Error({.message = "has changed since the collection was read",
                         .path = piece.path.string(),
                         .hint = "Start again, and leave the folder alone meanwhile.",
                         .code = ErrorCode::kMismatch});
          scores[k] = midi::read(bytes).score;
          if (representation != nullptr)
            heard[k] = representation->decode(representation->encode(scores[k]).symbols).score;
        },
        stop);
    for (std::size_t k = 0; k < count; ++k) {
      const std::string& name = pieces[begin + k].name;
      index.add(name, scores[k]);
      if (representation != nullptr && note_stream(heard[k]) != note_stream(scores[k])) index.add(name, heard[k]);
    }
    if (progress)
      progress({.task = "Indexing passages", .done = begin + count, .total = pieces.size(), .unit = "pieces"});
  }
  index.finish();
  index.write(path);
  return index;
}

}  // namespace continuo::evaluation
