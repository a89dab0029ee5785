// Tempo and metre are judged by the time for which they are in force.
#include "continuo/music/describe.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "continuo/music/time.h"

namespace continuo {
namespace {

constexpr double kSteady = 1.04;  ///< tempos within this ratio are one tempo
constexpr std::size_t kMaxMetres = 3;

struct TempoShare {
  double bpm = 0;
  double seconds = 0;
};

std::vector<TempoShare> tempo_shares(const Score& score, Tick end) {
  const TempoMap map(score);
  std::vector<Tick> edges = {0};
  for (const TempoChange& change : score.tempos)
    if (change.tick > edges.back() && change.tick < end) edges.push_back(change.tick);
  edges.push_back(end);
  std::vector<TempoShare> shares;
  for (std::size_t i = 0; i + 1 < edges.size(); ++i)
    shares.push_back({60e6 / map.tempo(edges[i]), map.seconds(edges[i + 1]) - map.seconds(edges[i])});
  std::sort(shares.begin(), shares.end(), [](const auto& a, const auto& b) { return a.bpm < b.bpm; });
  return shares;
}

/// The tempo below which the piece is for `share` of its time.
double quantile(const std::vector<TempoShare>& sorted, double share) {
  double total = 0;
  for (const TempoShare& one : sorted) total += one.seconds;
  double passed = 0;
  for (const TempoShare& one : sorted) {
    passed += one.seconds;
    if (passed >= share * total) return one.bpm;
  }
  return sorted.back().bpm;
}

std::string rounded(double bpm) { return std::to_string(std::llround(bpm)); }

}  // namespace

std::string tempo_in_words(const Score& score) {
  const Tick end = end_tick(score);
  if (note_count(score) == 0) return {};
  const auto shares = tempo_shares(score, std::max<Tick>(1, end));
  const double low = quantile(shares, 0.1), middle = quantile(shares, 0.5), high = quantile(shares, 0.9);
  if (shares.front().bpm == shares.back().bpm) return rounded(middle) + " bpm";
  if (high < low * kSteady) return "about " + rounded(middle) + " bpm";
  return "about " + rounded(middle) + " bpm, " + rounded(low) + " to " + rounded(high);
}

std::string metre_in_words(const Score& score) {
  if (note_count(score) == 0) return {};
  const MeterMap meter(score);
  const Tick end = end_tick(score);
  std::vector<std::string> seen;
  const auto add = [&](Tick tick) {
    const BarPosition bar = meter.bar_at(tick);
    std::string name = std::to_string(bar.numerator) + "/" + std::to_string(bar.denominator);
    if (std::find(seen.begin(), seen.end(), name) == seen.end()) seen.push_back(std::move(name));
  };
  add(0);
  for (const TimeSignature& signature : score.time_signatures) {
    if (signature.tick < end && seen.size() <= kMaxMetres) add(std::max<Tick>(0, signature.tick));
  }
  std::string text = seen.front();
  if (seen.size() > kMaxMetres) return text + ", " + seen[1] + " and others";
  for (std::size_t i = 1; i < seen.size(); ++i) text += (i + 1 == seen.size() ? " and " : ", ") + seen[i];
  return text;
}

std::vector<std::string> instrument_names(const Score& score) {
  std::vector<std::string> names;
  for (const Track& track : score.tracks) {
    if (track.notes.empty()) continue;
    std::string name = track.is_drums() ? "Drums" : program_name(track.program & 0x7F);
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
  }
  return names;
}

}  // namespace continuo
