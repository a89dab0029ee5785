// One pass of the model over a piece: each symbol's bits go to the notes that it belongs to.
#include "continuo/evaluation/surprise.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <map>
#include <numbers>
#include <tuple>

#include "continuo/base/error.h"
#include "continuo/engine/finite.h"
#include "continuo/music/time.h"

namespace continuo::evaluation {
namespace {

using representation::Preview;
using representation::Symbol;

/// Gives out the bits of one symbol after the other.
class Attribution {
 public:
  explicit Attribution(Surprise& result) : result_(result) { sounding_.fill(Surprise::npos); }

  void add(const Preview& preview, Symbol symbol, double bits) {
    auto& notes = result_.notes;
    result_.bits += bits;
    switch (preview.owner) {
      case Preview::Owner::kPiece:
        result_.rest += bits;
        break;
      case Preview::Owner::kMoment:
        if (!begun_.empty() || !ended_.empty()) settle_moment();
        moment_ += bits;
        break;
      case Preview::Owner::kNextNote:
        next_ += bits;
        break;
      case Preview::Owner::kOwnNotes:
        latest_ = notes.size();
        for (const Preview::Begin& begin : preview.notes) {
          const double count = static_cast<double>(preview.notes.size());
          begun_.push_back(notes.size());
          sounding_[static_cast<std::size_t>(begin.pitch & 127)] = notes.size();
          notes.push_back({.note = begin, .own = (bits + next_) / count, .beginning = bits / count, .symbol = symbol});
        }
        next_ = 0;
        break;
      case Preview::Owner::kLatestNote:
        for (std::size_t i = latest_; i < notes.size(); ++i)
          notes[i].own += bits / static_cast<double>(notes.size() - latest_);
        if (latest_ == notes.size()) result_.rest += bits;
        break;
      case Preview::Owner::kEndedNote:
        const std::size_t note = sounding_[static_cast<std::size_t>(preview.ended & 127)];
        if (note == Surprise::npos) {
          result_.rest += bits;
        } else {
          notes[note].own += bits;
          ended_.push_back(note);
        }
        break;
    }
  }

  void finish() {
    settle_moment();
    result_.rest += moment_ + next_;
  }

 private:
  void settle_moment() {
    const std::vector<std::size_t>& notes = begun_.empty() ? ended_ : begun_;
    for (const std::size_t note : notes) result_.notes[note].share += moment_ / static_cast<double>(notes.size());
    if (!notes.empty()) moment_ = 0;
    begun_.clear();
    ended_.clear();
  }

  Surprise& result_;
  double moment_ = 0;                        ///< bits of the symbols that place what comes next
  double next_ = 0;                          ///< bits of the symbols before the next note
  std::vector<std::size_t> begun_, ended_;   ///< notes of this moment
  std::array<std::size_t, 128> sounding_{};  ///< the latest note of each pitch
  std::size_t latest_ = 0;                   ///< first note of the latest symbol that began any
};

std::vector<Alternative> most_probable(std::span<const float> logits, double log_total,
                                       std::span<const std::uint8_t> mask, std::size_t count) {
  std::vector<Alternative> all;
  for (std::size_t symbol = 0; symbol < mask.size(); ++symbol)
    if (mask[symbol] != 0)
      all.push_back({static_cast<Symbol>(symbol), std::exp(static_cast<double>(logits[symbol]) - log_total)});
  count = std::min(count, all.size());
  std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count), all.end(),
                    [](const Alternative& a, const Alternative& b) {
                      return a.probability != b.probability ? a.probability > b.probability : a.symbol < b.symbol;
                    });
  all.resize(count);
  return all;
}

