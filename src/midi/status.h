// Status bytes of events that are no channel messages.
#pragma once

#include <cstdint>

namespace continuo::midi {

inline constexpr std::uint8_t kSysex = 0xf0;   ///< system exclusive message
inline constexpr std::uint8_t kEscape = 0xf7;  ///< goes on with one, or any bytes
inline constexpr std::uint8_t kMeta = 0xff;

}  // namespace continuo::midi
