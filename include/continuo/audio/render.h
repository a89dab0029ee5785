// A Score as sound, through FluidSynth and a SoundFont, without an audio device.
#pragma once

#include <filesystem>
#include <stop_token>

#include "continuo/audio/waveform.h"
#include "continuo/base/progress.h"
#include "continuo/music/score.h"

namespace continuo::audio {

struct RenderOptions {
  std::filesystem::path soundfont;  ///< empty: default_soundfont()
  int sample_rate = 44'100;
  double tail_seconds = 2.0;  ///< after the last note, for releases and reverberation; trimmed where it is silent
  bool normalise = true;      ///< loudness to -18 LUFS
};

/// The first SoundFont of the usual Debian places, CONTINUO_SOUNDFONT before them. Throws Error with the package to
/// install.
std::filesystem::path default_soundfont();

/// Stereo. The same score and options give the same samples. Throws Error; Interrupted when stopped.
Waveform render(const Score& score, const RenderOptions& options = {}, const ProgressSink& progress = {},
                std::stop_token stop = {});

}  // namespace continuo::audio
