// Repetition by dynamic programming over a self-similarity matrix.
#include "evaluation/scape.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "continuo/music/time.h"

namespace continuo::evaluation {
namespace {

constexpr float kPenalty = -2;
constexpr double kKeptShare = 0.2;
constexpr std::size_t kSmoothing = 4;  // frames

using Chroma = std::array<float, 12>;

std::vector<Chroma> chroma_of(const Score& score, std::size_t max_frames) {
  const TempoMap clock(score);
  const auto frames = std::min(max_frames, static_cast<std::size_t>(std::ceil(std::max(0.0, duration_seconds(score)))));
  std::vector<Chroma> chroma(frames, Chroma{});
  for (const Track& track : score.tracks) {
    if (track.is_drums()) continue;
    for (const Note& note : track.notes) {
      const Seconds begin = clock.seconds(note.onset), end = clock.seconds(note.onset + note.duration);
      for (auto frame = static_cast<std::size_t>(begin); frame < frames && static_cast<double>(frame) < end; ++frame) {
        const double heard =
            std::min(end, static_cast<double>(frame + 1)) - std::max(begin, static_cast<double>(frame));
        if (heard > 0) chroma[frame][note.pitch % 12] += static_cast<float>(heard);
      }
    }
  }
  for (Chroma& frame : chroma) {
    float squares = 0;
    for (const float weight : frame) squares += weight * weight;
    if (squares > 0)
      for (float& weight : frame) weight /= std::sqrt(squares);
  }
  return chroma;
}

/// A cell of the table: the best path families that end there.
struct Family {
  float score;
  int cells;     ///< of their paths
  int coverage;  ///< rows from the first to the last of each path
};

}  // namespace

SelfSimilarity self_similarity(const Score& score, std::size_t max_frames) {
  const std::vector<Chroma> chroma = chroma_of(score, max_frames);
  const std::size_t frames = chroma.size();
  SelfSimilarity plain{frames, std::vector<float>(frames * frames)}, result = plain;
  for (std::size_t i = 0; i < frames; ++i)
    for (std::size_t j = 0; j < frames; ++j)
      for (std::size_t k = 0; k < 12; ++k) plain.values[i * frames + j] += chroma[i][k] * chroma[j][k];
  // Averaged forward and backward along the diagonal; the greater counts, so that beginnings and ends are kept.
  for (std::size_t i = 0; i < frames; ++i) {
    for (std::size_t j = 0; j < frames; ++j) {
      float forward = 0, backward = 0, ahead = 0, behind = 0;
      for (std::size_t k = 0; k < kSmoothing; ++k) {
        if (std::max(i, j) + k < frames) forward += plain.at(i + k, j + k), ++ahead;
        if (std::min(i, j) >= k) backward += plain.at(i - k, j - k), ++behind;
      }
      // Rounded, so that the order of sums does not decide what lies above the threshold.
      result.values[i * frames + j] = std::round(std::max(forward / ahead, backward / behind) * 4096) / 4096;
    }
  }
  if (frames == 0) return result;
  std::vector<float> sorted = result.values;
  const auto kept = static_cast<std::size_t>((1 - kKeptShare) * static_cast<double>(sorted.size() - 1));
  std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(kept), sorted.end());
  const float threshold = sorted[kept];
  for (float& value : result.values)
    value = value < threshold || value <= 0
                ? kPenalty
                : (threshold < 1 ? std::min(1.0F, (value - threshold) / (1 - threshold)) : 1);
  for (std::size_t i = 0; i < frames; ++i) result.values[i * frames + i] = 1;
  return result;
}

double fitness(const SelfSimilarity& similarity, std::size_t begin, std::size_t length) {
  constexpr float kNever = -1e30F;
  const std::size_t frames = similarity.frames;
  // Rows n - 2, n - 1 and n; column 0 stands between the paths.
  std::array<std::vector<Family>, 3> rows;
  for (auto& row : rows) row.assign(length + 1, {kNever, 0, 0});
  rows[1][0] = rows[0][0] = {0, 0, 0};
  const auto better = [](const Family& a, const Family& b) -> const Family& { return b.score > a.score ? b : a; };
  for (std::size_t n = 0; n < frames; ++n) {
    const auto& second = rows[n % 3];
    const auto& first = rows[(n + 1) % 3];
    auto& row = rows[(n + 2) % 3];
    row[0] = n == 0 ? Family{0, 0, 0} : better(first[0], first[length]);
    row[1] = {row[0].score + similarity.at(n, begin), row[0].cells + 1, row[0].coverage + 1};
    for (std::size_t m = 2; m <= length; ++m) {
      Family best{kNever, 0, 0};
      const auto consider = [&](const Family& from, int down) {
        if (from.score > best.score) best = {from.score, from.cells + 1, from.coverage + down};
      };
      if (n >= 1) consider(first[m - 1], 1);
      if (n >= 2) consider(second[m - 1], 2);
      if (n >= 1 && m >= 3) consider(first[m - 2], 1);
      best.score += similarity.at(n, begin + m - 1);
      row[m] = best;
    }
  }
  const auto& last = rows[(frames + 1) % 3];
  const Family family = better(last[0], last[length]);
  if (family.cells == 0) return 0;
  const double own = static_cast<double>(length);  // the segment is like itself: that explains nothing
  const double score = (static_cast<double>(family.score) - own) / family.cells;
  const double coverage = (family.coverage - own) / static_cast<double>(frames);
  return score > 0 && coverage > 0 ? 2 * score * coverage / (score + coverage) : 0;
}

}  // namespace continuo::evaluation
