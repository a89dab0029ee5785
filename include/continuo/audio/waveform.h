// Waveform: sampled sound in memory, its files, and numbers about it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "continuo/music/score.h"

namespace continuo::audio {

/// Interleaved samples, full scale -1 to 1.
struct Waveform {
  int sample_rate = 44'100;
  int channels = 1;
  std::vector<float> samples;
  std::size_t frames() const noexcept { return channels > 0 ? samples.size() / static_cast<std::size_t>(channels) : 0; }
  Seconds seconds() const noexcept { return static_cast<Seconds>(frames()) / sample_rate; }
};

/// Any file that libsndfile reads. Throws Error.
Waveform read_file(const std::filesystem::path& path);

/// By extension: .wav (16-bit), .flac (16-bit), .ogg (Vorbis). Values beyond full scale are clipped. Atomic. Throws
/// Error, for an unknown extension too (the hint lists the known ones).
void write_file(const std::filesystem::path& path, const Waveform& waveform);
bool is_audio_path(const std::filesystem::path& path);  ///< whether write_file knows the extension

/// What a listener would notice first.
struct Measurement {
  double peak = 0;  ///< largest absolute sample
  double rms = 0;
  double loudness_lufs = 0;  ///< integrated loudness, EBU R128; -inf for silence
  double silence_ratio = 0;  ///< share of 50 ms blocks below -60 dBFS RMS
  double clipped_ratio = 0;  ///< share of samples at or beyond full scale
};
Measurement measure(const Waveform& waveform);

/// Gain to `target_lufs` integrated loudness, less where the peak would pass -1 dBFS. Silence stays silence.
void normalise_loudness(Waveform& waveform, double target_lufs = -18.0);

}  // namespace continuo::audio
