// Generation as the paper (Ibreighith 2023, section IV.D) lists it: a window of symbols that moves on by what is
// chosen.
#pragma once

#include <cstdint>
#include <stop_token>
#include <vector>

#include "continuo/base/progress.h"
#include "continuo/engine/engine.h"
#include "continuo/representation/representation.h"

namespace continuo::generation {

struct WindowOptions {
  std::size_t window = 32;                  ///< length of the array
  std::size_t count = 100;                  ///< symbols to make
  representation::Symbol first_symbol = 0;  ///< those below it are no music (Start, End) and never chosen
  bool argmax = true;                       ///< the most probable one; false: drawn at temperature 1
  std::uint64_t seed = 1;
};

struct WindowTake {
  std::vector<representation::Symbol> array;    ///< the random array of the beginning
  std::vector<representation::Symbol> symbols;  ///< what was appended to it, in order
};

/// 1. A random array of `window` symbols. 2. The network's distribution over the next one. 3. One is chosen and
/// appended. 4. The first of the array is removed. And again. Where the network sees no further than the array, its
/// stream gives what reading the whole array anew would give, and is used; where it has state, the array is read anew
/// for each symbol. Deterministic in the options. Throws Interrupted.
WindowTake move_window(const engine::Model& model, const WindowOptions& options, const ProgressSink& progress = {},
                       std::stop_token stop = {});

}  // namespace continuo::generation
