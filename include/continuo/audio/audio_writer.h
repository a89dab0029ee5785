// Sound written to disk block by block: an hour needs no more memory than a second.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

namespace continuo::audio {

/// Throws Error, with the known extensions, unless write_file and AudioWriter know this one.
void require_audio_path(const std::filesystem::path& path);

/// Writes .wav (16-bit), .flac (16-bit) or .ogg (Vorbis), by the extension of the path. The file appears, complete, at
/// commit(); without it nothing is left behind. One thread. Every member throws Error.
class AudioWriter {
 public:
  AudioWriter(std::filesystem::path path, int sample_rate, int channels);
  ~AudioWriter();
  AudioWriter(const AudioWriter&) = delete;
  AudioWriter& operator=(const AudioWriter&) = delete;

  /// Whole frames of interleaved samples; clipped to full scale, what is not a number becomes silence.
  void write(std::span<const float> samples);
  void commit();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace continuo::audio
