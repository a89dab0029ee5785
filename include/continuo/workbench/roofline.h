// What this machine could do at best, measured: the two limits that stepping a network runs into.
#pragma once

#include <cstddef>

#include "continuo/engine/engine.h"

namespace continuo::workbench {

/// Weights of one stream are read once a step, and each is multiplied and added once a step for each stream.
struct Roofline {
  double bytes_per_second = 0;          ///< reading a working set again and again, wherever it then lies
  double multiply_adds_per_second = 0;  ///< on registers alone
};

/// One short measurement, some milliseconds, with `threads` threads: each reads its share of `working_set` bytes and
/// calculates with the vectors of `set`, in int8 with its dot product where it has one. Take several and their maximum.
Roofline measure_roofline(engine::InstructionSet set, engine::Precision precision, std::size_t working_set,
                          int threads);

}  // namespace continuo::workbench
