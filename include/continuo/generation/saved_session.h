// The saved form of a session: bytes from which another process goes on with the same piece, bit for bit.
//
//   write_file_atomically("piece.session", to_bytes(session.save()));
//   ...
//   Session session(from_bytes(model, read_file("piece.session")));
//
// The bytes hold the options, the symbols, the state of the random numbers and what was called so far, not the state of
// the network: from_bytes() makes the same calls again, which takes as long as composing took, and then checks that
// symbols and random numbers are those that were saved. docs/session-file.md has the format.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "continuo/generation/session.h"

namespace continuo::generation {

/// What bytes cannot hold; the same must be given again.
struct SessionParts {
  std::optional<Score> prompt;               ///< ComposeOptions::prompt
  std::vector<ConstraintMaker> constraints;  ///< ComposeOptions::constraints
};

struct RestoreLimits {
  std::uint64_t calls = 20'000'000;  ///< of Session::next(); bytes that ask for more are refused
};

/// `attachment`: bytes of the caller's own, such as the prompt's file, which are kept as they are.
std::vector<std::uint8_t> to_bytes(const SessionState& state, std::span<const std::uint8_t> attachment = {});

/// Where the session was. Throws Error: kDamaged (no saved session, another hash, sizes that lie), kUnsupported
/// (another version), kMismatch (a model other than that it was saved with, a prompt or a number of constraints that is
/// not `parts`), kInvalidArgument (options that cannot be, more calls than `limits`); Interrupted.
SessionState from_bytes(const LoadedModel& model, std::span<const std::uint8_t> bytes, const SessionParts& parts = {},
                        const RestoreLimits& limits = {}, const std::stop_token& stop = {});

/// The last `count` of the notes that settled_notes() has given before, or all.
std::vector<representation::SettledNote> last_settled(const SessionState& state, std::uint64_t count);

/// Throws Error as from_bytes() does for bytes that are no saved session; makes no call.
std::vector<std::uint8_t> attachment_of(std::span<const std::uint8_t> bytes);

}  // namespace continuo::generation
