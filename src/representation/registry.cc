// The table of representations.
#include <algorithm>
#include <array>
#include <string>

#include "continuo/base/error.h"
#include "continuo/representation/representation.h"
#include "representation/representations.h"

namespace continuo::representation {
namespace {

using FitFunction = RepresentationSpec (*)(const RepresentationSpec&, std::size_t,
                                           const std::function<Score(std::size_t)>&);

struct Entry {
  std::string_view name;
  std::vector<Setting> (*settings)();
  std::unique_ptr<Representation> (*make)(const RepresentationSpec&);
  FitFunction fit;  ///< fills in the vocabulary; null for closed ones
};

constexpr std::array kRepresentations = {
    Entry{"remi", remi_settings, make_remi, nullptr},
    Entry{"events", events_settings, make_events, nullptr},
    Entry{"notes", notes_settings, make_notes, fit_notes},
};

const Entry& entry(std::string_view name) {
  const auto found = std::find_if(kRepresentations.begin(), kRepresentations.end(),
                                  [&](const Entry& candidate) { return candidate.name == name; });
  if (found != kRepresentations.end()) return *found;
  std::string known;
  for (const Entry& candidate : kRepresentations) {
    known += (known.empty() ? "" : ", ") + std::string(candidate.name);
  }
  throw Error(ErrorInfo{.message = "there is no representation \"" + std::string(name.substr(0, 60)) + "\"",
                        .hint = "Representations are " + known + "."});
}

}  // namespace

std::vector<std::string> representation_names() {
  std::vector<std::string> names;
  for (const Entry& candidate : kRepresentations) names.emplace_back(candidate.name);
  return names;
}

std::vector<Setting> default_settings(std::string_view name) { return entry(name).settings(); }

bool needs_fitting(std::string_view name) { return entry(name).fit != nullptr; }

std::unique_ptr<Representation> make(const RepresentationSpec& spec) { return entry(spec.name).make(spec); }

std::unique_ptr<Representation> fit(const RepresentationSpec& spec, std::size_t count,
                                    const std::function<Score(std::size_t)>& score) {
  const Entry& representation = entry(spec.name);
  if (representation.fit == nullptr) return representation.make(spec);
  return representation.make(representation.fit(spec, count, score));
}

}  // namespace continuo::representation
