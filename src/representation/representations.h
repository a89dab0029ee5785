// What the registry knows of each representation: one line there, one factory and its defaults here.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "continuo/representation/representation.h"

namespace continuo::representation {

std::vector<Setting> remi_settings();
std::unique_ptr<Representation> make_remi(const RepresentationSpec& spec);

std::vector<Setting> events_settings();
std::unique_ptr<Representation> make_events(const RepresentationSpec& spec);

std::vector<Setting> notes_settings();
std::unique_ptr<Representation> make_notes(const RepresentationSpec& spec);
/// `spec` with the vocabulary of these scores.
RepresentationSpec fit_notes(const RepresentationSpec& spec, std::size_t count,
                             const std::function<Score(std::size_t)>& score);

}  // namespace continuo::representation
