// spectrum: frames of a Fourier transform, after GRUV (Nayebi and Vitelli 2015), with overlap and windows so that what
// comes back has no clicks.
#include <algorithm>
#include <cmath>
#include <complex>
#include <kissfft/kissfft.hh>
#include <memory>
#include <numbers>
#include <utility>

#include "continuo/base/error.h"
#include "representation/representations.h"
#include "representation/settings.h"

namespace continuo::representation {
namespace {

constexpr int kSmallestFrame = 16;
constexpr int kLargestFrame = 16'384;

/// A frame of N samples has N values: real parts of bins 0 to N/2, then imaginary parts of bins 1 to N/2 - 1 (those of
/// the first and the last are always zero).
struct Layout {
  std::size_t frame;
  std::size_t hop() const noexcept { return frame / 2; }
  std::size_t imaginary(std::size_t bin) const noexcept { return frame / 2 + bin; }
};

/// sin(pi (n + 1/2) / N): its square and that of the window half a frame later make 1, so that windowing both before
/// the transform and after it gives back the sound (Princen and Bradley 1986).
std::vector<double> sine_window(std::size_t size) {
  std::vector<double> window;
  window.reserve(size);
  for (std::size_t n = 0; n < size; ++n)
    window.push_back(std::sin(std::numbers::pi * (static_cast<double>(n) + 0.5) / static_cast<double>(size)));
  return window;
}

/// Mean and deviation of each value of a frame; 0 and 1 before they are learned.
struct Scale {
  std::vector<float> mean, deviation;
};

class SpectrumEncoder final : public SoundEncoder {
 public:
  SpectrumEncoder(Layout layout, std::shared_ptr<const Scale> scale)
      : layout_(layout),
        scale_(std::move(scale)),
        window_(sine_window(layout.frame)),
        transform_(layout.hop(), false),
        windowed_(layout.frame),
        bins_(layout.hop()) {
    waiting_.reserve(layout.frame);
    waiting_.assign(layout.hop(), 0.0F);
  }

  void push(std::span<const float> samples, SoundSteps& out) override {
    for (const float sample : samples) {
      waiting_.push_back(std::isnan(sample) ? 0.0F : std::clamp(sample, -1.0F, 1.0F));
      if (waiting_.size() == layout_.frame) take_frame(out);
    }
    any_ = any_ || !samples.empty();
  }

  /// Silence until every sample stands in two frames.
  void finish(SoundSteps& out) override {
    if (!any_) return;
    if (waiting_.size() > layout_.hop()) {
      waiting_.resize(layout_.frame, 0.0F);
      take_frame(out);
    }
    waiting_.resize(layout_.frame, 0.0F);
    take_frame(out);
  }

 private:
  void take_frame(SoundSteps& out) {
    for (std::size_t n = 0; n < layout_.frame; ++n) windowed_[n] = waiting_[n] * window_[n];
    transform_.transform_real(windowed_.data(), bins_.data());
    const std::size_t first = out.frames.size();
    out.frames.resize(first + layout_.frame);
    const std::span<float> frame = std::span(out.frames).subspan(first);
    frame[layout_.hop()] = static_cast<float>(bins_[0].imag());  // where KISS FFT puts the last bin
    frame[0] = static_cast<float>(bins_[0].real());
    for (std::size_t k = 1; k < layout_.hop(); ++k) {
      frame[k] = static_cast<float>(bins_[k].real());
      frame[layout_.imaginary(k)] = static_cast<float>(bins_[k].imag());
    }
    for (std::size_t i = 0; i < frame.size(); ++i) frame[i] = (frame[i] - scale_->mean[i]) / scale_->deviation[i];
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(layout_.hop()));
  }

  Layout layout_;
  std::shared_ptr<const Scale> scale_;
  std::vector<double> window_;
  kissfft<double> transform_;
  std::vector<float> waiting_;  ///< the half frame before, then what is new
  std::vector<double> windowed_;
  std::vector<std::complex<double>> bins_;
  bool any_ = false;
};

class SpectrumDecoder final : public SoundDecoder {
 public:
  SpectrumDecoder(Layout layout, std::shared_ptr<const Scale> scale)
      : layout_(layout),
        scale_(std::move(scale)),
        window_(sine_window(layout.frame)),
        transform_(layout.frame, true),
        bins_(layout.frame),
        samples_(layout.frame) {}

  void push(std::span<const Symbol>, std::vector<float>&) override {
    throw Error(ErrorCode::kUnsupported, "representation spectrum has frames, not symbols");
  }

