// The sound of a take, from any second on, as it is rendered.
#pragma once

#include <filesystem>
#include <functional>
#include <string_view>
#include <vector>

#include "continuo/music/score.h"
#include "studio/store.h"

namespace continuo::studio {

/// The score as the mixer has it: tracks that are not heard without notes, volumes as controller 7.
Score mixed(const Score& score, const std::vector<Channel>& mixer);

struct Excerpt {
  Seconds from = 0, seconds = 30;  ///< of the piece; what still sounds at the end is cut there
  std::filesystem::path soundfont;
  Seconds piece = 0;  ///< of the whole: up to there silence follows what is heard
};

inline constexpr int kSampleRate = 44'100;

/// Interleaved stereo of 16 bits, little-endian, block by block as it is rendered, until `write` returns false. What
/// sounds at `from` sounds from there on. Two excerpts that meet sound as one. Throws Error.
void play(const Score& score, const Excerpt& excerpt, const std::function<bool(std::string_view)>& write);

/// The 44 bytes before samples of unknown number.
std::string wav_header();

}  // namespace continuo::studio
