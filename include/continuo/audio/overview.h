// Overview: sound of any length as a few thousand columns, for pictures: its envelope and its spectrum over time.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "continuo/audio/waveform.h"

namespace continuo::audio {

struct Overview {
  int sample_rate = 0;
  std::uint64_t frames = 0;  ///< of the whole sound
  Seconds seconds() const noexcept { return sample_rate > 0 ? static_cast<Seconds>(frames) / sample_rate : 0; }

  /// Column i covers the frames [i * envelope_step, (i + 1) * envelope_step), all channels together.
  struct Extent {
    float low = 0, high = 0, rms = 0;
  };
  std::uint64_t envelope_step = 1;
  std::vector<Extent> envelope;

  /// Short-time Fourier transform of the mean of the channels, Hann windows of `window` samples. Column i is the mean
  /// power of the windows centred in [i * spectrum_step, (i + 1) * spectrum_step). Bin k lies at k * sample_rate /
  /// window Hz; a sine of full scale has power 1 in the bin at its frequency.
  int window = 0;
  std::uint64_t spectrum_step = 1;
  std::vector<float> power;  ///< [columns, window / 2 + 1], row-major
  std::size_t bins() const noexcept { return static_cast<std::size_t>(window) / 2 + 1; }
  std::size_t columns() const noexcept { return window > 0 ? power.size() / bins() : 0; }
};

/// Makes an Overview of sound that passes by in blocks, in constant memory (about 20 MB): columns are merged in pairs
/// whenever there are too many. The same sound gives the same result however it is cut into blocks. One thread.
class OverviewMaker {
 public:
  /// Throws Error for a sample rate or a number of channels below 1.
  OverviewMaker(int sample_rate, int channels);
  ~OverviewMaker();
  OverviewMaker(OverviewMaker&&) noexcept;
  OverviewMaker& operator=(OverviewMaker&&) noexcept;

  /// Whole frames of interleaved samples; what is not a number counts as silence.
  void add(std::span<const float> samples);
  /// Of what add() has seen so far.
  Overview result() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

Overview overview(const Waveform& waveform);

}  // namespace continuo::audio
