// Wishes: what a piece shall be made of, kept to the note by masks over the symbols.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "continuo/generation/compose.h"

namespace continuo::generation {

/// All that is asked for holds for every note that is composed; a prompt is as it is.
struct Wishes {
  std::uint16_t pitch_classes = 0;  ///< bit p: pitch class p (0: C) may sound; 0: every one. Drums have none
  std::vector<int> programs;        ///< General MIDI programs that may play; empty, without drums: all
  bool drums = false;               ///< beside `programs`, drums may play
  std::optional<std::pair<double, double>> tempo;  ///< quarters a minute, lowest and highest
  std::optional<std::pair<int, int>> metre;        ///< numerator and denominator of every bar
};

/// Adds the constraints that keep `wishes`. Throws Error (kInvalidArgument, with both names) where they contradict each
/// other, the ranges of the instruments or the vocabulary: nobody composes into a corner.
void add_wishes(const Wishes& wishes, const LoadedModel& composer, ComposeOptions& options);

/// Wishes as a user writes them; what is empty is not asked for.
struct WishWords {
  std::string key;          ///< "D minor"
  std::string instruments;  ///< names or programs, and "drums": "violin,cello"
  std::string tempo;        ///< "90", for about that, or "80-100"
  std::string metre;        ///< "3/4"
};
/// Throws Error (kInvalidArgument).
Wishes wishes_of(const WishWords& words);

/// "D minor", "F# major", "Bb": the pitch classes of the key, of minor with the raised sixth and seventh. Throws Error.
std::uint16_t pitch_classes_of_key(std::string_view text);
/// "violin", "Acoustic Grand Piano", "40" (from 0), a part of one name alone ("grand piano"), or what musicians say:
/// piano, organ, guitar, bass, double bass, strings, horn, choir, voice. Throws Error, with the names that fit.
int program_of_name(std::string_view text);

}  // namespace continuo::generation
