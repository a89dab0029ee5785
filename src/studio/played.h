// Music that was played: notes in seconds become a MIDI file.
#pragma once

#include <cstdint>
#include <vector>

#include "studio/plain_files.h"

namespace continuo::studio {

/// `body`: {"tempo": 96, "metre": [4, 4], "program": 0, "notes": [[begin, length, pitch, velocity], ...]}, times in
/// seconds from the first beat on. Nothing is moved to a grid but to the ticks of the file. Throws Error.
std::vector<std::uint8_t> file_of_played(const Json& body);

}  // namespace continuo::studio
