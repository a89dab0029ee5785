// SoundSource: sound that passes by in blocks, from a file or from a synthesizer, so that no length needs memory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "continuo/audio/render.h"
#include "continuo/music/score.h"

namespace continuo::audio {

/// One thread; different sources are independent.
class SoundSource {
 public:
  virtual ~SoundSource() = default;
  virtual int sample_rate() const = 0;
  virtual int channels() const = 0;
  /// What a header or a score says, before anything is played; 0 where nothing is known. Headers lie.
  virtual Seconds stated_seconds() const = 0;
  /// Replaces `block` by the next samples: whole frames, interleaved, finite. False at the end. Throws Error.
  virtual bool next(std::vector<float>& block) = 0;
  /// Samples so far that were not numbers and became silence.
  virtual std::uint64_t repaired() const { return 0; }
};

/// Extensions, in lower case with the dot, of the sound files that are looked for in folders: what libsndfile here
/// reads of .wav, .flac, .ogg, .mp3, .aiff and their kin.
const std::vector<std::string>& sound_extensions();

/// A file that libsndfile reads. Throws Error, also for a header without channels or sample rate.
std::unique_ptr<SoundSource> open_file(const std::filesystem::path& path);

/// What render() plays, stereo, at FluidSynth's own level (RenderOptions::normalise is not heeded). Throws Error.
/// next() throws Interrupted when stopped.
std::unique_ptr<SoundSource> open_score(const Score& score, const RenderOptions& options = {},
                                        std::stop_token stop = {});

}  // namespace continuo::audio
