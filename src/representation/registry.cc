// The table of representations.
#include <algorithm>
#include <array>
#include <string>

#include "continuo/base/error.h"
#include "continuo/representation/representation.h"
#include "continuo/representation/sound.h"
#include "representation/representations.h"

namespace continuo::representation {
namespace {

using FitFunction = RepresentationSpec (*)(const RepresentationSpec&, std::size_t,
                                           const std::function<Score(std::size_t)>&);

struct Entry {
  std::string_view name;
  TimeBase time_base;
  std::vector<Setting> (*settings)();
  std::unique_ptr<Representation> (*make)(const RepresentationSpec&);
  FitFunction fit;  ///< fills in the vocabulary; null for closed ones
  std::unique_ptr<SoundRepresentation> (*make_sound)(const RepresentationSpec&) =
      nullptr;                   ///< of those that read sound
  bool fits_statistics = false;  ///< RepresentationSpec::statistics
};

constexpr std::array kRepresentations = {
    Entry{"remi", TimeBase::kBars, remi_settings, make_remi, nullptr},
    Entry{"events", TimeBase::kSeconds, events_settings, make_events, nullptr},
    Entry{"notes", TimeBase::kOrder, notes_settings, make_notes, fit_notes},
    Entry{"frames", TimeBase::kFrames, frames_settings, make_frames, nullptr},
    Entry{"mulaw", TimeBase::kSamples, mulaw_settings, nullptr, nullptr, make_mulaw},
    Entry{"spectrum", TimeBase::kSamples, spectrum_settings, nullptr, nullptr, make_spectrum, true},
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
                        .hint = "Representations are " + known + ".",
                        .code = ErrorCode::kNotFound});
}

const Entry& score_entry(std::string_view name) {
  const Entry& found = entry(name);
  if (found.make != nullptr) return found;
  throw Error(ErrorInfo{.message = "representation " + std::string(name) + " reads sound, not scores",
                        .hint = "For this use one of those that read scores, for example remi.",
                        .code = ErrorCode::kUnsupported});
}

}  // namespace

std::vector<std::string> representation_names() {
  std::vector<std::string> names;
  names.reserve(kRepresentations.size());
  for (const Entry& candidate : kRepresentations) names.emplace_back(candidate.name);
  return names;
}

std::vector<Setting> default_settings(std::string_view name) { return entry(name).settings(); }

TimeBase time_base(std::string_view name) { return entry(name).time_base; }

bool needs_fitting(std::string_view name) { return entry(name).fit != nullptr || entry(name).fits_statistics; }

bool reads_sound(std::string_view name) { return entry(name).make_sound != nullptr; }

std::unique_ptr<Representation> make(const RepresentationSpec& spec) { return score_entry(spec.name).make(spec); }

std::unique_ptr<SoundRepresentation> make_sound(const RepresentationSpec& spec) {
  const Entry& representation = entry(spec.name);
  if (representation.make_sound == nullptr)
    throw Error(ErrorInfo{.message = "representation " + spec.name + " reads scores, not sound",
                          .hint = "mulaw and spectrum read sound.",
                          .code = ErrorCode::kUnsupported});
  return representation.make_sound(spec);
}

std::unique_ptr<Representation> fit(const RepresentationSpec& spec, std::size_t count,
                                    const std::function<Score(std::size_t)>& score) {
  const Entry& representation = score_entry(spec.name);
  if (representation.fit == nullptr) return representation.make(spec);
  return representation.make(representation.fit(spec, count, score));
}

}  // namespace continuo::representation
