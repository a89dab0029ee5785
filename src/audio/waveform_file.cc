// Sound files to and from Waveform.
#include <new>
#include <string>
#include <utility>

#include "continuo/audio/audio_writer.h"
#include "continuo/audio/sound_source.h"
#include "continuo/audio/waveform.h"
#include "fail.h"

namespace continuo::audio {
namespace {

constexpr std::uint64_t kMaxSamples = std::uint64_t{1} << 31;  ///< 8 GiB of floats: 6.7 hours of 44.1 kHz stereo

}  // namespace

Waveform read_file(const std::filesystem::path& path) {
  const auto source = open_file(path);
  Waveform waveform{.sample_rate = source->sample_rate(), .channels = source->channels()};
  std::vector<float> block;
  try {
    while (source->next(block)) {
      if (waveform.samples.size() + block.size() > kMaxSamples)
        fail(ErrorCode::kUnsupported, path,
             "is longer than the " + std::to_string(kMaxSamples) + " samples that are read", "Cut it into parts.");
      waveform.samples.insert(waveform.samples.end(), block.begin(), block.end());
    }
  } catch (const std::bad_alloc&) {
    fail(ErrorCode::kUnsupported, path, "does not fit into memory", "Cut it into parts.");
  }
  return waveform;
}

void write_file(const std::filesystem::path& path, const Waveform& waveform) {
  AudioWriter writer(path, waveform.sample_rate, waveform.channels);
  writer.write(waveform.samples);
  writer.commit();
}

}  // namespace continuo::audio
