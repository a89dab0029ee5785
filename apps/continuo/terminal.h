// What the commands share at the terminal: a progress bar with time left, Ctrl-C as a stop token, numbers in words.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>

#include "continuo/base/progress.h"

namespace continuo::app {

/// Draws progress on standard error: a bar that is redrawn in place at a terminal, a line every ten seconds elsewhere.
/// The bar of a task is finished when done reaches total or another task begins.
ProgressSink terminal_progress();

/// Requested by the first Ctrl-C (SIGINT) or SIGTERM; a second one ends the program at once.
std::stop_token interruption();

std::string format_duration(double seconds);    ///< "1:23" or "2:03:04"
std::string format_count(std::uint64_t count);  ///< "1,234,567"

}  // namespace continuo::app
