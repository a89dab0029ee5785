// What the recurrences of LSTM and GRU layers share on the CPU.
#pragma once

#include <ATen/Parallel.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "nets/layers.h"

namespace continuo::nets {

/// Steps whose products do not depend on the recurrence and are made at once: rows (steps x sequences) enough to be
/// efficient, and few enough that the result is still in the cache when it is used.
inline std::int64_t steps_of_a_block(std::int64_t sequences, std::int64_t time) {
  constexpr std::int64_t kBlockRows = 256;
  return std::clamp<std::int64_t>(kBlockRows / sequences, 1, time);
}

/// to[columns, rows] = the transpose of from[rows, columns].
inline void transpose(const float* from, float* to, std::int64_t rows, std::int64_t columns) {
  for (std::int64_t c = 0; c < columns; ++c)
    for (std::int64_t r = 0; r < rows; ++r) to[c * rows + r] = from[r * columns + c];
}

/// Groups of sequences, [from, to) each: one for each thread.
template <class Group>
void split_into_groups(std::int64_t batch, std::vector<Group>& groups) {
  const std::int64_t count = std::clamp<std::int64_t>(at::get_num_threads(), 1, batch);
  for (std::int64_t g = 0; g < count; ++g) {
    groups.emplace_back();
    groups.back().from = g * batch / count;
    groups.back().to = (g + 1) * batch / count;
  }
}

/// body(group, its number), on a thread each.
template <class Group, class F>
void for_each_group(std::vector<Group>& groups, const F& body) {
  at::parallel_for(0, static_cast<std::int64_t>(groups.size()), 1, [&](std::int64_t from, std::int64_t to) {
    const torch::NoGradGuard no_grad;  // thread-local: the pool's threads have gradients on
    for (std::int64_t group = from; group < to; ++group)
      body(groups[static_cast<std::size_t>(group)], static_cast<std::size_t>(group));
  });
}

}  // namespace continuo::nets
