// Frechet distance: one number for how far a set of pieces is from another, over the measures of each piece.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "continuo/evaluation/distributions.h"
#include "continuo/music/score.h"

namespace continuo::evaluation {

/// What describes a piece: measures() without those that tell its length (notes, seconds, bars), the pitch classes
/// counted from the tonic of the piece's key, and the histogram of note lengths. NaN where a value is not defined.
using PieceProfile = std::vector<double>;

/// The names of its values.
const std::vector<std::string>& profile_names();

/// `values` as measure() gives them, `of` as features(score) does.
PieceProfile profile(const Score& score, std::span<const double> values, const Features& of);

struct FrechetOptions {
  /// Share of every covariance between two different values that is taken away: a few dozen pieces do not tell some
  /// thousands of covariances. 0 to 1.
  double shrinkage = 0.1;
  /// Standardised values beyond it are brought back to it, so that no single piece decides.
  double limit = 5;
};

/// |m - n|^2 + tr(A + B - 2 (A B)^(1/2)), where m, A and n, B are means and covariances of the two sets (Dowson and
/// Landau 1982; Heusel et al. 2017). Each value is first standardised by mean and deviation of `reference`; what is not
/// defined takes the mean of the reference, and values that are the same in the whole reference are left out. Throws
/// Error for fewer than two profiles on a side, profiles of different sizes, or a shrinkage outside [0, 1].
double frechet_distance(std::span<const PieceProfile> reference, std::span<const PieceProfile> set,
                        const FrechetOptions& options = {});

/// The same of real pieces: the mean over `draws` random choices of `size` profiles of the reference (at most half)
/// against the rest of it. What a set of that size that is just like the reference would have. NaN for a reference of
/// fewer than four.
double frechet_floor(std::span<const PieceProfile> reference, std::size_t size, std::size_t draws = 10,
                     std::uint64_t seed = 1, const FrechetOptions& options = {});

}  // namespace continuo::evaluation
