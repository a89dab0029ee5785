// What the registry knows of each representation: one line there, one factory and its defaults here.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "continuo/representation/representation.h"
#include "continuo/representation/sound.h"

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

std::vector<Setting> frames_settings();
std::unique_ptr<Representation> make_frames(const RepresentationSpec& spec);

/// Rates that sound representations may have.
inline constexpr int kLowestSampleRate = 1000;
inline constexpr int kHighestSampleRate = 192'000;

std::vector<Setting> mulaw_settings();
std::unique_ptr<SoundRepresentation> make_mulaw(const RepresentationSpec& spec);

std::vector<Setting> spectrum_settings();
std::unique_ptr<SoundRepresentation> make_spectrum(const RepresentationSpec& spec);

}  // namespace continuo::representation
