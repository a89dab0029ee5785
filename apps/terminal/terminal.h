// What the commands share at the terminal: a progress bar with time left, Ctrl-C as a stop token.
#pragma once

#include <cstddef>
#include <stop_token>
#include <string>

#include "continuo/base/progress.h"

namespace continuo::app {

/// Draws progress on standard error: a bar that is redrawn in place at a terminal, a line every ten seconds elsewhere.
/// The bar of a task is finished when done reaches total or another task begins.
ProgressSink terminal_progress();

/// Requested by the first Ctrl-C (SIGINT) or SIGTERM; a second one ends the program at once.
std::stop_token interruption();

/// Columns of the terminal that standard output goes to; 80 where it is none.
std::size_t terminal_width();

/// A line broken at spaces after its first `indent` columns into lines of at most `width`; the others begin with
/// `indent` spaces. A word that is wider stands alone.
std::string wrapped(const std::string& line, std::size_t indent, std::size_t width);

}  // namespace continuo::app
