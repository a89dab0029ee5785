// Sound files to and from Waveform.
#include <sndfile.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <new>
#include <system_error>

#include "continuo/audio/audio_writer.h"
#include "continuo/audio/waveform.h"
#include "continuo/base/error.h"

namespace continuo::audio {
namespace {

constexpr std::uint64_t kMostSamples = std::uint64_t{1} << 31;  ///< 8 GiB of floats: 6.7 hours of 44.1 kHz stereo
constexpr std::size_t kBlockSamples = std::size_t{1} << 18;

struct Close {
  void operator()(SNDFILE* handle) const noexcept { sf_close(handle); }
};

[[noreturn]] void fail(const std::filesystem::path& path, std::string message, std::string hint = {}) {
  throw Error({.message = std::move(message), .path = path.string(), .hint = std::move(hint)});
}

}  // namespace

Waveform read_file(const std::filesystem::path& path) {
  std::error_code code;
  const auto status = std::filesystem::status(path, code);
  if (!std::filesystem::exists(status)) fail(path, "no such file", "Check the name and the current folder.");
  if (std::filesystem::is_directory(status)) fail(path, "is a folder, not a file");
  SF_INFO info{};
  const std::unique_ptr<SNDFILE, Close> handle(sf_open(path.c_str(), SFM_READ, &info));
  if (handle == nullptr) {
    fail(path, std::string("cannot be read as sound: ") + sf_strerror(nullptr),
         "WAV, FLAC, OGG, MP3 and AIFF files can be read.");
  }
  if (info.channels < 1 || info.samplerate < 1) fail(path, "says that it has no channels or no sample rate");
  Waveform waveform{.sample_rate = info.samplerate, .channels = info.channels};
  const auto channels = static_cast<std::size_t>(info.channels);
  const std::size_t block_frames = std::max<std::size_t>(1, kBlockSamples / channels);
  // The header's length is not believed: memory grows with what is really read.
  std::vector<float> block(block_frames * channels);
  try {
    while (true) {
      const sf_count_t got = sf_readf_float(handle.get(), block.data(), static_cast<sf_count_t>(block_frames));
      if (got <= 0) break;
      const std::size_t samples = std::min(static_cast<std::size_t>(got), block_frames) * channels;
      if (waveform.samples.size() + samples > kMostSamples)
        fail(path, "is longer than the " + std::to_string(kMostSamples) + " samples that are read",
             "Cut it into parts.");
      for (std::size_t i = 0; i < samples; ++i)
        if (!std::isfinite(block[i])) block[i] = 0;  // floating-point files may hold anything
      waveform.samples.insert(waveform.samples.end(), block.begin(),
                              block.begin() + static_cast<std::ptrdiff_t>(samples));
    }
  } catch (const std::bad_alloc&) {
    fail(path, "does not fit into memory", "Cut it into parts.");
  }
  return waveform;
}

void write_file(const std::filesystem::path& path, const Waveform& waveform) {
  AudioWriter writer(path, waveform.sample_rate, waveform.channels);
  writer.write(waveform.samples);
  writer.commit();
}

}  // namespace continuo::audio
