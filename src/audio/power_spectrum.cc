// A Hann window, a Fourier transform (Cooley and Tukey 1965, radix 2), and squares.
#include "power_spectrum.h"

#include <cmath>
#include <numbers>
#include <utility>

namespace continuo::audio {
namespace {

constexpr double kWindowSeconds = 0.046;
constexpr int kSmallest = 256;

}  // namespace

int window_size(int sample_rate) noexcept {
  int size = kSmallest;
  while (size * 1.4 < sample_rate * kWindowSeconds) size *= 2;
  return size;
}

PowerSpectrum::PowerSpectrum(int size) : size_(static_cast<std::size_t>(size)) {
  window_.resize(size_);
  twiddle_.resize(size_ / 2);
  values_.resize(size_);
  power_.resize(size_ / 2 + 1);
  double sum = 0;
  for (std::size_t i = 0; i < size_; ++i) {
    const double turn = 2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(size_);
    window_[i] = 0.5 - 0.5 * std::cos(turn);
    sum += window_[i];
    if (i < size_ / 2) twiddle_[i] = std::polar(1.0, -turn);
  }
  scale_ = 4 / (sum * sum);
}

std::span<const float> PowerSpectrum::operator()(std::span<const float> samples) {
  for (std::size_t i = 0, reversed = 0; i < size_; ++i) {
    values_[reversed] = static_cast<double>(samples[i]) * window_[i];
    std::size_t bit = size_ / 2;
    while (bit > 0 && (reversed & bit) != 0) reversed ^= bit, bit /= 2;
    reversed |= bit;
  }
  for (std::size_t half = 1; half < size_; half *= 2) {
    const std::size_t stride = size_ / (2 * half);
    for (std::size_t begin = 0; begin < size_; begin += 2 * half) {
      for (std::size_t i = 0; i < half; ++i) {
        const auto low = values_[begin + i];
        const auto& a = values_[begin + half + i];
        const auto& w = twiddle_[i * stride];
        const std::complex<double> high(a.real() * w.real() - a.imag() * w.imag(),
                                        a.real() * w.imag() + a.imag() * w.real());
        values_[begin + i] = low + high;
        values_[begin + half + i] = low - high;
      }
    }
  }
  for (std::size_t k = 0; k < power_.size(); ++k) power_[k] = static_cast<float>(std::norm(values_[k]) * scale_);
  // What has no negative frequency beside it is counted whole.
  power_.front() /= 4;
  power_.back() /= 4;
  return power_;
}

}  // namespace continuo::audio
