// The streaming writer over libsndfile.
#include "continuo/audio/audio_writer.h"

#include <sndfile.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "continuo/audio/waveform.h"
#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "fail.h"
#include "ogg_serial.h"
#include "sndfile_samples.h"

namespace continuo::audio {
namespace {

constexpr std::uint64_t kMaxWavBytes = 0xFFFF0000;  ///< RIFF sizes are 32 bits, with room for the headers
constexpr double kVorbisQuality = 0.6;              ///< about 190 kbit/s for stereo

std::string lower_extension(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  for (char& c : extension)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return extension;
}

int format_of(const std::filesystem::path& path) {
  const std::string extension = lower_extension(path);
  if (extension == ".wav") return SF_FORMAT_WAV | SF_FORMAT_PCM_16;
  if (extension == ".flac") return SF_FORMAT_FLAC | SF_FORMAT_PCM_16;
  if (extension == ".ogg") return SF_FORMAT_OGG | SF_FORMAT_VORBIS;
  return 0;
}

}  // namespace

struct AudioWriter::State {
  std::filesystem::path path;
  AtomicFile file;
  SNDFILE* handle = nullptr;
  SF_INFO info{};
  std::uint64_t frames = 0;

  explicit State(std::filesystem::path p) : path(std::move(p)), file(path) {}
  ~State() {
    if (handle != nullptr) sf_close(handle);
  }
};

bool is_audio_path(const std::filesystem::path& path) { return format_of(path) != 0; }

void require_audio_path(const std::filesystem::path& path) {
  if (is_audio_path(path)) return;
  throw Error({.message = "is not the name of a sound file that can be written",
               .path = path.string(),
               .hint = "Let the name end in .wav, .flac or .ogg.",
               .code = ErrorCode::kUnsupported});
}

AudioWriter::AudioWriter(std::filesystem::path path, int sample_rate, int channels) {
  require_audio_path(path);
  const int format = format_of(path);
  SF_INFO info{};
  info.samplerate = sample_rate;
  info.channels = channels;
  info.format = format;
  if (sample_rate < 1 || channels < 1 || sf_format_check(&info) == 0) {
    throw Error({.message = "this format cannot hold " + std::to_string(channels) + " channels at " +
                            std::to_string(sample_rate) + " samples a second",
                 .path = path.string(),
                 .hint = "Use 1 or 2 channels at 8,000 to 96,000 samples a second.",
                 .code = ErrorCode::kUnsupported});
  }
  state_ = std::make_unique<State>(std::move(path));
  state_->info = info;
  state_->handle = sf_open(state_->file.temporary().c_str(), SFM_WRITE, &state_->info);
  if (state_->handle == nullptr) {
    fail(ErrorCode::kSystem, state_->path, std::string("cannot write: ") + sf_strerror(nullptr),
         "Check the permissions of the folder and the space on its disk.");
  }
  if ((format & SF_FORMAT_TYPEMASK) == SF_FORMAT_OGG) {
    double quality = kVorbisQuality;
    sf_command(state_->handle, SFC_SET_VBR_ENCODING_QUALITY, &quality, sizeof(quality));
  }
}

AudioWriter::~AudioWriter() = default;

void AudioWriter::write(std::span<const float> samples) {
  State& state = *state_;
  const auto channels = static_cast<std::size_t>(state.info.channels);
  if (samples.size() % channels != 0) fail(ErrorCode::kInvalidArgument, state.path, "samples that are no whole frames");
  const int type = state.info.format & SF_FORMAT_TYPEMASK;
  state.frames += samples.size() / channels;
  if (type == SF_FORMAT_WAV && state.frames * channels * 2 > kMaxWavBytes)
    fail(ErrorCode::kUnsupported, state.path, "a .wav file cannot be larger than 4 GB", "Let the name end in .flac.");
  std::vector<short> whole(kWriteFrames * channels);
  std::vector<float> real(kWriteFrames * channels);
  while (!samples.empty()) {
    const std::size_t count = std::min(samples.size(), kWriteFrames * channels);
    const auto frames = static_cast<sf_count_t>(count / channels);
    sf_count_t written = 0;
    if (type == SF_FORMAT_OGG) {
      std::transform(samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(count), real.begin(), clean);
      written = sf_writef_float(state.handle, real.data(), frames);
    } else {
      // The inverse of libsndfile's reading, so that 16-bit sound passes through unchanged.
      for (std::size_t i = 0; i < count; ++i)
        whole[i] = static_cast<short>(std::clamp(std::lrint(clean(samples[i]) * 32768.0F), -32768L, 32767L));
      written = sf_writef_short(state.handle, whole.data(), frames);
    }
    if (written != frames || sf_error(state.handle) != SF_ERR_NO_ERROR)
      fail(ErrorCode::kSystem, state.path, std::string("cannot write: ") + sf_strerror(state.handle),
           "Check the space on that disk.");
    samples = samples.subspan(count);
  }
}

void AudioWriter::commit() {
  State& state = *state_;
  const int code = sf_close(std::exchange(state.handle, nullptr));
  if (code != 0)
    fail(ErrorCode::kSystem, state.path, std::string("cannot write: ") + sf_error_number(code),
         "Check the space on that disk.");
  if ((state.info.format & SF_FORMAT_TYPEMASK) == SF_FORMAT_OGG) settle_ogg_serial(state.file.temporary());
  // libsndfile does not report every failed write at the end of a file: what was written must be there.
  SF_INFO info{};
  SNDFILE* check = sf_open(state.file.temporary().c_str(), SFM_READ, &info);
  const bool whole = check != nullptr && info.frames == static_cast<sf_count_t>(state.frames);
  if (check != nullptr) sf_close(check);
  if (!whole && state.frames > 0)
    fail(ErrorCode::kSystem, state.path, "the file is incomplete", "Check the space on that disk.");
  state.file.commit();
}

}  // namespace continuo::audio
