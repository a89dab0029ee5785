// Suffix array of a text of small numbers (Manber and Myers 1993; made by doubling, Larsson and Sadakane 2007).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace continuo::evaluation {

/// The beginnings of all suffixes of `text` in the order of the suffixes; one that another begins with stands before
/// it. O(n log n) for music, fewer than 2^32 numbers.
std::vector<std::uint32_t> suffix_array(std::span<const std::uint16_t> text);

/// Whether `suffixes` is the suffix array of `text`. O(n).
bool is_suffix_array(std::span<const std::uint16_t> text, std::span<const std::uint32_t> suffixes);

}  // namespace continuo::evaluation
