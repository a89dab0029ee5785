// A Score as sound, through FluidSynth and a SoundFont, without an audio device.
#pragma once

#include <filesystem>
#include <span>
#include <stop_token>
#include <string>

#include "continuo/audio/waveform.h"
#include "continuo/base/progress.h"
#include "continuo/music/score.h"

namespace continuo::audio {

struct RenderOptions {
  std::filesystem::path soundfont;  ///< empty: default_soundfont()
  int sample_rate = 44'100;
  double tail_seconds = 2.0;       ///< after the last note, for releases and reverberation; trimmed where it is silent
  bool normalise = true;           ///< loudness to -18 LUFS; otherwise FluidSynth's own level, which is quiet
  Seconds max_seconds = 4 * 3600;  ///< longer scores are refused: a broken tempo easily makes years
};

/// The first SoundFont of the usual Debian places, CONTINUO_SOUNDFONT before them. Throws Error with the package to
/// install.
std::filesystem::path default_soundfont();

/// For long work that ends in rendering, before it begins: throws the Error that a SoundFont or a rate that cannot be
/// used would end with.
void check(const RenderOptions& options);

/// "FluidSynth 2.3.1": what plays the scores here. Another version may give other samples.
std::string synthesizer();

/// Stereo, in memory. The same score and options give the same samples. Each track plays on a channel of its own, with
/// its controllers and pitch bends; events fall on the nearest 64th sample. Throws Error; Interrupted when stopped.
Waveform render(const Score& score, const RenderOptions& options = {}, const ProgressSink& progress = {},
                std::stop_token stop = {});

struct RenderedFiles {
  Seconds seconds = 0;
  Measurement measurement;
};
/// The same into any number of files, by their extensions (see write_file). Pieces of any length need no more memory
/// than one of ten minutes.
RenderedFiles render_to_files(const Score& score, std::span<const std::filesystem::path> paths,
                              const RenderOptions& options = {}, const ProgressSink& progress = {},
                              std::stop_token stop = {});

}  // namespace continuo::audio
