// The representations and settings under which the properties are tried.
#pragma once

#include <algorithm>
#include <cctype>
#include <map>
#include <memory>
#include <ostream>
#include <span>
#include <string>
#include <vector>

#include "continuo/base/random.h"
#include "continuo/representation/representation.h"
#include "continuo/representation/sound.h"
#include "property/representation/random_score.h"

namespace continuo::testing {

struct Case {
  std::string title;
  std::string representation;
  std::map<std::string, std::string> settings;
  bool labels = false;
};

inline void PrintTo(const Case& which, std::ostream* out) { *out << which.title; }

/// Those worth trying of the representations that have any, then the others of the registry with their defaults.
inline std::vector<Case> cases() {
  std::vector<Case> all = {
      {"Remi", "remi", {}, false},
      {"RemiLabels", "remi", {}, true},
      {"RemiEveryNote", "remi", {{"program", "every-note"}, {"velocity", "every-note"}}, false},
      {"RemiOneInstrument", "remi", {{"program", "off"}, {"sustain", "extend"}}, true},
      {"RemiBare", "remi", {{"velocities", "0"}, {"tempo_steps", "0"}, {"positions", "4"}}, false},
      {"RemiNarrow", "remi", {{"lowest", "60"}, {"highest", "61"}, {"positions", "24"}}, false},
      {"Events", "events", {}, true},
      {"EventsPlain",
       "events",
       {{"velocities", "0"}, {"sustain", "ignore"}, {"step_ms", "25"}, {"program", "40"}},
       false},
      {"EventsOneShift", "events", {{"max_shift_ms", "40"}, {"step_ms", "40"}, {"velocities", "4"}}, false},
      {"Frames", "frames", {}, true},
      {"FramesNarrow",
       "frames",
       {{"lowest", "48"}, {"highest", "83"}, {"steps", "3"}, {"context", "on"}, {"program", "6"}},
       false},
      {"Notes", "notes", {}, true},
      {"NotesPiano", "notes", {{"instruments", "piano"}, {"min_count", "1"}, {"step", "0.5"}, {"program", "6"}}, false},
      {"NotesDurations", "notes", {{"durations", "on"}, {"min_count", "3"}, {"tempo", "90"}}, true},
  };
  for (const std::string& name : representation::representation_names()) {
    const auto has_case = [&](const Case& which) { return which.representation == name; };
    if (representation::reads_sound(name) || std::any_of(all.begin(), all.end(), has_case)) continue;
    std::string title = name;
    std::erase_if(title, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; });
    all.push_back({title, name, {}, true});
  }
  return all;
}

/// Whether decoding may shorten a note where its key is struck again.
inline bool durations_may_be_cut(const representation::Representation& representation) {
  return representation::time_base(representation.spec().name) == representation::TimeBase::kBars;
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
