// PreparedSound: sound of any kind as networks are given it: mono at one sample rate, trimmed, at one loudness.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <stop_token>
#include <vector>

#include "continuo/audio/sound_source.h"
#include "continuo/base/file.h"

namespace continuo::audio {

struct PrepareOptions {
  int sample_rate = 16'000;
  double loudness_lufs = -18.0;  ///< integrated (EBU R128), less where the peak would pass -1 dBFS
  double silence_db = -60.0;     ///< what stays below it, from the peak, at either end is trimmed
};

/// Interleaved frames as the mean of their channels, appended to `out`.
void mix_to_mono(std::span<const float> samples, int channels, std::vector<float>& out);

/// Where sound begins and ends, found while it passes by: silence at the two ends, in steps of 10 ms, is what stays
/// below `silence_db` from the peak. Silence inside is never cut. Memory grows by 400 bytes per second.
class SilenceTrimmer {
 public:
  SilenceTrimmer(int sample_rate, double silence_db);
  void add(std::span<const float> samples);  ///< mono
  std::uint64_t begin() const;               ///< first sample that is kept
  std::uint64_t end() const;                 ///< behind the last; begin() for silence

 private:
  std::uint64_t step_;
  float threshold_;
  std::vector<float> peaks_;  ///< of each step
  float peak_ = 0;            ///< of all
  std::uint64_t samples_ = 0;
};

/// Reads a source once, to its end, and keeps its samples in an unnamed file in `scratch_folder` (4 bytes each): the
/// loudness of a piece is not known before its last sample. One thread.
class PreparedSound {
 public:
  /// Throws Error for rates outside of 1,000 to 768,000 and what the source throws; Interrupted.
  PreparedSound(SoundSource& source, const PrepareOptions& options, const std::filesystem::path& scratch_folder,
                std::stop_token stop = {});

  std::uint64_t samples() const noexcept { return end_ - begin_; }  ///< 0 for silence
  Seconds seconds() const noexcept { return static_cast<double>(samples()) / sample_rate_; }
  double gain() const noexcept { return gain_; }
  /// Replaces `block` by the next samples; false at the end.
  bool next(std::vector<float>& block);
  void rewind() noexcept { at_ = begin_; }

 private:
  ScratchFile file_;
  int sample_rate_;
  std::uint64_t begin_ = 0, end_ = 0, at_ = 0;
  double gain_ = 1;
};

}  // namespace continuo::audio
