// The representations and settings under which the properties are tried.
#pragma once

#include <map>
#include <memory>
#include <ostream>
#include <span>
#include <string>
#include <vector>

#include "continuo/base/random.h"
#include "continuo/representation/representation.h"
#include "property/representation/random_score.h"

namespace continuo::testing {

struct Case {
  std::string title;
  std::string representation;
  std::map<std::string, std::string> settings;
  bool labels = false;
  bool durations_may_be_cut = false;
};

inline void PrintTo(const Case& which, std::ostream* out) { *out << which.title; }

inline std::vector<Case> cases() {
  return {
      {"Remi", "remi", {}, false, true},
      {"RemiLabels", "remi", {}, true, true},
      {"RemiEveryNote", "remi", {{"program", "every-note"}, {"velocity", "every-note"}}, false, true},
      {"RemiOneInstrument", "remi", {{"program", "off"}, {"sustain", "extend"}}, true, true},
      {"RemiBare", "remi", {{"velocities", "0"}, {"tempo_steps", "0"}, {"positions", "4"}}, false, true},
      {"RemiNarrow", "remi", {{"lowest", "60"}, {"highest", "61"}, {"positions", "24"}}, false, true},
      {"Events", "events", {}, true, false},
      {"EventsPlain", "events", {{"velocities", "0"}, {"sustain", "ignore"}, {"step_ms", "25"}}, false, false},
      {"EventsOneShift", "events", {{"max_shift_ms", "40"}, {"step_ms", "40"}, {"velocities", "4"}}, false, false},
      {"Frames", "frames", {}, true, false},
      {"FramesNarrow", "frames", {{"lowest", "48"}, {"highest", "83"}, {"steps", "3"}}, false, false},
      {"Notes", "notes", {}, true, false},
      {"NotesPiano", "notes", {{"instruments", "piano"}, {"min_count", "1"}, {"step", "0.5"}}, false, false},
      {"NotesDurations", "notes", {{"durations", "on"}, {"min_count", "3"}}, true, false},
  };
}

inline std::unique_ptr<representation::Representation> make_case(const Case& which) {
  representation::RepresentationSpec spec;
  spec.name = which.representation;
  spec.settings = which.settings;
  if (which.labels) spec.labels = {"unknown", "Bach", "Clara Schumann"};
  return representation::fit(spec, 60, [](std::size_t i) {
    Random random(1000 + i);
    return random_score(random);
  });
}

inline std::string words(const representation::Representation& representation,
                         std::span<const representation::Symbol> symbols) {
  std::string text;
  for (const auto symbol : symbols) {
    text += (text.empty() ? "" : " ");
    text += symbol < representation.vocabulary().size() ? representation.vocabulary().name(symbol)
                                                        : "#" + std::to_string(symbol);
  }
  return text;
}

}  // namespace continuo::testing
