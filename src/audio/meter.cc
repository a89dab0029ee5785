// Measurement and loudness normalisation with libebur128 (EBU R128, ITU-R BS.1770).
#include "meter.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "continuo/base/error.h"

namespace continuo::audio {
namespace {

constexpr double kSilentRms = 1e-3;                ///< -60 dBFS
constexpr float kFullScale = 32767.0F / 32768.0F;  ///< the largest 16-bit value
constexpr float kRaise = 100;                      ///< 40 dB
constexpr double kRaiseDecibels = 40;
constexpr double kMaxGain = 1000;  ///< 60 dB: beyond it there is only noise to hear
constexpr std::size_t kMeteredFrames = 8192;

}  // namespace

Meter::Meter(int sample_rate, int channels, Scale scale)
    : sample_rate_(sample_rate),
      channels_(channels),
      scale_(scale),
      state_(make_state()),
      block_size_(std::max<std::size_t>(1, static_cast<std::size_t>(sample_rate) / 20) *
                  static_cast<std::size_t>(channels)) {}

Meter::State Meter::make_state() const {
  if (sample_rate_ < 1 || channels_ < 1)
    throw Error(ErrorCode::kInvalidArgument, "a waveform without channels or sample rate");
  State state(ebur128_init(static_cast<unsigned>(channels_), static_cast<unsigned long>(sample_rate_), EBUR128_MODE_I));
  if (state == nullptr) {
    throw Error({.message = "cannot measure the loudness of " + std::to_string(channels_) + " channels at " +
                            std::to_string(sample_rate_) + " samples a second",
                 .code = ErrorCode::kUnsupported});
  }
  return state;
}

void Meter::add(std::span<const float> samples) {
  const auto channels = static_cast<std::size_t>(channels_);
  const std::size_t opening = static_cast<std::size_t>(sample_rate_) * 2 / 5 * channels;
  if (opening_.size() < opening) {
    const std::size_t missing = std::min(opening - opening_.size(), samples.size());
    opening_.insert(opening_.end(), samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(missing));
  }
  while (!samples.empty()) {
    const auto chunk = samples.first(std::min(samples.size(), kMeteredFrames * channels));
    samples = samples.subspan(chunk.size());
    scratch_.assign(chunk.begin(), chunk.end());
    for (float& value : scratch_) {
      if (!std::isfinite(value)) value = 0;
      const double size = std::abs(static_cast<double>(value));
      peak_ = std::max(peak_, size);
      clipped_ += size >= kFullScale ? 1 : 0;
      block_energy_ += size * size;
      if (++in_block_ == block_size_) {
        energy_ += block_energy_;
        ++blocks_;
        silent_blocks_ += block_energy_ < kSilentRms * kSilentRms * static_cast<double>(block_size_) ? 1 : 0;
        block_energy_ = 0;
        in_block_ = 0;
      }
    }
    samples_ += scratch_.size();
    if (scale_ == Scale::kRaised)
      for (float& value : scratch_) value *= kRaise;
    ebur128_add_frames_float(state_.get(), scratch_.data(), scratch_.size() / channels);
  }
}

double Meter::integrated(ebur128_state* state) const {
  double loudness = 0;
  if (ebur128_loudness_global(state, &loudness) != EBUR128_SUCCESS) return -std::numeric_limits<double>::infinity();
  return loudness - (scale_ == Scale::kRaised ? kRaiseDecibels : 0);
}

double Meter::loudness() const {
  if (peak_ == 0) return -std::numeric_limits<double>::infinity();
  const std::size_t gate = static_cast<std::size_t>(sample_rate_) * 2 / 5 * static_cast<std::size_t>(channels_);
  if (samples_ >= gate || opening_.empty()) return integrated(state_.get());
  const State state = make_state();
  std::vector<float> repeated;
  while (repeated.size() < 3 * gate) repeated.insert(repeated.end(), opening_.begin(), opening_.end());
  const float raise = scale_ == Scale::kRaised ? kRaise : 1;
  for (float& value : repeated) value = std::isfinite(value) ? value * raise : 0;
  ebur128_add_frames_float(state.get(), repeated.data(), repeated.size() / static_cast<std::size_t>(channels_));
  return integrated(state.get());
}

Measurement Meter::result() const {
  Measurement measurement;
  measurement.peak = peak_;
  measurement.loudness_lufs = loudness();
  if (samples_ == 0) {
    measurement.silence_ratio = 1;
    return measurement;
  }
  const auto samples = static_cast<double>(samples_);
  measurement.rms = std::sqrt((energy_ + block_energy_) / samples);
  const bool rest_silent = block_energy_ < kSilentRms * kSilentRms * static_cast<double>(in_block_);
  const std::uint64_t blocks = blocks_ + (in_block_ > 0 ? 1 : 0);
  const std::uint64_t silent = silent_blocks_ + (in_block_ > 0 && rest_silent ? 1 : 0);
  measurement.silence_ratio = static_cast<double>(silent) / static_cast<double>(blocks);
  measurement.clipped_ratio = static_cast<double>(clipped_) / samples;
  return measurement;
}

double loudness_gain(double loudness, double peak, double target_lufs) noexcept {
  static const double kCeiling = std::pow(10.0, -1.0 / 20);
  if (!(peak > 0)) return 1;
  const double wanted = std::isfinite(loudness) ? std::pow(10.0, (target_lufs - loudness) / 20) : kMaxGain;
  return std::min({wanted, kCeiling / peak, kMaxGain});
}

Measurement measure(const Waveform& waveform) {
  Meter meter(waveform.sample_rate, waveform.channels, Meter::Scale::kPlain);
  meter.add(waveform.samples);
  return meter.result();
}

void normalise_loudness(Waveform& waveform, double target_lufs) {
  Meter meter(waveform.sample_rate, waveform.channels, Meter::Scale::kRaised);
  meter.add(waveform.samples);
  const auto gain = static_cast<float>(loudness_gain(meter.loudness(), meter.peak(), target_lufs));
  for (float& sample : waveform.samples) sample *= gain;
}

}  // namespace continuo::audio
