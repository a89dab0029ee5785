// Limits of network specs: generous for music, small enough that all sizes computed from a valid spec fit 64 bits with
// room to spare.
#pragma once

#include <cstdint>

namespace continuo::weights {

inline constexpr int kMaxVocabulary = 65536;  // symbols are 16 bits wide
inline constexpr int kMaxLabels = 65536;
inline constexpr int kMaxChannels = 8192;
inline constexpr int kMaxLayers = 256;
inline constexpr int kMaxDilation = 1 << 20;
inline constexpr int kMaxWindow = 4096;
inline constexpr int kMaxConvolutions = 12;
inline constexpr int kMaxOrder = 16;
inline constexpr int kMaxEntries = 1 << 24;  // n-grams are numbered in floats, exact up to here
inline constexpr std::int64_t kMaxReceptiveField = std::int64_t{1} << 24;
inline constexpr std::int64_t kMaxParameters = std::int64_t{1} << 31;
inline constexpr std::int64_t kMaxStateValues = std::int64_t{1} << 26;  // past activations of one stream

}  // namespace continuo::weights
