// Sounds made and listened to by tests: sines, pitch, onsets, level.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "continuo/audio/waveform.h"

namespace continuo::audio {

inline Waveform sine(double frequency, double amplitude, double seconds, int rate = 44'100, int channels = 2) {
  Waveform waveform{.sample_rate = rate, .channels = channels, .samples = {}};
  const auto frames = static_cast<std::size_t>(seconds * rate);
  for (std::size_t i = 0; i < frames; ++i) {
    const auto value = static_cast<float>(
        amplitude * std::sin(2 * 3.14159265358979323846 * frequency * static_cast<double>(i) / rate));
    for (int c = 0; c < channels; ++c) waveform.samples.push_back(value);
  }
  return waveform;
}

/// The mean of the channels between two times.
inline std::vector<double> mono(const Waveform& waveform, double from, double to) {
  std::vector<double> out;
  const auto channels = static_cast<std::size_t>(waveform.channels);
  const auto first = static_cast<std::size_t>(from * waveform.sample_rate);
  const auto last = std::min(waveform.frames(), static_cast<std::size_t>(to * waveform.sample_rate));
  for (std::size_t i = first; i < last; ++i) {
    double sum = 0;
    for (std::size_t c = 0; c < channels; ++c) sum += static_cast<double>(waveform.samples[i * channels + c]);
    out.push_back(sum / static_cast<double>(channels));
  }
  return out;
}

inline double rms(const Waveform& waveform, double from, double to) {
  double energy = 0;
  const auto samples = mono(waveform, from, to);
  for (const double value : samples) energy += value * value;
  return samples.empty() ? 0 : std::sqrt(energy / static_cast<double>(samples.size()));
}

/// RMS of one channel alone.
inline double channel_rms(const Waveform& waveform, std::size_t channel) {
  double energy = 0;
  for (std::size_t i = channel; i < waveform.samples.size(); i += static_cast<std::size_t>(waveform.channels))
    energy += static_cast<double>(waveform.samples[i]) * static_cast<double>(waveform.samples[i]);
  return std::sqrt(energy / static_cast<double>(waveform.frames()));
}

/// Fundamental by the highest normalised autocorrelation, with a parabola through its top; 0 when there is none.
inline double frequency(const Waveform& waveform, double from, double to, double lowest = 60, double highest = 2000) {
  const auto samples = mono(waveform, from, to);
  const auto first = static_cast<std::size_t>(waveform.sample_rate / highest);
  const auto last = static_cast<std::size_t>(waveform.sample_rate / lowest);
  if (samples.size() < 3 * last) return 0;
  const std::size_t window = samples.size() - last - 1;
  const auto correlation = [&](std::size_t lag) {
    double product = 0, energy = 1e-20;
    for (std::size_t i = 0; i < window; ++i) {
      product += samples[i] * samples[i + lag];
      energy += samples[i + lag] * samples[i + lag];
    }
    return product / std::sqrt(energy);
  };
  std::vector<double> values;
  for (std::size_t lag = first; lag <= last; ++lag) values.push_back(correlation(lag));
  double highest_value = 0;
  for (const double value : values) highest_value = std::max(highest_value, value);
  // The first lag that is nearly as good as the best: later ones are whole periods more.
  for (std::size_t i = 1; i + 1 < values.size(); ++i) {
    if (values[i] < 0.97 * highest_value || values[i] < values[i - 1] || values[i] < values[i + 1]) continue;
    const double bend = values[i - 1] - 2 * values[i] + values[i + 1];
    const double shift = bend == 0 ? 0 : 0.5 * (values[i - 1] - values[i + 1]) / bend;
    return waveform.sample_rate / (static_cast<double>(first + i) + shift);
  }
  return 0;
}

/// Times at which the sound rises above `share` of its peak after at least 50 ms below it.
inline std::vector<double> onsets(const Waveform& waveform, double share = 0.05) {
  const auto samples = mono(waveform, 0, waveform.seconds());
  double peak = 0;
  for (const double value : samples) peak = std::max(peak, std::abs(value));
  std::vector<double> found;
  const auto gap = static_cast<std::size_t>(0.05 * waveform.sample_rate);
  std::size_t quiet = gap;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (std::abs(samples[i]) < share * peak) {
      ++quiet;
      continue;
    }
    if (quiet >= gap) found.push_back(static_cast<double>(i) / waveform.sample_rate);
    quiet = 0;
  }
  return found;
}

/// What a command prints, and "" when the shell does not know it.
inline std::string output_of(const std::string& command) {
  std::string out;
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return out;
  std::array<char, 4096> buffer{};
  while (std::fgets(buffer.data(), buffer.size(), pipe) != nullptr) out += buffer.data();
  return ::pclose(pipe) == 0 ? out : "";
}

inline bool has_tool(const std::string& name) { return !output_of("command -v " + name).empty(); }

/// A folder of its own for each test, removed afterwards.
class SoundTest : public ::testing::Test {
 protected:
  SoundTest() {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ =
        std::filesystem::temp_directory_path() / ("continuo-audio-" + std::to_string(::getpid()) + "-" + info->name());
    std::filesystem::create_directories(folder_);
  }
  ~SoundTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  std::filesystem::path file(const std::string& name) const { return folder_ / name; }
  std::size_t files() const {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder_)) ++count;
    return count;
  }
  std::filesystem::path folder_;
};

}  // namespace continuo::audio
