// Pictures, sounds and MIDI files as they go into pages.
#include "page_media.h"

#include <algorithm>

#include "continuo/audio/encode.h"
#include "continuo/audio/render.h"
#include "continuo/base/file.h"
#include "continuo/midi/midi.h"
#include "continuo/music/excerpt.h"
#include "continuo/music/time.h"
#include "terminal.h"

namespace continuo::app {

namespace fs = std::filesystem;

page::Media drawn(const fs::path& folder, const std::function<void(const fs::path&)>& draw) {
  const AtomicFile drawing(folder / "drawing.svg");  // never committed
  draw(drawing.temporary());
  return page::load(drawing.temporary());
}

Score first_seconds(const Score& score, double seconds) {
  return beginning(score, std::max<Tick>(1, TempoMap(score).tick(seconds)));
}

page::Media sound_of(const Score& score, const fs::path& soundfont) {
  const auto sound = audio::render(score, {.soundfont = soundfont, .tail_seconds = 1.0}, {}, interruption());
  return {"audio/mpeg", audio::encode_mp3(sound, 0.4), "piece.mp3"};
}

page::Media midi_of(const Score& score, const std::string& name) {
  return {"audio/midi", midi::write(score), fs::path(name).stem().string() + ".mid"};
}

}  // namespace continuo::app
