// Numbers of the MIDI 1.0 specification that several files need.
#pragma once

#include <cstdint>

#include "continuo/music/score.h"

namespace continuo::midi {

inline constexpr std::uint8_t kSysex = 0xf0;   ///< system exclusive message
inline constexpr std::uint8_t kEscape = 0xf7;  ///< goes on with one, or any bytes
inline constexpr std::uint8_t kMeta = 0xff;
inline constexpr std::uint8_t kPort = 0x21;  ///< meta event: the port of what follows (RP-019)

/// Controllers from here up are channel-mode messages.
inline constexpr std::uint8_t kFirstMode = 120;
inline constexpr std::uint8_t kSoundOff = 120;
inline constexpr std::uint8_t kResetControllers = 121;
inline constexpr std::uint8_t kLocalControl = 122;

/// The longest delta time that a file can hold (four bytes of seven bits).
inline constexpr Tick kMaxDelta = (Tick{1} << 28) - 1;

/// Ticks beyond this are not believed: 64 of the longest delta times, at the finest ticks (32767 a quarter note) and
/// 120 quarter notes a minute three days of music.
inline constexpr Tick kMaxTick = (Tick{1} << 34) - 1;

}  // namespace continuo::midi
