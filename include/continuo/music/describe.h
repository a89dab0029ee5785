// A score in the words of a musician: tempo, metre, instruments.
#pragma once

#include <string>
#include <vector>

#include "continuo/music/score.h"

namespace continuo {

/// Quarter notes a minute: "96 bpm"; where it changes, the one in force for half of the time and what lies around it
/// for eight tenths: "about 96 bpm, 72 to 110". Empty without notes.
std::string tempo_in_words(const Score& score);

/// The time signatures in force while there are notes, each once, in their order: "3/4", "3/4 and 4/4", "3/4, 4/4 and
/// others" of more than three. Empty without notes.
std::string metre_in_words(const Score& score);

/// General MIDI names of what plays notes, each once, in the order of the tracks; percussion is "Drums".
std::vector<std::string> instrument_names(const Score& score);

}  // namespace continuo
