// What libsndfile is given to write.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace continuo::audio {

inline constexpr std::size_t kWriteFrames = 4096;  ///< it overflows its stack in Vorbis writes of millions of frames

/// A sample that every format can hold.
inline float clean(float sample) noexcept { return std::isnan(sample) ? 0.0F : std::clamp(sample, -1.0F, 1.0F); }

}  // namespace continuo::audio
