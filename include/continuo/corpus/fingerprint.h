// Fingerprint: what is left of a piece when key, tempo and the division into tracks are taken away; equal pieces share
// most of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "continuo/music/score.h"

namespace continuo::corpus {

/// A fingerprint holds no more passages than this (8 bytes each), whatever the length of its piece.
inline constexpr std::size_t kMaxPassages = 1024;

/// A set of hashed passages, sorted, without repetition. Of a piece with more than kMaxPassages it holds those with
/// the smallest hashes: a fair sample, and the same passages in every copy of the piece.
struct Fingerprint {
  std::vector<std::uint64_t> passages;
};

/// A passage is seven successive intervals of the top line or of the bottom line: the highest or the lowest note of
/// each chord, a chord being notes that begin together up to three tenths of the piece's usual step. Rhythm does not
/// count, nor do passages that every etude has: scales, notes that mostly stay, figures that repeat within four notes.
/// Invariant under transposition, change of tempo and tick resolution, splitting and merging of tracks. Percussion
/// counts only where there is nothing else. A piece of fewer than eight chords has one passage, its pitches and onsets
/// as they stand: only exact copies share it.
Fingerprint fingerprint(const Score& score);

/// Shared passages as a share of the smaller set (containment), 0 to 1, so that a movement is found in the complete
/// work and a part in its score. Sets of fewer than 24 passages count as 24 unless the two are equal.
double similarity(const Fingerprint& a, const Fingerprint& b);

/// What the share of common passages must reach for two pieces to be the same work; chosen in docs/collections.md.
inline constexpr double kDuplicateSimilarity = 0.25;

/// Group number of each fingerprint: those linked by a similarity of at least `threshold` share one; with a threshold
/// of 0 none do. Candidates are pieces that share a passage, found by an index of the passages (16 bytes of memory
/// each), so that the work grows with the passages that recur, not with the pairs of pieces; equal fingerprints stand
/// in it once. Groups are numbered in order of first appearance.
std::vector<int> group_duplicates(std::span<const Fingerprint> prints, double threshold = kDuplicateSimilarity);

}  // namespace continuo::corpus
