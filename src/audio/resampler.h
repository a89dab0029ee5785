// One channel from one sample rate to another (libsoxr), block by block.
#pragma once

#include <memory>
#include <span>
#include <vector>

namespace continuo::audio {

/// soxr's high quality: flat to 91 % of the lower Nyquist frequency, nothing above it, 20-bit precision, without delay.
/// Equal rates pass unchanged. One thread.
class Resampler {
 public:
  Resampler(int from, int to);  ///< throws Error for rates outside of 1,000 to 768,000
  ~Resampler();
  Resampler(const Resampler&) = delete;
  Resampler& operator=(const Resampler&) = delete;

  /// Appends what becomes of `samples` to `out`; some of it may come with later calls.
  void push(std::span<const float> samples, std::vector<float>& out);
  void finish(std::vector<float>& out);  ///< appends the rest; the last call

 private:
  struct State;
  std::unique_ptr<State> state_;  ///< null where rates are equal
};

}  // namespace continuo::audio
