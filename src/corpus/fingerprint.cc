// Passages of seven steps of the top line and of the bottom line, sampled by their hash; groups by shared passages.
#include "continuo/corpus/fingerprint.h"

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <limits>
#include <numeric>
#include <utility>

namespace continuo::corpus {
namespace {

/// Intervals in a passage. Shorter ones recur in unrelated music, longer ones are broken by every ornament.
constexpr std::size_t kSteps = 7;
/// The longest figure that is told by its return.
constexpr std::size_t kFigure = 4;
/// Fewer passages than this are counted as this many when shares are taken: little music proves little.
constexpr std::size_t kLeastPassages = 24;
/// A passage found in more pieces than this makes candidates only of neighbours in the list of those pieces.
constexpr std::size_t kCommon = 64;
constexpr std::size_t kNeighbours = 4;

using Passage = std::array<int, kSteps>;

struct Sound {
  Tick onset;
  int pitch;
};

std::uint64_t mixed(std::uint64_t value) {  // the finaliser of SplitMix64 (Steele, Lea and Flood 2014)
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
  return value ^ (value >> 31);
}

std::vector<Sound> sounds_of(const Score& score, bool drums) {
  std::vector<Sound> sounds;
  for (const Track& track : score.tracks) {
    if (track.is_drums() != drums) continue;
    for (const Note& note : track.notes) sounds.push_back({note.onset, note.pitch});
  }
  std::sort(sounds.begin(), sounds.end(),
            [](const Sound& a, const Sound& b) { return std::pair(a.onset, a.pitch) < std::pair(b.onset, b.pitch); });
  return sounds;
}

/// Notes nearer than this are one chord: three tenths of the step at which half of the piece's time has passed when its
/// steps are put in order of size. A share of the piece's own steps, so that neither tempo nor resolution matters.
Tick chord_width(const std::vector<Sound>& sounds) {
  std::vector<Tick> steps;
  for (std::size_t i = 1; i < sounds.size(); ++i)
    if (sounds[i].onset > sounds[i - 1].onset) steps.push_back(sounds[i].onset - sounds[i - 1].onset);
  if (steps.empty()) return 0;
  std::sort(steps.begin(), steps.end());
  const Tick whole = sounds.back().onset - sounds.front().onset;
  Tick passed = 0;
  for (const Tick step : steps) {
    passed += step;
    if (passed >= whole - passed) return step * 3 / 10;
  }
  return 0;
}

/// What every etude has says nothing of the work: scales that turn at most twice, notes that mostly stay, and figures
/// that return to themselves within kFigure notes (trills, Alberti basses).
bool is_commonplace(const Passage& steps) {
  std::size_t turns = 0, rests = 0, leaps = 0;
  for (std::size_t i = 0; i < kSteps; ++i) {
    rests += steps[i] == 0;
    leaps += steps[i] > 2 || steps[i] < -2;
    turns += i > 0 && (steps[i] > 0) != (steps[i - 1] > 0);
  }
  if (rests > kSteps / 2 || (rests == 0 && leaps == 0 && turns <= 2)) return true;
  for (std::size_t period = 1; period <= kFigure; ++period)
    if (std::equal(steps.begin() + static_cast<std::ptrdiff_t>(period), steps.end(), steps.begin())) return true;
  return false;
}

void add_passages(const std::vector<int>& line, std::uint64_t salt, bool with_commonplaces,
                  std::vector<std::uint64_t>& passages) {
  Passage steps;
  for (std::size_t first = 0; first + kSteps < line.size(); ++first) {
    for (std::size_t i = 0; i < kSteps; ++i) steps[i] = line[first + i + 1] - line[first + i];
    if (!with_commonplaces && is_commonplace(steps)) continue;
    std::uint64_t hash = salt;
    for (const int step : steps) hash = mixed(hash + 0x9e3779b97f4a7c15u * static_cast<std::uint64_t>(step + 129));
    passages.push_back(hash);
  }
}

std::vector<std::uint64_t> passages_of(const std::vector<int>& top, const std::vector<int>& bottom, bool commonplaces) {
  std::vector<std::uint64_t> passages;
  add_passages(top, 1, commonplaces, passages);
  add_passages(bottom, 2, commonplaces, passages);
  std::sort(passages.begin(), passages.end());
  passages.erase(std::unique(passages.begin(), passages.end()), passages.end());
  return passages;
}

/// Passages of `print` up to and with `last`.
std::size_t count_up_to(const Fingerprint& print, std::uint64_t last) {
  return static_cast<std::size_t>(std::upper_bound(print.passages.begin(), print.passages.end(), last) -
                                  print.passages.begin());
}

/// Union of disjoint sets with the smallest member as the name of each.
class Sets {
 public:
  explicit Sets(std::size_t count) : parent_(count) { std::iota(parent_.begin(), parent_.end(), std::size_t{0}); }
  std::size_t find(std::size_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  void join(std::size_t a, std::size_t b) {
    a = find(a);
    b = find(b);
    parent_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<std::size_t> parent_;
};

struct Entry {
  std::uint64_t passage;
  std::uint32_t piece;
};

/// Of each print the first that is equal to it, in most cases itself; nothing is equal to an empty one.
std::vector<std::size_t> originals_of(std::span<const Fingerprint> prints) {
  std::vector<std::size_t> order(prints.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const auto found = prints[a].passages <=> prints[b].passages;
    return std::is_eq(found) ? a < b : std::is_lt(found);
  });
  std::vector<std::size_t> originals(prints.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto& passages = prints[order[i]].passages;
    const bool again = i > 0 && !passages.empty() && passages == prints[order[i - 1]].passages;
    originals[order[i]] = again ? originals[order[i - 1]] : order[i];
  }
  return originals;
}

}  // namespace

Fingerprint fingerprint(const Score& score) {
  std::vector<Sound> sounds = sounds_of(score, false);
  if (sounds.empty()) sounds = sounds_of(score, true);
  const Tick width = chord_width(sounds);
  std::vector<int> top, bottom;
  Tick chord_begin = 0;
  for (const Sound& sound : sounds) {
    if (top.empty() || sound.onset - chord_begin > width) {
      chord_begin = sound.onset;
      top.push_back(sound.pitch);
      bottom.push_back(sound.pitch);
    } else {
      top.back() = std::max(top.back(), sound.pitch);
      bottom.back() = std::min(bottom.back(), sound.pitch);
    }
  }
  Fingerprint print{passages_of(top, bottom, false)};
  if (print.passages.size() < kLeastPassages) print.passages = passages_of(top, bottom, true);
  if (print.passages.empty() && !sounds.empty()) {  // too short for a passage: the notes themselves stand for it
    std::uint64_t hash = 3;
    for (const Sound& sound : sounds) {
      hash = mixed(hash + static_cast<std::uint64_t>(sound.onset - sounds.front().onset));
      hash = mixed(hash + static_cast<std::uint64_t>(sound.pitch));
    }
    print.passages = {hash};
  }
  if (print.passages.size() > kMaxPassages) print.passages.resize(kMaxPassages);
  print.passages.shrink_to_fit();
  return print;
}

double similarity(const Fingerprint& a, const Fingerprint& b) {
  if (a.passages.empty() || b.passages.empty()) return 0;
  if (a.passages == b.passages) return 1;
  // A full print holds only the smallest hashes of its piece: both are compared as far as both are complete.
  std::uint64_t last = std::numeric_limits<std::uint64_t>::max();
  for (const Fingerprint* print : {&a, &b})
    if (print->passages.size() >= kMaxPassages) last = std::min(last, print->passages.back());
  const std::size_t size_a = count_up_to(a, last), size_b = count_up_to(b, last);
  std::size_t shared = 0;
  for (std::size_t i = 0, j = 0; i < size_a && j < size_b;) {
    const std::uint64_t x = a.passages[i], y = b.passages[j];
    shared += x == y;
    i += x <= y;
    j += y <= x;
  }
  return static_cast<double>(shared) / static_cast<double>(std::max({std::min(size_a, size_b), kLeastPassages}));
}

std::vector<int> group_duplicates(std::span<const Fingerprint> prints, double threshold) {
  if (threshold <= 0) {
    std::vector<int> apart(prints.size());
    std::iota(apart.begin(), apart.end(), 0);
    return apart;
  }
  const std::vector<std::size_t> originals = originals_of(prints);
  const auto is_copy = [&](std::size_t piece) { return originals[piece] != piece; };
  std::vector<Entry> index;
  std::size_t entries = 0;
  for (std::size_t piece = 0; piece < prints.size(); ++piece)
    if (!is_copy(piece)) entries += prints[piece].passages.size();
  index.reserve(entries);
  for (std::size_t piece = 0; piece < prints.size(); ++piece) {
    if (is_copy(piece)) continue;
    for (const std::uint64_t passage : prints[piece].passages)
      index.push_back({passage, static_cast<std::uint32_t>(piece)});
  }
  std::sort(index.begin(), index.end(), [](const Entry& a, const Entry& b) {
    return std::pair(a.passage, a.piece) < std::pair(b.passage, b.piece);
  });

  // Candidates of each piece: earlier pieces that share a passage with it.
  std::vector<std::vector<std::uint32_t>> candidates(prints.size());
  const auto tidy = [](std::vector<std::uint32_t>& list) {
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
  };
  for (std::size_t begin = 0, end = 0; begin < index.size(); begin = end) {
    while (end < index.size() && index[end].passage == index[begin].passage) ++end;
    const std::size_t reach = end - begin > kCommon ? kNeighbours : kCommon;
    for (std::size_t i = begin; i < end; ++i) {
      auto& list = candidates[index[i].piece];
      for (std::size_t j = i - std::min(i - begin, reach); j < i; ++j) {
        if (list.size() == list.capacity()) tidy(list);  // so that repetitions never outgrow the pieces
        list.push_back(index[j].piece);
      }
    }
  }

  Sets sets(prints.size());
  for (std::size_t piece = 0; piece < prints.size(); ++piece) {
    if (is_copy(piece)) sets.join(piece, originals[piece]);
    tidy(candidates[piece]);
    for (const std::uint32_t other : candidates[piece])
      if (sets.find(piece) != sets.find(other) && similarity(prints[piece], prints[other]) >= threshold)
        sets.join(piece, other);
  }
  std::vector<int> groups(prints.size()), number(prints.size(), -1);
  int next = 0;
  for (std::size_t piece = 0; piece < prints.size(); ++piece) {
    int& group = number[sets.find(piece)];
    if (group < 0) group = next++;
    groups[piece] = group;
  }
  return groups;
}

}  // namespace continuo::corpus
