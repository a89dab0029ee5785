// What a SessionState holds.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "continuo/generation/session.h"
#include "generation/piece.h"

namespace continuo::generation {

/// What was done to a session: done again with a fresh one, it gives the same.
struct SessionLog {
  std::uint64_t calls = 0;             ///< of next(), without those that do nothing
  std::vector<std::uint64_t> commits;  ///< calls before each commit() that committed something, rising
};

struct SessionContents {
  LoadedModel composer;
  Piece piece;
  representation::ScoreDecoder decoder;
  SessionLog log;
  std::shared_ptr<const engine::Snapshot> network;
};

/// Valid as long as `state`.
const SessionContents& contents_of(const SessionState& state);

SessionState state_of(SessionContents contents);

}  // namespace continuo::generation
