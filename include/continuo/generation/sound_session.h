// Sound session: one sound being composed, step by step, as Session is for scores. A sound has no grammar and no rules,
// so that it never backtracks: its samples settle as they come.
#pragma once

#include <memory>
#include <span>
#include <stop_token>
#include <vector>

#include "continuo/generation/compose_sound.h"
#include "continuo/generation/session.h"

namespace continuo::generation {

/// Owns all that it needs; the model is shared. Gives the samples that compose_sound() gives. One thread at a time may
/// use it; the stop may be requested from any. Movable.
class SoundSession {
 public:
  /// Throws Error (unknown label, empty prompt, no length).
  explicit SoundSession(const SoundComposer& composer, ComposeSoundOptions options = {}, std::stop_token stop = {});
  ~SoundSession();
  SoundSession(SoundSession&&) noexcept;
  SoundSession& operator=(SoundSession&&) noexcept;

  /// One step of the network at most: kSymbol when it chose a value or frame, kHeard for what was given, kEnded at the
  /// length, kStopped after a stop.
  StepResult next();
  /// The samples that were decoded since the last call; at the end, all that are left.
  std::vector<float> settled_samples();
  double share() const;             ///< of the asked length that is done
  SoundComposition result() const;  ///< so far; SoundComposition::interrupted until it is finished

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace continuo::generation
