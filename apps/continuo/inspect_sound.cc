// What a sound file sounds like, by numbers.
#include <fmt/core.h>

#include "continuo/audio/listen.h"
#include "continuo/audio/sound_source.h"
#include "continuo/base/format.h"
#include "continuo/workbench/sound_view.h"
#include "inspect.h"
#include "terminal.h"

namespace continuo::app {

void print_sound(const std::filesystem::path& path) {
  const auto source = audio::open_file(path);
  audio::Listener listener(source->sample_rate(), source->channels());
  std::vector<float> block;
  std::uint64_t samples = 0;
  while (source->next(block)) {
    listener.add(block);
    samples += block.size();
  }
  const audio::Listening heard = listener.result();
  const double seconds = static_cast<double>(samples) / source->channels() / source->sample_rate();
  fmt::print("{}: {} of sound, {}, {} Hz\n  {}\n  loudness {:.1f} LUFS, {:.2f} % at full scale, flatness {:.3f}\n",
             path.string(), format_duration(seconds),
             counted(static_cast<std::uint64_t>(source->channels()), "channel"),
             format_count(static_cast<std::uint64_t>(source->sample_rate())), workbench::listening_in_words(heard),
             heard.level.loudness_lufs, 100 * heard.level.clipped_ratio, heard.flatness);
  if (source->repaired() > 0) fmt::print("  note: {} replaced by 0\n", counted(source->repaired(), "NaN sample"));
  for (const auto& complaint : audio::complaints(heard)) fmt::print("  note: {}\n", complaint);
}

}  // namespace continuo::app
