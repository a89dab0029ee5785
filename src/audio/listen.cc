// The listener: level, spectrum and repetition of a sound that passes by.
#include "continuo/audio/listen.h"

#include <algorithm>
#include <cmath>

#include "continuo/base/error.h"
#include "meter.h"
#include "power_spectrum.h"

namespace continuo::audio {
namespace {

constexpr double kLowestHz = 50;       // of the flatness: below there is little but offset
constexpr double kInaudible = 1e-9;    // share of the power, -90 dB: rounding beside an offset has no spectrum
constexpr double kLeastPower = 1e-20;  // of a bin
constexpr double kSilentPower = 1e-6;  // -60 dBFS
constexpr double kSamePeriod = 0.02;
constexpr double kRepeats = 0.98;
constexpr double kStuckSeconds = 0.05;
constexpr int kLooksPerSecond = 5;

constexpr double kMuchSilence = 0.99, kMuchStuck = 0.5, kMuchClipping = 0.001, kMuchNoise = 0.8, kMuchRepetition = 0.95;

/// The period of a block in samples, 0 when it does not repeat.
std::size_t period_of(std::span<const float> block, std::size_t shortest, std::size_t longest) {
  const std::size_t length = block.size() - longest;
  const auto product = [&](std::size_t a, std::size_t b) {
    double sum = 0;
    for (std::size_t i = 0; i < length; ++i)
      sum += static_cast<double>(block[a + i]) * static_cast<double>(block[b + i]);
    return sum;
  };
  const double power = product(0, 0);
  if (power < kSilentPower * static_cast<double>(length)) return 0;
  double best = 0;
  std::vector<double> correlation(longest + 1);
  for (std::size_t lag = shortest; lag <= longest; ++lag) {
    correlation[lag] = product(0, lag) / std::sqrt(power * std::max(product(lag, lag), 1e-30));
    best = std::max(best, correlation[lag]);
  }
  if (best < kRepeats) return 0;
  // The first peak that is as good as the best: multiples of a period repeat as well as it does.
  for (std::size_t lag = shortest; lag < longest; ++lag)
    if (correlation[lag] >= best - 0.01 && correlation[lag] >= correlation[lag + 1]) return lag;
  return longest;
}

}  // namespace

struct Listener::State {
  State(int rate, int channel_count)
      : sample_rate(rate),
        channels(static_cast<std::size_t>(channel_count)),
        meter(rate, channel_count, Meter::Scale::kPlain),
        window(static_cast<std::size_t>(window_size(rate))),
        spectrum(static_cast<int>(window)),
        power(window / 2 + 1),
        shortest(std::max<std::size_t>(1, static_cast<std::size_t>(rate) / 500)),
        longest(std::max<std::size_t>(shortest + 1, static_cast<std::size_t>(rate) / 20)),
        look_every(std::max<std::size_t>(1, static_cast<std::size_t>(rate) / kLooksPerSecond)) {}

  void add(float mono) {
    recent.push_back(mono);
    if (recent.size() == window) {
      const auto more = spectrum(recent);
      for (std::size_t k = 0; k < power.size(); ++k) power[k] += static_cast<double>(more[k]);
      recent.clear();
    }
    if (since_look < 2 * longest) block.push_back(mono);
    if (++since_look == std::max(look_every, 2 * longest)) look();

    run = frames > 0 && mono == before ? run + 1 : 1;
    const auto least = static_cast<std::uint64_t>(kStuckSeconds * sample_rate);
    if (std::abs(static_cast<double>(mono)) * std::abs(static_cast<double>(mono)) > kSilentPower && run >= least)
      stuck += run == least ? least : 1;
    before = mono;
    ++frames;
  }

  void look() {
    double energy = 0;
    for (const float sample : block) energy += static_cast<double>(sample) * static_cast<double>(sample);
    if (energy > kSilentPower * static_cast<double>(block.size())) {
      const std::size_t period = period_of(block, shortest, longest);
      const double difference = std::abs(static_cast<double>(period) - static_cast<double>(last_period));
      if (looks > 0 && period > 0 && difference <= std::max(1.0, kSamePeriod * static_cast<double>(last_period)))
        ++same;
      last_period = period;
      ++looks;
    }
    block.clear();
    since_look = 0;
  }

