// A FluidSynth synthesizer with a SoundFont, without an audio device and without a word on the terminal.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

namespace continuo::audio {

/// A fresh synthesizer: two of them that are given the same calls make the same samples. The SoundFont is parsed once
/// per thread and its samples are held once per process. One thread.
class Synth {
 public:
  static constexpr int kBlockFrames = 64;   ///< events take effect at multiples of this
  static constexpr int kMaxChannels = 256;  ///< that FluidSynth can have

  /// Throws Error for a SoundFont that cannot be used and for a rate outside of 8,000 to 96,000.
  Synth(const std::filesystem::path& soundfont, int sample_rate, int channels);
  ~Synth();
  Synth(const Synth&) = delete;
  Synth& operator=(const Synth&) = delete;

  void set_program(int channel, bool drums, int program) noexcept;
  void note_on(int channel, int key, int velocity) noexcept;
  void note_off(int channel, int key) noexcept;
  void control(int channel, int controller, int value) noexcept;
  void pitch_bend(int channel, int value) noexcept;  ///< -8192 to 8191
  /// Writes interleaved stereo; `samples.size()` is a multiple of 2 x kBlockFrames.
  void render(std::span<float> samples) noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace continuo::audio
