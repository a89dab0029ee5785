// Pages that commands write, and the pictures, sounds and MIDI files that go into them.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "continuo/music/score.h"
#include "continuo/page/page.h"

namespace continuo::app {

/// Whether a path that somebody gave asks for a page.
inline bool is_page(const std::filesystem::path& path) { return path.extension() == ".html"; }

/// The drawing that `draw` makes at the path given to it; `folder` holds its file for that while.
page::Media drawn(const std::filesystem::path& folder, const std::function<void(const std::filesystem::path&)>& draw);

/// The first `seconds` of a piece.
Score first_seconds(const Score& score, double seconds);

/// MP3. `soundfont` empty: the system's. Throws Error; Interrupted when the program is.
page::Media sound_of(const Score& score, const std::filesystem::path& soundfont);

/// `name` gives the file its name, with the extension .mid.
page::Media midi_of(const Score& score, const std::string& name);

}  // namespace continuo::app
