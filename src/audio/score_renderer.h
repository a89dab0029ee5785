// A Score as a stream of sound, block by block, with its tail trimmed.
#pragma once

#include <filesystem>
#include <stop_token>
#include <vector>

#include "continuo/audio/render.h"
#include "meter.h"
#include "render_plan.h"
#include "synth.h"

namespace continuo::audio {

/// Stereo at FluidSynth's own level. One thread.
class ScoreRenderer {
 public:
  /// Throws Error for options out of range and for scores longer than options.max_seconds.
  ScoreRenderer(const Score& score, const RenderOptions& options, std::stop_token stop);
  /// Replaces `block` by the next samples; false at the end. Throws Interrupted when stopped, and Error for a SoundFont
  /// that keeps the synthesizer busy for much longer than the music lasts, as damaged ones can.
  bool next(std::vector<float>& block);
  Seconds done() const noexcept { return static_cast<double>(frame_) / sample_rate_; }
  Seconds total() const noexcept { return plan_.seconds + tail_seconds_; }

 private:
  void render(std::uint64_t frames, std::vector<float>& out);
  void send(const SynthEvent& event) noexcept;
  void trim(std::vector<float>& tail) const;
  void check_pace() const;

  std::stop_token stop_;
  std::filesystem::path soundfont_;
  int sample_rate_;
  double tail_seconds_;
  RenderPlan plan_;
  Synth synth_;
  std::size_t next_event_ = 0;
  std::uint64_t frame_ = 0;
  std::uint64_t body_frames_ = 0;  ///< until the last note ends
  double peak_ = 0;
  bool finished_ = false;
  Seconds begun_ = 0;  ///< processor time of this thread
};

/// The same as render() and write_file(), for any length in constant memory: with `normalise` the score is rendered
/// twice, to be measured and to be written.
RenderedFiles render_streaming(const Score& score, std::span<const std::filesystem::path> paths,
                               const RenderOptions& options, const ProgressSink& progress, const std::stop_token& stop);

}  // namespace continuo::audio
