// Session: one piece being composed, step by step. Whoever holds it can watch it, stop it, go back in it and branch it.
//
//   generation::Session session(loaded::LoadedModel::load("model.safetensors"), {.seconds = 30});
//   while (!generation::finished(session.next())) play(session.settled_notes());
//   const Composition piece = session.result();
#pragma once

#include <memory>
#include <span>
#include <stop_token>
#include <vector>

#include "continuo/generation/compose.h"
#include "continuo/representation/score_decoder.h"

namespace continuo::generation {

enum class StepResult : std::uint8_t {
  kSymbol,       ///< the model has chosen a symbol, which stands at the end of symbols()
  kHeard,        ///< the network heard a symbol that was there already; nothing is new
  kBacktracked,  ///< nothing could come next, or no ending: symbols() are fewer now
  kEnded,        ///< finished: the piece ended, or its length is reached
  kStuck,        ///< finished early: a constraint left nothing to choose; a warning says so
  kStopped,      ///< a stop was requested: nothing has happened
};
/// Whether next() has nothing more to do.
constexpr bool finished(StepResult result) noexcept { return result >= StepResult::kEnded; }

class SessionState;
struct SessionContents;

/// Owns all that it needs; the model is shared. Deterministic in (model, options): the same symbols as compose() gives,
/// whatever is done between its steps, but for commit(). One thread at a time may use it; the stop may be requested
/// from any. Movable; a copy is made by clone().
class Session {
 public:
  /// Throws Error (unknown label, empty prompt, a length of nothing).
  explicit Session(const LoadedModel& composer, ComposeOptions options = {}, std::stop_token stop = {});
  /// Goes on from `state`, beside the session that it was saved from.
  explicit Session(const SessionState& state, std::stop_token stop = {});
  ~Session();
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;

  /// One step: at most one step of the network and one choice. After the end it gives the same result again.
  StepResult next();

  /// The piece so far, what was given first. Valid until the next call of next(), which may also take symbols away.
  std::span<const representation::Symbol> symbols() const;
  std::size_t committed() const;  ///< symbols before which nothing backtracks: what was given, what was committed
  /// For what is played while it is composed: no later step goes back before what is there now. It may then happen that
  /// a constraint ends the piece where going back would have helped.
  void commit();
  /// The notes that became settled since the last call: those of the committed symbols that no later symbol changes; at
  /// the end, all that are left. In the order of their ends.
  std::vector<representation::SettledNote> settled_notes();

  double share() const;       ///< of the asked length that is done; above 1 beyond it
  std::size_t steps() const;  ///< of the network so far
  /// The piece so far, up to the latest place where it might end; Composition::interrupted until it is finished.
  Composition result() const;

  /// Everything: restore() brings the session back to where it was, as often as wanted.
  SessionState save() const;
  void restore(const SessionState& state);
  /// A second session at the same place, with a network state of its own.
  Session clone(std::stop_token stop = {}) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Where a Session was. Immutable; may outlive it. Copies share what it holds. saved_session.h makes bytes of it.
class SessionState {
 public:
  struct Impl;

 private:
  friend class Session;
  friend const SessionContents& contents_of(const SessionState& state);
  friend SessionState state_of(SessionContents contents);
  explicit SessionState(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

}  // namespace continuo::generation
