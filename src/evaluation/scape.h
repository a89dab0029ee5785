// The fitness scape plot of Müller, Jiang and Grosche 2013, "A Robust Fitness Measure for Capturing Repetitions in
// Music Recordings With Applications to Audio Thumbnailing" (IEEE TASLP 21), of a score.
#pragma once

#include <cstddef>
#include <vector>

#include "continuo/music/score.h"

namespace continuo::evaluation {

/// A square matrix of similarities of frames, 1 on the diagonal.
struct SelfSimilarity {
  std::size_t frames = 0;
  std::vector<float> values;  ///< [frames * frames]
  float at(std::size_t row, std::size_t column) const noexcept { return values[row * frames + column]; }
};

/// A frame a second of at most `max_frames`: sounding time by pitch class. Cosine similarities, averaged along the
/// diagonal over four frames; the fifth of them that is greatest is scaled to 0 to 1, the others are -2.
SelfSimilarity self_similarity(const Score& score, std::size_t max_frames);

/// How much of the piece the repetitions of frames [begin, begin + length) explain, and how exactly: harmonic mean of
/// normalised score and coverage of the best path family, 0 to 1; 0 when nothing repeats.
double fitness(const SelfSimilarity& similarity, std::size_t begin, std::size_t length);

}  // namespace continuo::evaluation
