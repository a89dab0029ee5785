// A Waveform as a small file in memory: for pages that carry their sounds.
#pragma once

#include <cstdint>
#include <vector>

#include "continuo/audio/waveform.h"

namespace continuo::audio {

/// MP3 with variable bit rate, which every browser plays: a twentieth to a tenth of the 16-bit samples. `quality` from
/// 0 (smallest) to 1 (best). Values beyond full scale are clipped. Sample rates that MP3 does not know (it knows
/// 8, 11.025, 12, 16, 22.05, 24, 32, 44.1 and 48 kHz) are resampled to the next higher one, or to the highest. Throws
/// Error for more than two channels and for no samples at all.
std::vector<std::uint8_t> encode_mp3(const Waveform& waveform, double quality = 0.5);

}  // namespace continuo::audio
