// The batch calls: pieces in lock step.
#include "continuo/generation/compose.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <utility>

#include "continuo/base/error.h"
#include "generation/guided_model.h"
#include "generation/lock_step.h"
#include "generation/model_parts.h"
#include "generation/piece.h"

namespace continuo::generation {
namespace {

/// The share that is done of all pieces together; any thread may tell.
class SharedProgress {
 public:
  SharedProgress(const ProgressSink& sink, std::size_t pieces) : sink_(sink), shares_(pieces) {}

  void tell(std::size_t piece, double share) {
    if (!sink_) return;
    const std::scoped_lock lock(mutex_);
    const auto now = static_cast<std::uint64_t>(std::clamp(share, 0.0, 1.0) * 1000);
    if (now <= shares_[piece]) return;  // the piece went back
    sum_ = sum_ - shares_[piece] + now;
    shares_[piece] = now;
    sink_({.task = "Composing", .done = sum_ / std::max<std::uint64_t>(1, shares_.size()), .total = 1000});
  }

 private:
  const ProgressSink& sink_;
  std::mutex mutex_;
  std::vector<std::uint64_t> shares_;  ///< per mille
  std::uint64_t sum_ = 0;
};

/// A piece among those of a batch.
class BatchPiece {
 public:
  BatchPiece(const LoadedModel& composer, const std::shared_ptr<const ComposeOptions>& options, std::size_t number,
             SharedProgress& progress, std::stop_token stop)
      : piece_(composer, options, number), number_(number), progress_(progress), stop_(std::move(stop)) {}

  std::size_t number() const { return number_; }
  int label() const { return piece_.label(); }
  void hear(std::span<const float> output) { piece_.hear(output); }
  Composition result() const { return piece_.result(); }

  bool next(Feed& feed, const PieceNetwork& network) {
    while (!stop_.stop_requested()) {
      const Piece::Step step = piece_.advance(network, feed);
      if (step.result == StepResult::kSymbol && piece_.symbols().size() % 64 == 0)
        progress_.tell(number_, piece_.share());
      if (step.feeds) return true;
      if (piece_.finished()) {
        progress_.tell(number_, 1);
        return false;
      }
    }
    return false;
  }

 private:
  Piece piece_;
  std::size_t number_;
  SharedProgress& progress_;
  std::stop_token stop_;
};

}  // namespace

LoadedModel with_style(const LoadedModel& composer, const ComposeOptions& options) {
  if (!(options.style_strength >= 0) || !std::isfinite(options.style_strength))
    throw Error({.message = "the strength of a style must be 0 or more", .code = ErrorCode::kInvalidArgument});
  const auto& labels = composer.representation->spec().labels;
  if (options.style_strength == 1 || labels.empty() || label_index(composer.representation->spec(), options.label) == 0)
    return composer;
  LoadedModel styled = composer;
  styled.model = guided(composer.model, {.strength = options.style_strength,
                                         .first_label_symbol = representation::kEnd + 1,
                                         .label_symbols = labels.size()});
  return styled;
}

void check_lengths(const ComposeOptions& options) {
  if (options.seconds && !(*options.seconds > 0))
    throw Error(ErrorCode::kInvalidArgument, "the length in seconds must be above 0");
  if (options.bars && *options.bars < 1)
    throw Error(ErrorCode::kInvalidArgument, "the length in bars must be at least 1");
  if (options.symbols && *options.symbols < 1)
    throw Error(ErrorCode::kInvalidArgument, "the length in symbols must be at least 1");
}

void compose_several(const LoadedModel& composer, const ComposeOptions& options, std::size_t count, int threads,
                     const PieceTaker& take, const ProgressSink& progress, const std::stop_token& stop) {
  check_lengths(options);
  const LoadedModel styled = with_style(composer, options);
  const auto shared_options = std::make_shared<const ComposeOptions>(options);
  SharedProgress shared(progress, count);
  compose_all<BatchPiece>(
      *styled.model, styled.frames != nullptr, count, threads, stop,
      [&](std::size_t i, const std::stop_token& stopped) -> std::unique_ptr<BatchPiece> {
        if (stopped.stop_requested()) return nullptr;
        return std::make_unique<BatchPiece>(styled, shared_options, i, shared, stopped);
      },
      [&](BatchPiece& piece) { take(piece.number(), piece.result()); });
}

std::vector<Composition> compose_several(const LoadedModel& composer, const ComposeOptions& options, std::size_t count,
                                         int threads, const ProgressSink& progress, const std::stop_token& stop) {
  std::vector<Composition> pieces(count);
  std::size_t finished = 0;
  compose_several(
      composer, options, count, threads,
      [&](std::size_t i, Composition&& piece) {
        finished += piece.interrupted ? 0 : 1;
        pieces[i] = std::move(piece);
      },
      progress, stop);
  if (finished < count) throw Interrupted("interrupted before the pieces were finished");
  return pieces;
}

Composition compose(const LoadedModel& composer, const ComposeOptions& options, const ProgressSink& progress,
                    std::stop_token stop) {
  return std::move(compose_several(composer, options, 1, 1, progress, stop).front());
}

}  // namespace continuo::generation