  /// What overlaps with the frame before is complete. Before the first frame there was nothing: its first half is left
  /// out.
  void push_frame(std::span<const float> frame, std::vector<float>& samples) override {
    if (frame.size() != layout_.frame)
      throw Error(ErrorCode::kInvalidArgument, "a frame has " + std::to_string(frame.size()) + " values, not the " +
                                                   std::to_string(layout_.frame) + " of the representation");
    const auto value = [&](std::size_t i) {
      return scale_->mean[i] + static_cast<double>(std::isfinite(frame[i]) ? frame[i] : 0.0F) * scale_->deviation[i];
    };
    const std::size_t hop = layout_.hop();
    bins_[0] = value(0);
    bins_[hop] = value(hop);
    for (std::size_t k = 1; k < hop; ++k) {
      bins_[k] = {value(k), value(layout_.imaginary(k))};
      bins_[layout_.frame - k] = std::conj(bins_[k]);
    }
    transform_.transform(bins_.data(), samples_.data());
    const auto sample = [&](std::size_t n) {
      return samples_[n].real() * window_[n] / static_cast<double>(layout_.frame);
    };
    if (!tail_.empty()) {
      samples.reserve(samples.size() + hop);
      for (std::size_t n = 0; n < hop; ++n) samples.push_back(static_cast<float>(tail_[n] + sample(n)));
    }
    tail_.resize(hop);
    for (std::size_t n = 0; n < hop; ++n) tail_[n] = sample(hop + n);
  }

  /// The second half of the last frame, which its window lets die away.
  void finish(std::vector<float>& samples) override {
    for (const double sample : tail_) samples.push_back(static_cast<float>(sample));
    tail_.clear();
  }

 private:
  Layout layout_;
  std::shared_ptr<const Scale> scale_;
  std::vector<double> window_;
  kissfft<double> transform_;
  std::vector<std::complex<double>> bins_, samples_;
  std::vector<double> tail_;  ///< what waits for the next frame
};

class SpectrumRepresentation final : public SoundRepresentation {
 public:
  explicit SpectrumRepresentation(const RepresentationSpec& spec) : spec_(spec) {
    const SettingReader reader(spec, spectrum_settings());
    first_symbols(spec);  // the labels are checked
    rate_ = reader.integer("sample_rate", kLowestSampleRate, kHighestSampleRate);
    const int frame = reader.integer("frame", kSmallestFrame, kLargestFrame);
    if (frame % 4 != 0) reader.refuse("frame", "a multiple of 4");
    layout_.frame = static_cast<std::size_t>(frame);
    scale_ = std::make_shared<const Scale>(scale_of(spec.statistics));
    spec_.settings = reader.all();
  }

  const RepresentationSpec& spec() const override { return spec_; }
  int sample_rate() const override { return rate_; }
  Steps steps() const override { return Steps::kFrames; }
  int width() const override { return static_cast<int>(layout_.frame); }
  int hop() const override { return static_cast<int>(layout_.hop()); }
  SoundSteps silence() const override {
    SoundSteps step;
    for (std::size_t i = 0; i < layout_.frame; ++i) step.frames.push_back(-scale_->mean[i] / scale_->deviation[i]);
    return step;
  }
  std::unique_ptr<SoundEncoder> encoder() const override { return std::make_unique<SpectrumEncoder>(layout_, scale_); }
  std::unique_ptr<SoundDecoder> decoder() const override { return std::make_unique<SpectrumDecoder>(layout_, scale_); }
  SymbolMeaning describe(Symbol) const override { return {}; }
  std::vector<std::string> losses() const override {
    return {"everything above " + std::to_string(rate_ / 2) + " Hz",
            "the difference between channels: they are mixed to one",
            "rounding: what comes back differs by less than a 100,000th of its loudness (100 dB)"};
  }

 private:
  Scale scale_of(const std::vector<float>& statistics) const {
    const std::size_t width = layout_.frame;
    if (statistics.empty()) return {std::vector<float>(width, 0.0F), std::vector<float>(width, 1.0F)};
    const auto middle = statistics.begin() + static_cast<std::ptrdiff_t>(std::min(width, statistics.size()));
    if (statistics.size() != 2 * width ||
        !std::all_of(statistics.begin(), middle, [](float mean) { return std::isfinite(mean); }) ||
        !std::all_of(middle, statistics.end(), [](float deviation) { return deviation > 0 && deviation < 1e30F; }))
      throw Error({.message = "representation spectrum: its statistics are not " + std::to_string(width) +
                              " means and as many deviations above 0",
                   .hint = "The model file may be from another version or damaged.",
                   .code = ErrorCode::kDamaged});
    return {{statistics.begin(), middle}, {middle, statistics.end()}};
  }

  RepresentationSpec spec_;
  int rate_ = 0;
  Layout layout_{};
  std::shared_ptr<const Scale> scale_;
};

}  // namespace

std::vector<Setting> spectrum_settings() {
  return {{"sample_rate", "16000", "samples a second; higher costs as much more of everything"},
          {"frame", "1024", "samples of a frame, which has as many values; the next begins half a frame later"}};
}

std::unique_ptr<SoundRepresentation> make_spectrum(const RepresentationSpec& spec) {
  return std::make_unique<SpectrumRepresentation>(spec);
}

}  // namespace continuo::representation
