// Comparing two collections after Yang and Lerch 2018, "On the evaluation of generative models in music" (Neural
// Computing and Applications 32): features of pieces, distances within and between the sets, and how much the
// distributions of these distances have in common. docs/evaluation.md says where this and their program mgeval differ.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "continuo/music/score.h"

namespace continuo::evaluation {

/// Their features of one piece, of all its pitched notes in one stream by onset and pitch (theirs are of one melodic
/// track). Counts and histograms without any note are 0, means over fewer than two notes NaN.
struct Features {
  double pitch_count = 0;  ///< different pitches
  double note_count = 0;
  double pitch_range = 0;                          ///< semitones
  double pitch_interval = 0;                       ///< mean absolute step from note to note, semitones
  double inter_onset_interval = 0;                 ///< mean, seconds; 0 between notes that begin together
  std::array<double, 12> pitch_class_histogram{};  ///< by sounding time, sum 1
  /// [from * 12 + to], sum 1: pairs of notes of one track where the second begins within 50 ms of the first's end.
  std::array<double, 144> pitch_class_transitions{};
  /// Bar, half, quarter, 8th, 16th, dotted half, dotted quarter, dotted 8th, dotted 16th, and the triplets of half,
  /// quarter and 8th; a note has the nearest, ties the first of these. Lengths are shares of the bar in force, as
  /// theirs are. Sum 1.
  std::array<double, 12> note_length_histogram{};
  std::array<double, 144> note_length_transitions{};  ///< [from * 12 + to] in the order of the stream, sum 1
};
Features features(const Score& score);

/// The names of the nine features, and their values of one piece (1, 12 or 144 numbers).
struct FeatureInfo {
  const char* name;
  const char* says;
  std::size_t size;
};
std::span<const FeatureInfo> feature_names();
std::span<const double> feature(const Features& features, std::size_t index);

/// Gaussian kernel density estimate with the bandwidth of scipy.stats.gaussian_kde (Scott's rule): n^(-1/5) times the
/// standard deviation (n - 1). Not defined for fewer than two different values.
class Density {
 public:
  explicit Density(std::span<const double> values);
  bool defined() const noexcept { return bandwidth_ > 0; }
  double bandwidth() const noexcept { return bandwidth_; }
  double low() const noexcept { return low_; }
  double high() const noexcept { return high_; }
  /// At each of `points`, which rise. Finite also where the density itself would be 0 in double precision.
  std::vector<double> log_densities(std::span<const double> points) const;

 private:
  std::vector<double> values_;   ///< sorted, none twice
  std::vector<double> weights_;  ///< how often each occurs
  double count_ = 0, bandwidth_ = 0, low_ = 0, high_ = 0;
};

enum class Grids : unsigned char {
  kCommon,  ///< both densities on one grid that reaches five bandwidths beyond all values
  kMgeval,  ///< as mgeval: for the divergence each density on 1000 points from the least to the greatest of its own
            ///< values, so that points are paired that lie elsewhere; the area only between the extreme values
};

/// Integral of the smaller of two densities: 0 to 1. NaN where one is not defined.
double overlapping_area(std::span<const double> a, std::span<const double> b, Grids grids = Grids::kCommon);

/// D(A || B) in nats, densities summed to 1 over the points of the grid. NaN where one is not defined.
double kl_divergence(std::span<const double> a, std::span<const double> b, Grids grids = Grids::kCommon);

/// What one feature says of two sets.
struct FeatureComparison {
  std::string name;
  double mean_a = 0, deviation_a = 0, mean_b = 0, deviation_b = 0;  ///< of features with one value; else NaN
  double intra_a = 0, intra_b = 0, inter = 0;                       ///< mean distances
  std::vector<double> distances_a, distances_b, distances;          ///< intra a, intra b, inter
  double kl_a = 0, overlap_a = 0;  ///< intra-set distances of a against inter-set distances
  double kl_b = 0, overlap_b = 0;  ///< the same of b: in their paper the generated set's
};

/// Euclidean distances of every piece to every other of its set (each pair from both sides, as theirs) and of every
/// piece of a to every one of b. Pieces whose feature is NaN are left out of it. Throws Error when a set has fewer than
/// two pieces.
std::vector<FeatureComparison> compare(std::span<const Features> a, std::span<const Features> b,
                                       Grids grids = Grids::kCommon);

/// The same for one number of each piece, such as a measure. What is not finite is left out; where fewer than two
/// numbers are left on a side, what needs its distances is NaN.
FeatureComparison compare_values(const std::string& name, std::span<const double> a, std::span<const double> b,
                                 Grids grids = Grids::kCommon);

/// Mean of overlap_b, the set under test against the other, over the features in which it is defined.
double mean_overlapping_area(std::span<const FeatureComparison> features);

}  // namespace continuo::evaluation
