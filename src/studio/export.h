// Takes as files.
#pragma once

#include "studio/works.h"

namespace continuo::studio {

/// `extension`: ".mid", ".wav", ".flac", ".ogg", ".png", ".svg" or ".json" (the settings). Sound is as the mixer has
/// it. Throws Error.
Reply export_take(const Desk& desk, const Piece& piece, int take, const std::string& extension);

}  // namespace continuo::studio