  int sample_rate;
  std::size_t channels;
  Meter meter;
  std::size_t window;
  PowerSpectrum spectrum;
  std::vector<double> power;  ///< sum over the windows
  std::vector<float> recent;  ///< towards the next window
  std::size_t shortest, longest, look_every;
  std::vector<float> block;  ///< the first 100 ms of each look
  std::size_t since_look = 0;
  std::size_t last_period = 0;
  std::uint64_t looks = 0, same = 0;
  std::uint64_t frames = 0, run = 0, stuck = 0;
  float before = 0;
};

Listener::Listener(int sample_rate, int channels) {
  if (sample_rate < 1 || channels < 1)
    throw Error(ErrorCode::kInvalidArgument, "a sound without channels or sample rate");
  state_ = std::make_unique<State>(sample_rate, channels);
}
Listener::~Listener() = default;
Listener::Listener(Listener&&) noexcept = default;
Listener& Listener::operator=(Listener&&) noexcept = default;

void Listener::add(std::span<const float> samples) {
  State& state = *state_;
  state.meter.add(samples);
  for (std::size_t at = 0; at + state.channels <= samples.size(); at += state.channels) {
    double sum = 0;
    for (std::size_t c = 0; c < state.channels; ++c)
      sum += std::isfinite(samples[at + c]) ? static_cast<double>(samples[at + c]) : 0.0;
    state.add(static_cast<float>(sum / static_cast<double>(state.channels)));
  }
}

Listening Listener::result() const {
  const State& state = *state_;
  Listening heard{.level = state.meter.result()};
  double total = 0, weighted = 0, logs = 0, above = 0;
  std::size_t bins = 0;
  std::vector<double> power = state.power;
  const bool none = std::all_of(power.begin(), power.end(), [](double value) { return value == 0; });
  if (none && !state.recent.empty()) {  // shorter than one window
    std::vector<float> padded(state.window, 0.0F);
    std::copy(state.recent.begin(), state.recent.end(), padded.begin());
    PowerSpectrum spectrum(static_cast<int>(state.window));
    const auto once = spectrum(padded);
    std::transform(once.begin(), once.end(), power.begin(), [](float value) { return static_cast<double>(value); });
  }
  for (std::size_t k = 1; k < power.size(); ++k) {
    const double hz = static_cast<double>(k) * state.sample_rate / static_cast<double>(state.window);
    total += power[k];
    weighted += hz * power[k];
    if (hz < kLowestHz) continue;
    logs += std::log(std::max(power[k], kLeastPower));
    above += std::max(power[k], kLeastPower);
    ++bins;
  }
  if (total > 0) heard.centroid_hz = weighted / total;
  if (bins > 0 && above > kInaudible * (power[0] + total)) {
    const auto count = static_cast<double>(bins);
    heard.flatness = std::exp(logs / count) / (above / count);
  }
  if (state.looks > 1)
    heard.repeated_period_ratio = static_cast<double>(state.same) / static_cast<double>(state.looks - 1);
  if (state.frames > 0) heard.stuck_ratio = static_cast<double>(state.stuck) / static_cast<double>(state.frames);
  return heard;
}

std::vector<std::string> complaints(const Listening& heard) {
  std::vector<std::string> words;
  if (heard.level.silence_ratio > kMuchSilence || heard.level.peak == 0) {
    words.emplace_back("it is silent; begin from a prompt, try another seed, or train longer");
    return words;
  }
  if (heard.stuck_ratio > kMuchStuck) {  // which is a period, too
    words.emplace_back(
        "most of it is one value that never changes; sample instead of argmax, or raise the temperature");
    return words;
  }
  if (heard.level.clipped_ratio > kMuchClipping)
    words.emplace_back("it is clipped: many samples stand at full scale; lower the temperature or the level");
  if (heard.flatness > kMuchNoise) words.emplace_back("it is white noise; lower the temperature, or train longer");
  if (heard.repeated_period_ratio > kMuchRepetition)
    words.emplace_back("it is one wave for ever; raise the temperature, try another seed, or train longer");
  return words;
}

}  // namespace continuo::audio
