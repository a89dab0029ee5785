// Pages that commands write, and the pictures, sounds and MIDI files that go into them.
#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

#include "continuo/music/score.h"
#include "continuo/page/page.h"
#include "continuo/plot/target.h"

namespace continuo::workbench {

/// The SVG that `draw` draws where it is told to.
page::Media drawn(const std::function<void(const plot::Target&)>& draw);

/// MP3. `soundfont` empty: the system's. Throws Error; Interrupted.
page::Media sound_of(const Score& score, const std::filesystem::path& soundfont, const std::stop_token& stop = {});

/// `name` gives the file its name, with the extension .mid.
page::Media midi_of(const Score& score, const std::string& name);

}  // namespace continuo::workbench
