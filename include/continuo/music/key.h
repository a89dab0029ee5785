// Key: which major or minor key a passage is in, from how long each pitch class sounds.
#pragma once

#include <array>
#include <limits>
#include <string>

#include "continuo/music/score.h"

namespace continuo {

/// How long, or how much, of each pitch class there is, from C on; in any unit.
using PitchClasses = std::array<double, 12>;

struct Key {
  int tonic = 0;       ///< pitch class, 0 (C) to 11 (B)
  bool minor = false;  ///< else major
  double fit = 0;      ///< correlation with the profile of this key, -1 to 1; 0 where nothing is known
  bool known = false;  ///< false without pitched notes, or where all pitch classes sound for the same time
  friend bool operator==(const Key&, const Key&) = default;
};

/// The key-finding algorithm of Krumhansl and Schmuckler (Krumhansl 1990, "Cognitive Foundations of Musical Pitch",
/// chapter 4): the time that each pitch class sounds in [begin, end), percussion aside, is correlated with a profile of
/// each of the 24 keys; the highest correlation wins. Notes without duration count one tick. The profiles are those of
/// Albrecht and Shanahan 2013, counted in pieces of known key. Of two equal keys the lower tonic is taken, major before
/// minor.
Key find_key(const Score& score, Tick begin = 0, Tick end = std::numeric_limits<Tick>::max());

/// The same of times that were added up elsewhere.
Key find_key(const PitchClasses& times);

/// "E minor", "B flat major", with the spelling that needs fewer accidentals ("F sharp major"); empty where not known.
std::string key_name(const Key& key);
/// The same of a key signature, -7 to 7 sharps: "C flat major", "A sharp minor".
std::string key_name(const KeySignature& key);

}  // namespace continuo
