// The power spectrum of one window of samples.
#pragma once

#include <complex>
#include <span>
#include <vector>

namespace continuo::audio {

/// The power of two of samples that lasts nearest to 46 ms, 256 at least: the window of spectrograms and of what is
/// heard in a spectrum.
int window_size(int sample_rate) noexcept;

/// Hann-windowed power spectra of `size` samples, a power of two. One thread; allocates only when made.
class PowerSpectrum {
 public:
  explicit PowerSpectrum(int size);
  /// Power [size / 2 + 1] of samples[0, size): a sine of full scale has 1 in the bin at its frequency.
  std::span<const float> operator()(std::span<const float> samples);

 private:
  std::size_t size_;
  std::vector<double> window_;
  std::vector<std::complex<double>> twiddle_, values_;
  std::vector<float> power_;
  double scale_ = 0;
};

}  // namespace continuo::audio
