// Loops over independent items on several threads, with the same result for every number of threads.
#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>

namespace continuo {

/// Cores that this process may use (cpu affinity respected), at least 1.
int available_cores() noexcept;

/// Calls `body(i)` once for each i in [0, count), on up to `threads` threads (0: available_cores()), in no fixed order.
/// `body` must write only to places of its own i. The first exception stops the loop and is rethrown here; a requested
/// stop throws Interrupted.
void parallel_for(std::size_t count, int threads, const std::function<void(std::size_t)>& body,
                  std::stop_token stop = {});

}  // namespace continuo
