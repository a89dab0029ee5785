// What the commands share at the terminal: a progress bar with time left, Ctrl-C as a stop token.
#pragma once

#include <stop_token>

#include "continuo/base/progress.h"

namespace continuo::app {

/// Draws progress on standard error: a bar that is redrawn in place at a terminal, a line every ten seconds elsewhere.
/// The bar of a task is finished when done reaches total or another task begins.
ProgressSink terminal_progress();

/// Requested by the first Ctrl-C (SIGINT) or SIGTERM; a second one ends the program at once.
std::stop_token interruption();

}  // namespace continuo::app
