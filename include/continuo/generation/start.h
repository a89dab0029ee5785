// What a composition begins from.
#pragma once

#include <cstdint>

namespace continuo::generation {

enum class StartKind : std::uint8_t {
  kBeginning,  ///< the beginning of a piece: Start (and label), or the silence before a sound
  kRandom,     ///< a random array primes the network, as in the paper; it is not part of the result unless asked for
  kPrompt,     ///< goes on from the caller's music, which is part of the result
};

}  // namespace continuo::generation
