// MP3 in memory, through libsndfile's virtual files.
#include "continuo/audio/encode.h"

#include <sndfile.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <iterator>
#include <memory>
#include <string>

#include "continuo/base/error.h"
#include "resampler.h"
#include "sndfile_samples.h"

namespace continuo::audio {
namespace {

/// A growing file in memory.
struct MemoryFile {
  std::vector<std::uint8_t> bytes;
  std::size_t at = 0;

  static MemoryFile& of(void* user) { return *static_cast<MemoryFile*>(user); }
  static sf_count_t length(void* user) { return static_cast<sf_count_t>(of(user).bytes.size()); }
  static sf_count_t tell(void* user) { return static_cast<sf_count_t>(of(user).at); }
  static sf_count_t seek(sf_count_t offset, int whence, void* user) {
    MemoryFile& file = of(user);
    const sf_count_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? tell(user) : length(user);
    file.at = static_cast<std::size_t>(std::max<sf_count_t>(0, from + offset));
    return tell(user);
  }
  static sf_count_t read(void* to, sf_count_t count, void* user) {
    MemoryFile& file = of(user);
    const std::size_t left = file.bytes.size() - std::min(file.at, file.bytes.size());
    const std::size_t given = std::min(left, static_cast<std::size_t>(count));
    if (given > 0) std::memcpy(to, file.bytes.data() + file.at, given);
    file.at += given;
    return static_cast<sf_count_t>(given);
  }
  static sf_count_t write(const void* from, sf_count_t count, void* user) {
    MemoryFile& file = of(user);
    const auto size = static_cast<std::size_t>(count);
    if (file.at + size > file.bytes.size()) file.bytes.resize(file.at + size);
    if (size > 0) std::memcpy(file.bytes.data() + file.at, from, size);
    file.at += size;
    return count;
  }
};

struct Close {
  void operator()(SNDFILE* handle) const { sf_close(handle); }
};

constexpr int kRates[] = {8'000, 11'025, 12'000, 16'000, 22'050, 24'000, 32'000, 44'100, 48'000};  // of MP3

/// The rate itself, or the next higher one.
int rate_for(int rate) {
  const auto* const found = std::lower_bound(std::begin(kRates), std::end(kRates), rate);
  return found == std::end(kRates) ? *std::prev(std::end(kRates)) : *found;
}

Waveform resampled(const Waveform& waveform, int rate) {
  Waveform result{.sample_rate = rate, .channels = waveform.channels};
  const auto channels = static_cast<std::size_t>(waveform.channels);
  for (std::size_t channel = 0; channel < channels; ++channel) {
    std::vector<float> given(waveform.frames()), made;
    for (std::size_t i = 0; i < given.size(); ++i) given[i] = waveform.samples[i * channels + channel];
    Resampler resampler(waveform.sample_rate, rate);
    resampler.push(given, made);
    resampler.finish(made);
    result.samples.resize(made.size() * channels);
    for (std::size_t i = 0; i < made.size(); ++i) result.samples[i * channels + channel] = made[i];
  }
  return result;
}

}  // namespace

std::vector<std::uint8_t> encode_mp3(const Waveform& waveform, double quality) {
  if (waveform.frames() > 0 && waveform.channels <= 2 && rate_for(waveform.sample_rate) != waveform.sample_rate)
    return encode_mp3(resampled(waveform, rate_for(waveform.sample_rate)), quality);
  SF_INFO info{};
  info.samplerate = waveform.sample_rate;
  info.channels = waveform.channels;
  info.format = SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III;
  if (waveform.frames() == 0) throw Error(ErrorCode::kEmpty, "there is no sound to encode as MP3");
  if (info.channels > 2)
    throw Error({.message = "MP3 cannot hold " + std::to_string(info.channels) + " channels",
                 .hint = "Give one channel or two.",
                 .code = ErrorCode::kUnsupported});
  MemoryFile file;
  SF_VIRTUAL_IO io{.get_filelen = MemoryFile::length,
                   .seek = MemoryFile::seek,
                   .read = MemoryFile::read,
                   .write = MemoryFile::write,
                   .tell = MemoryFile::tell};
  std::unique_ptr<SNDFILE, Close> handle(sf_open_virtual(&io, SFM_WRITE, &info, &file));
  if (handle == nullptr) {
    throw Error({.message = std::string("cannot encode MP3: ") + sf_strerror(nullptr),
                 .hint = "libsndfile 1.1 or later, built with LAME, is needed.",
                 .code = ErrorCode::kUnsupported});
  }
  int mode = SF_BITRATE_MODE_VARIABLE;
  double level = 1 - std::clamp(quality, 0.0, 1.0);
  sf_command(handle.get(), SFC_SET_BITRATE_MODE, &mode, sizeof(mode));
  sf_command(handle.get(), SFC_SET_COMPRESSION_LEVEL, &level, sizeof(level));
  std::vector<float> chunk;
  const auto channels = static_cast<std::size_t>(info.channels);
  for (std::size_t at = 0; at < waveform.frames(); at += kWriteFrames) {
    const std::size_t frames = std::min(kWriteFrames, waveform.frames() - at);
    const auto begin = waveform.samples.begin() + static_cast<std::ptrdiff_t>(at * channels);
    chunk.resize(frames * channels);
    std::transform(begin, begin + static_cast<std::ptrdiff_t>(chunk.size()), chunk.begin(), clean);
    if (sf_writef_float(handle.get(), chunk.data(), static_cast<sf_count_t>(frames)) != static_cast<sf_count_t>(frames))
      throw Error(ErrorCode::kUnsupported, std::string("cannot encode MP3: ") + sf_strerror(handle.get()));
  }
  handle.reset();
  return std::move(file.bytes);
}

}  // namespace continuo::audio
