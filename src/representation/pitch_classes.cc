// Normal order and the names of chords.
#include "representation/pitch_classes.h"

#include <algorithm>

namespace continuo::representation {

std::vector<int> normal_order(PitchClasses classes) {
  std::vector<int> ascending;
  for (int p = 0; p < 12; ++p) {
    if ((classes >> p & 1) != 0) ascending.push_back(p);
  }
  const std::size_t size = ascending.size();
  std::vector<int> best, best_key;
  for (std::size_t first = 0; first < size; ++first) {
    std::vector<int> rotation, key;
    for (std::size_t i = 0; i < size; ++i) rotation.push_back(ascending[(first + i) % size]);
    for (std::size_t i = size; i-- > 1;) key.push_back((rotation[i] - rotation[0] + 12) % 12);
    if (best.empty() || key < best_key) {
      best = rotation;
      best_key = key;
    }
  }
  return best;
}

std::string chord_name(PitchClasses classes) {
  std::string name;
  for (const int p : normal_order(classes)) {
    if (!name.empty()) name += '.';
    name += std::to_string(p);
  }
  return name;
}

std::optional<PitchClasses> parse_chord(std::string_view name) {
  PitchClasses classes = 0;
  std::size_t at = 0;
  while (true) {
    int value = 0;
    const std::size_t begin = at;
    while (at < name.size() && at < begin + 2 && name[at] >= '0' && name[at] <= '9')
      value = 10 * value + name[at++] - '0';
    if (at == begin || value > 11) return std::nullopt;
    classes = static_cast<PitchClasses>(classes | 1 << value);
    if (at == name.size()) break;
    if (name[at++] != '.') return std::nullopt;
  }
  if (chord_name(classes) != name) return std::nullopt;
  return classes;
}

PitchClasses transposed(PitchClasses classes, int semitones) noexcept {
  const int up = (semitones % 12 + 12) % 12;
  return static_cast<PitchClasses>((classes << up | classes >> (12 - up)) & 0xfff);
}

}  // namespace continuo::representation
