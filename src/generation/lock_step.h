// Several pieces in the making whose networks step together, shared between threads.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <memory>
#include <mutex>
#include <span>
#include <stop_token>
#include <vector>

#include "continuo/base/parallel.h"
#include "continuo/engine/engine.h"
#include "continuo/representation/representation.h"

namespace continuo::generation {

inline constexpr std::size_t kMaxTogether = 16;  ///< pieces of one batch: beyond it, a thread gains nothing

/// What a piece's network shall hear next.
struct Feed {
  representation::Symbol symbol = 0;
  std::span<const float> frame;  ///< of networks over frames; valid until the piece's next call
};

/// The networks of several pieces: a Stream for one, a Batch for more.
class Networks {
 public:
  Networks(const engine::Model& model, std::size_t pieces, bool frames)
      : width_(static_cast<std::size_t>(model.vocabulary_size())),
        input_width_(static_cast<std::size_t>(model.spec().input_size())),
        frames_(frames),
        pieces_(pieces) {
    if (pieces == 1)
      stream_ = model.new_stream();
    else
      batch_ = model.new_batch(static_cast<int>(pieces));
    symbols_.resize(pieces);
    if (frames) values_.resize(pieces * input_width_);
  }

  /// From the beginning, for another piece.
  void begin(std::size_t piece, int label) {
    restart(piece);
    if (stream_ != nullptr)
      stream_->set_label(label);
    else
      batch_->set_label(static_cast<int>(piece), label);
  }
  /// Those after it move up by one.
  void remove(std::size_t piece) {
    if (batch_ != nullptr) batch_->remove(static_cast<int>(piece));
    --pieces_;
  }
  void restart(std::size_t piece) {
    if (stream_ != nullptr)
      stream_->reset();
    else
      batch_->reset(static_cast<int>(piece));
  }
  bool save(std::size_t piece, engine::Snapshot& to) const {
    return stream_ != nullptr ? stream_->save(to) : batch_->save(static_cast<int>(piece), to);
  }
  bool restore(std::size_t piece, const engine::Snapshot& from) {
    return stream_ != nullptr ? stream_->restore(from) : batch_->restore(static_cast<int>(piece), from);
  }
  void feed(std::size_t piece, const Feed& feed) {
    if (frames_)
      std::copy_n(feed.frame.begin(), std::min(feed.frame.size(), input_width_), values_.begin() + offset(piece));
    else
      symbols_[piece] = feed.symbol;
  }
  /// One step of all. Their logits, or next frames, are valid until the next one.
  void step() {
    const std::span<const float> values = std::span(values_).first(frames_ ? pieces_ * input_width_ : 0);
    if (stream_ != nullptr)
      output_ = frames_ ? stream_->step(values) : stream_->step(symbols_.front());
    else
      output_ = frames_ ? batch_->step(values) : batch_->step(std::span(symbols_).first(pieces_));
  }
  std::span<const float> output(std::size_t piece) const { return output_.subspan(piece * width_, width_); }

 private:
  std::ptrdiff_t offset(std::size_t piece) const { return static_cast<std::ptrdiff_t>(piece * input_width_); }

  std::size_t width_, input_width_;
  bool frames_;
  std::size_t pieces_;
  std::unique_ptr<engine::Stream> stream_;
  std::unique_ptr<engine::Batch> batch_;
  std::vector<representation::Symbol> symbols_;
  std::vector<float> values_;  ///< frames [pieces, input width]
  std::span<const float> output_;
};

/// The network of one piece, between two steps.
class PieceNetwork {
 public:
  PieceNetwork(Networks& networks, std::size_t piece) : networks_(networks), piece_(piece) {}
  void restart() const { networks_.restart(piece_); }  ///< the network forgets everything
  /// As engine::Stream::save and engine::Stream::restore.
  bool save(engine::Snapshot& to) const { return networks_.save(piece_, to); }
  bool restore(const engine::Snapshot& from) const { return networks_.restore(piece_, from); }

 private:
  Networks& networks_;
  std::size_t piece_;
};

/// Composes up to `most` pieces at a time, until begin() gives none. A Session is a piece in the making:
///   bool next(Feed& feed, const PieceNetwork& network)
///                               what its network shall hear; false when the piece is finished
///   void hear(output)           what the network answers, valid until the next call of next()
///   int label()
/// `begin` gives the next one or null; `end` takes one that is finished.
template <class Session, class Begin, class End>
void compose_together(const engine::Model& model, bool frames, std::size_t most, const Begin& begin, const End& end) {
  std::vector<std::unique_ptr<Session>> sessions;
  while (sessions.size() < most) {
    std::unique_ptr<Session> session = begin();
    if (session == nullptr) break;
    sessions.push_back(std::move(session));
  }
  if (sessions.empty()) return;
  Networks networks(model, sessions.size(), frames);
  for (std::size_t i = 0; i < sessions.size(); ++i) networks.begin(i, sessions[i]->label());
  Feed feed;
  const auto has_more = [&](std::size_t i) {
    while (!sessions[i]->next(feed = {}, PieceNetwork(networks, i))) {
      end(*sessions[i]);
      sessions[i] = begin();
      if (sessions[i] == nullptr) return false;
      networks.begin(i, sessions[i]->label());
    }
    return true;
  };
  while (true) {
    for (std::size_t i = 0; i < sessions.size();) {
      if (has_more(i)) {
        networks.feed(i++, feed);
      } else {
        sessions.erase(sessions.begin() + static_cast<std::ptrdiff_t>(i));
        networks.remove(i);
      }
    }
    if (sessions.empty()) return;
    networks.step();
    for (std::size_t i = 0; i < sessions.size(); ++i) sessions[i]->hear(networks.output(i));
  }
}

/// `count` pieces, shared between `threads` threads (0: every core), each of which has a batch of its own. make(i,
/// stop) gives the Session of piece i, or null when no more shall begin; finish(session) takes it, on one thread at a
/// time. What they or a session throw stops all and is thrown here. `stop` reaches the sessions and throws nothing by
/// itself.
template <class Session, class Make, class Finish>
void compose_all(const engine::Model& model, bool frames, std::size_t count, int threads, const std::stop_token& stop,
                 const Make& make, const Finish& finish) {
  const auto wanted = static_cast<std::size_t>(threads > 0 ? threads : available_cores());
  const std::size_t workers = std::clamp<std::size_t>(count, 1, wanted);
  const std::size_t together = std::min((count + workers - 1) / workers, kMaxTogether);
  std::atomic<std::size_t> begun{0};
  std::mutex mutex;
  std::exception_ptr failure;
  std::stop_source all;
  const std::stop_callback passed_on(stop, [&] { all.request_stop(); });
  const auto begin = [&]() -> std::unique_ptr<Session> {
    const std::size_t i = begun.fetch_add(1, std::memory_order_relaxed);
    return i < count ? make(i, all.get_token()) : nullptr;
  };
  const auto end = [&](Session& session) {
    const std::scoped_lock lock(mutex);
    finish(session);
  };
  parallel_for(workers, static_cast<int>(workers), [&](std::size_t) {
    try {
      compose_together<Session>(model, frames, together, begin, end);
    } catch (...) {
      const std::scoped_lock lock(mutex);
      if (failure == nullptr) failure = std::current_exception();
      all.request_stop();
    }
  });
  if (failure != nullptr) std::rethrow_exception(failure);
}

}  // namespace continuo::generation
