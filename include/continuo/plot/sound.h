// Pictures of sound as PNG or SVG: its waveform and its spectrogram, apart or on one sheet. Written atomically.
#pragma once

#include <filesystem>
#include <string>

#include "continuo/audio/overview.h"
#include "continuo/plot/target.h"

namespace continuo::plot {

enum class FrequencyScale {
  kLinear,  ///< from 0 Hz
  kMel,     ///< 2595 log10(1 + f / 700): nearly linear below 700 Hz, nearly logarithmic above
  kLog,     ///< from 40 Hz: every octave has the same height
};

struct SoundOptions {
  std::string title;
  int width = 1600;  ///< pixels
  int height = 0;    ///< pixels; 0: 420 for a waveform, 620 for a spectrogram, 860 for both
  FrequencyScale frequency = FrequencyScale::kMel;
  double highest_hz = 0;  ///< of the spectrogram; 0: half the sample rate
  double range_db = 80;   ///< from the loudest value, rounded up to a multiple of 10 dB, to what is drawn black
};

/// Amplitude over time, full scale 1: the extremes of each pixel column and, darker, its RMS. What is shorter than the
/// picture is wide is drawn sample by sample. The axis ends at full scale, nearer where the sound is much quieter.
/// Throws Error.
void waveform(const Target& target, const audio::Overview& sound, const SoundOptions& options = {});

/// Power by frequency over time as colour, in dB: 0 dB is a sine of full scale. Throws Error.
void spectrogram(const Target& target, const audio::Overview& sound, const SoundOptions& options = {});

/// The waveform above the spectrogram, over the same seconds. Throws Error.
void sound_sheet(const Target& target, const audio::Overview& sound, const SoundOptions& options = {});

}  // namespace continuo::plot
