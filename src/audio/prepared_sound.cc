// Mixing, resampling, trimming and loudness in one pass, and the samples that come of it in another.
#include "continuo/audio/prepared_sound.h"

#include <algorithm>
#include <cmath>

#include "continuo/base/error.h"
#include "meter.h"
#include "resampler.h"

namespace continuo::audio {
namespace {

constexpr std::size_t kBlockSamples = std::size_t{1} << 16;

std::span<const std::uint8_t> bytes_of(const std::vector<float>& samples) {
  return {reinterpret_cast<const std::uint8_t*>(samples.data()), samples.size() * sizeof(float)};
}

}  // namespace

void mix_to_mono(std::span<const float> samples, int channels, std::vector<float>& out) {
  const auto width = static_cast<std::size_t>(channels);
  out.reserve(out.size() + samples.size() / width);
  for (std::size_t at = 0; at + width <= samples.size(); at += width) {
    float sum = 0;
    for (std::size_t c = 0; c < width; ++c) sum += samples[at + c];
    out.push_back(sum / static_cast<float>(channels));
  }
}

SilenceTrimmer::SilenceTrimmer(int sample_rate, double silence_db)
    : step_(std::max<std::uint64_t>(1, static_cast<std::uint64_t>(sample_rate) / 100)),
      threshold_(static_cast<float>(std::pow(10.0, silence_db / 20))) {}

void SilenceTrimmer::add(std::span<const float> samples) {
  for (const float sample : samples) {
    if (samples_++ % step_ == 0) peaks_.push_back(0);
    const float size = std::abs(sample);
    peaks_.back() = std::max(peaks_.back(), size);
    peak_ = std::max(peak_, size);
  }
}

std::uint64_t SilenceTrimmer::begin() const {
  const float threshold = peak_ * threshold_;
  const auto loud = [&](float peak) { return peak > threshold; };
  const auto found = std::find_if(peaks_.begin(), peaks_.end(), loud);
  return std::min<std::uint64_t>(samples_, static_cast<std::uint64_t>(found - peaks_.begin()) * step_);
}

std::uint64_t SilenceTrimmer::end() const {
  const float threshold = peak_ * threshold_;
  const auto loud = [&](float peak) { return peak > threshold; };
  const auto found = std::find_if(peaks_.rbegin(), peaks_.rend(), loud);
  if (found == peaks_.rend()) return begin();
  return std::min<std::uint64_t>(samples_, static_cast<std::uint64_t>(peaks_.rend() - found) * step_);
}

PreparedSound::PreparedSound(SoundSource& source, const PrepareOptions& options,
                             const std::filesystem::path& scratch_folder, std::stop_token stop)
    : file_(scratch_folder), sample_rate_(options.sample_rate) {
  Resampler resampler(source.sample_rate(), options.sample_rate);
  SilenceTrimmer trimmer(options.sample_rate, options.silence_db);
  Meter meter(options.sample_rate, 1, Meter::Scale::kRaised);
  std::vector<float> block, mono, resampled;
  const auto keep = [&] {
    trimmer.add(resampled);
    meter.add(resampled);
    file_.append(bytes_of(resampled));
    resampled.clear();
  };
  while (source.next(block)) {
    if (stop.stop_requested()) throw Interrupted("stopped while reading sound");
    mono.clear();
    mix_to_mono(block, source.channels(), mono);
    resampler.push(mono, resampled);
    keep();
  }
  resampler.finish(resampled);
  keep();
  begin_ = at_ = trimmer.begin();
  end_ = trimmer.end();
  gain_ = loudness_gain(meter.loudness(), meter.peak(), options.loudness_lufs);
}

bool PreparedSound::next(std::vector<float>& block) {
  block.resize(static_cast<std::size_t>(std::min<std::uint64_t>(kBlockSamples, end_ - at_)));
  if (block.empty()) return false;
  file_.read(at_ * sizeof(float), {reinterpret_cast<std::uint8_t*>(block.data()), block.size() * sizeof(float)});
  at_ += block.size();
  const auto gain = static_cast<float>(gain_);
  for (float& sample : block) sample *= gain;
  return true;
}

}  // namespace continuo::audio