/// Of the notes on one key of one instrument the nearest in time; a representation may know neither instruments nor
/// beats.
std::vector<std::vector<std::size_t>> notes_of_score(const Score& score, const Surprise& result, bool by_seconds,
                                                     bool one_instrument) {
  constexpr double kFarthest = 0.13;  // quarters or seconds: half a sixteenth and its rounding
  using Key = std::tuple<bool, int, int>;
  std::map<Key, std::vector<std::pair<double, std::size_t>>> heard;
  for (std::size_t i = 0; i < result.notes.size(); ++i) {
    const Preview::Begin& note = result.notes[i].note;
    const double quarters = static_cast<double>(note.tick) / result.ppq;
    heard[{note.drums, one_instrument ? 0 : note.program, note.pitch}].emplace_back(
        by_seconds ? quarters / 2 : quarters, i);
  }
  const TempoMap clock(score);
  std::vector<std::vector<std::size_t>> of_score;
  for (const Track& track : score.tracks) {
    auto& own = of_score.emplace_back(track.notes.size(), Surprise::npos);
    for (std::size_t i = 0; i < track.notes.size(); ++i) {
      const Note& note = track.notes[i];
      const auto found =
          heard.find({track.is_drums(), one_instrument || track.is_drums() ? 0 : track.program, note.pitch});
      if (found == heard.end()) continue;
      const double time =
          by_seconds ? clock.seconds(note.onset) : static_cast<double>(note.onset) / static_cast<double>(score.ppq);
      const auto& times = found->second;
      auto nearest = std::lower_bound(times.begin(), times.end(), std::pair<double, std::size_t>{time, 0});
      if (nearest == times.end() ||
          (nearest != times.begin() && time - std::prev(nearest)->first < nearest->first - time))
        --nearest;
      if (std::abs(nearest->first - time) <= kFarthest) own[i] = nearest->second;
    }
  }
  return of_score;
}

}  // namespace

Surprise surprise(const engine::Model& model, const representation::Representation& representation, const Score& score,
                  const SurpriseOptions& options, const ProgressSink& progress, std::stop_token stop) {
  const auto& spec = representation.spec();
  const auto time_base = representation::time_base(spec.name);
  if (time_base == representation::TimeBase::kOrder) {
    throw Error(
        {.message = "a model of " + spec.name + " keeps no time, so its notes cannot be found in the piece again",
         .hint = "Use a model that reads remi or events.",
         .code = ErrorCode::kUnsupported});
  }
  const std::size_t size = representation.vocabulary().size();
  if (size != static_cast<std::size_t>(model.vocabulary_size()) || model.spec().reads_frames())
    throw Error(ErrorCode::kMismatch, "the symbols of the model are not those of the representation");
  representation::EncodeOptions how;
  if (!spec.labels.empty()) how.label = options.label;
  const auto encoding = representation.encode(score, how);

  Surprise result;
  Attribution attribution(result);
  const auto stream = model.new_stream();
  stream->set_label(options.label);
  const auto cursor = representation.cursor();
  std::vector<std::uint8_t> mask(size);
  Preview preview;
  std::span<const float> logits;
  for (std::size_t i = 0; i < encoding.symbols.size(); ++i) {
    const Symbol symbol = encoding.symbols[i];
    if (i > 0) {
      double total = 0;
      const auto greatest = static_cast<double>(*std::ranges::max_element(logits));
      for (const float logit : logits) total += std::exp(static_cast<double>(logit) - greatest);
      const double log_total = greatest + std::log(total);
      cursor->preview(symbol, preview);
      result.ppq = preview.ppq;
      const std::size_t before = result.notes.size();
      attribution.add(preview, symbol, (log_total - static_cast<double>(logits[symbol])) / std::numbers::ln2);
      ++result.symbols;
      if (result.notes.size() > before && options.alternatives > 0) {
        cursor->allowed(mask);
        const auto instead = most_probable(logits, log_total, mask, options.alternatives);
        for (std::size_t note = before; note < result.notes.size(); ++note) result.notes[note].instead = instead;
      }
    }
    cursor->advance(symbol);
    logits = stream->step(symbol);
    engine::check_finite(logits);
    if (i % 256 == 0) {
      if (stop.stop_requested()) throw Interrupted("interrupted before the piece was read");
      if (progress) progress({.task = "Listening", .done = i, .total = encoding.symbols.size(), .unit = "symbols"});
    }
  }
  attribution.finish();
  if (progress)
    progress(
        {.task = "Listening", .done = encoding.symbols.size(), .total = encoding.symbols.size(), .unit = "symbols"});
  if (result.notes.empty()) {
    throw Error({.message = "the piece has no note that " + spec.name + " keeps",
                 .code = ErrorCode::kEmpty,
                 .remedy = Remedy::kInspect,
                 .about = spec.name});
  }
  const bool one_instrument = !representation.vocabulary().has(representation::SymbolKind::kProgram);
  result.of_score = notes_of_score(score, result, time_base == representation::TimeBase::kSeconds, one_instrument);
  return result;
}

}  // namespace continuo::evaluation
