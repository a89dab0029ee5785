// Where encoded pieces are kept when nobody says.
#pragma once

#include <filesystem>

namespace continuo::workbench {

/// $XDG_CACHE_HOME/continuo, $HOME/.cache/continuo, or where HOME is not set .cache/continuo in the user's home folder
/// by the system's list of users. A process of a user without a home folder gets one that nobody else can read, which
/// goes when it ends. Throws Error.
std::filesystem::path default_cache();

}  // namespace continuo::workbench
