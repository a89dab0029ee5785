// Measures sound that passes by in blocks: peak, RMS, loudness, silence, clipping.
#pragma once

#include <ebur128.h>

#include <memory>
#include <span>
#include <vector>

#include "continuo/audio/waveform.h"

namespace continuo::audio {

/// Feeds a libebur128 state; memory grows by a few bytes per second of sound. One thread.
class Meter {
 public:
  /// How much louder than it is the sound is measured. What is quieter than -70 LUFS has no loudness in EBU R128;
  /// raised by 40 dB it has, which serves to find a gain.
  enum class Scale { kPlain, kRaised };
  Meter(int sample_rate, int channels, Scale scale);
  /// Whole frames of interleaved samples.
  void add(std::span<const float> samples);
  /// Of what add() has seen so far.
  Measurement result() const;
  double peak() const noexcept { return peak_; }
  /// Integrated loudness, not finite for silence. What is shorter than the 400 ms of a gating block is measured as if
  /// it were repeated.
  double loudness() const;

 private:
  struct Destroy {
    void operator()(ebur128_state* state) const noexcept { ebur128_destroy(&state); }
  };
  using State = std::unique_ptr<ebur128_state, Destroy>;
  State make_state() const;
  double integrated(ebur128_state* state) const;

  int sample_rate_;
  int channels_;
  Scale scale_;
  State state_;
  std::vector<float> scratch_;
  std::vector<float> opening_;  ///< the first 400 ms
  std::size_t block_size_;      ///< samples in 50 ms
  std::size_t in_block_ = 0;
  double block_energy_ = 0;
  double energy_ = 0;
  double peak_ = 0;
  std::uint64_t samples_ = 0, clipped_ = 0, blocks_ = 0, silent_blocks_ = 0;
};

/// The gain that brings sound of this loudness and peak to `target_lufs`, less where the peak would pass -1 dBFS.
double loudness_gain(double loudness, double peak, double target_lufs) noexcept;

}  // namespace continuo::audio
