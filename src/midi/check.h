// Whether a Standard MIDI File can hold a Score.
#pragma once

#include "continuo/midi/midi.h"

namespace continuo::midi {

/// Throws Error that names the first value out of its range.
void check_writable(const Score& score, const WriteOptions& options);

}  // namespace continuo::midi
