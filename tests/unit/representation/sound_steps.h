// Sound through an encoder in blocks, how near two sounds are, and what a representation of sound is refused with.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "continuo/base/error.h"
#include "continuo/representation/sound.h"

namespace continuo::representation {

inline SoundSteps encoded_steps(const SoundRepresentation& representation, std::span<const float> samples,
                                std::size_t block = 1000) {
  SoundSteps steps;
  const auto encoder = representation.encoder();
  for (std::size_t at = 0; at < samples.size(); at += block)
    encoder->push(samples.subspan(at, std::min(block, samples.size() - at)), steps);
  encoder->finish(steps);
  return steps;
}

/// Signal to noise.
inline double decibels(std::span<const float> wanted, std::span<const float> got) {
  double signal = 0, noise = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    signal += static_cast<double>(wanted[i]) * wanted[i];
    noise += std::pow(static_cast<double>(wanted[i]) - got[i], 2);
  }
  return 10 * std::log10(signal / noise);
}

inline std::string refusal_of_sound(const RepresentationSpec& spec) {
  try {
    make_sound(spec);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace continuo::representation
