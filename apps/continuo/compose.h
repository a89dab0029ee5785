// What `compose`, `analyse` and `originality` share.
#pragma once

#include <filesystem>

#include "continuo/music/score.h"

namespace continuo::app {

/// A MIDI file, with what its reader repaired printed.
Score read_score(const std::filesystem::path& path);

}  // namespace continuo::app
