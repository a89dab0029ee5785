// libsmf behind one function, so that its headers stay in one file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace continuo::bench {

/// Loads a MIDI file from memory and returns the number of its events; 0 when libsmf refuses it.
std::size_t load_with_libsmf(std::span<const std::uint8_t> bytes);

}  // namespace continuo::bench
