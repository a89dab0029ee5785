// Listening by numbers: what a listener would notice first in a sound, and what is wrong with it, in words.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "continuo/audio/waveform.h"

namespace continuo::audio {

struct Listening {
  Measurement level;
  /// Mean frequency weighted by the power of the whole sound, Hz; 0 for silence.
  double centroid_hz = 0;
  /// Geometric over arithmetic mean of the powers above 50 Hz (Wiener entropy), each taken over the whole sound: near 1
  /// for white noise, near 0 for tones.
  double flatness = 0;
  /// Share of the sound that one period makes up: of the blocks of 100 ms that are not silent, looked at five times a
  /// second, those that repeat a wave of 2 to 50 ms (normalised autocorrelation of 0.98 or more) with the same period,
  /// within 2 %, as the block before. A held note counts too, so that music has a few tenths.
  double repeated_period_ratio = 0;
  double stuck_ratio = 0;  ///< share of the sound in runs of 50 ms or more of one value that is not silence
};

/// Hears sound that passes by in blocks, in constant memory. One thread.
class Listener {
 public:
  Listener(int sample_rate, int channels);  ///< throws Error for less than 1
  ~Listener();
  Listener(Listener&&) noexcept;
  Listener& operator=(Listener&&) noexcept;
  void add(std::span<const float> samples);  ///< whole frames, interleaved; what is not a number counts as silence
  Listening result() const;                  ///< of what add() has seen so far

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// What is wrong, each with what to do: silence, a value that never changes, clipping, white noise, one wave for ever.
/// Empty for what sounds like sound.
std::vector<std::string> complaints(const Listening& heard);

}  // namespace continuo::audio
