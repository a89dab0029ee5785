// Fingerprint: what is left of a piece when key, tempo and the division into tracks are taken away; equal pieces share
// most of it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "continuo/music/score.h"

namespace continuo::corpus {

/// A set of hashed passages, sorted, without repetition.
struct Fingerprint {
  std::vector<std::uint64_t> passages;
};

/// Invariant under transposition, change of tempo and tick resolution, splitting and merging of tracks.
Fingerprint fingerprint(const Score& score);

/// Shared passages as a share of the smaller set (containment), 0 to 1.
double similarity(const Fingerprint& a, const Fingerprint& b);

/// Group number of each fingerprint: those linked by a similarity of at least `threshold` share one. Sub-quadratic in
/// practice (candidates share a minimum hash). Groups are numbered in order of first appearance.
std::vector<int> group_duplicates(std::span<const Fingerprint> prints, double threshold = 0.5);

}  // namespace continuo::corpus
