// What a synthesizer must be told, and when, to play a score.
#pragma once

#include <cstdint>
#include <vector>

#include "continuo/music/score.h"

namespace continuo::audio {

struct SynthEvent {
  /// In the order they take at one block. kLateNoteOff: behind the press of a pedal, which holds the note.
  enum class Kind : std::uint8_t { kNoteOff, kControl, kLateNoteOff, kBend, kNoteOn };
  std::uint64_t block = 0;  ///< blocks of Synth::kBlockFrames frames from the beginning
  std::uint16_t channel = 0;
  Kind kind = Kind::kNoteOn;
  std::uint8_t number = 0;  ///< key or controller
  std::int16_t value = 0;   ///< velocity, controller value or bend
};

struct ChannelProgram {
  bool drums = false;
  int program = 0;
};

struct RenderPlan {
  std::vector<ChannelProgram> channels;  ///< 256 at most
  std::vector<SynthEvent> events;        ///< by block, then kind
  Seconds seconds = 0;                   ///< until the last note ends, or the pedal that holds it is released
};

/// One channel per track (tracks of one program share when there are more than 256), so that tracks which a file put on
/// the same MIDI channel keep their programs. As on a real MIDI channel, a track that has no events of its own for a
/// controller, or no bends, takes those of the other tracks on its line: the pedal of a piano is often written in
/// one hand's track alone.
RenderPlan plan_render(const Score& score, int sample_rate);

}  // namespace continuo::audio
