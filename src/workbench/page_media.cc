// Pictures, sounds and MIDI files as they go into pages.
#include "continuo/workbench/page_media.h"

#include "continuo/audio/encode.h"
#include "continuo/audio/render.h"
#include "continuo/midi/midi.h"

namespace continuo::workbench {

namespace fs = std::filesystem;

page::Media drawn(const std::function<void(const plot::Target&)>& draw) {
  page::Media picture{.type = "image/svg+xml", .name = "picture.svg"};
  draw(plot::Target(".svg", picture.bytes));
  return picture;
}

page::Media sound_of(const Score& score, const fs::path& soundfont, const std::stop_token& stop) {
  const auto sound = audio::render(score, {.soundfont = soundfont, .tail_seconds = 1.0}, {}, stop);
  return {"audio/mpeg", audio::encode_mp3(sound, 0.4), "piece.mp3"};
}

page::Media midi_of(const Score& score, const std::string& name) {
  return {"audio/midi", midi::write(score), fs::path(name).stem().string() + ".mid"};
}

}  // namespace continuo::workbench
