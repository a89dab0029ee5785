// Title and length in the first line, facts in the second, the legend below.
#include "piano_roll_heading.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "axis.h"
#include "continuo/music/describe.h"

namespace continuo::plot {
namespace {

constexpr std::size_t kMaxLegendEntries = 24;
constexpr double kHeadingMargin = 14, kTitleBaseline = 28, kFactsBaseline = 47, kUnderFacts = 57, kUnderTitle = 38;
constexpr double kFactsSize = 13;
constexpr const char* kBetweenFacts = " \u00B7 ";

std::string track_label(const Track& track) {
  std::string name = displayable(track.name, 32);
  if (!name.empty()) return name;
  return track.is_drums() ? "Drums" : program_name(track.program & 0x7F);
}

std::vector<LegendEntry> legend_of_values(const NoteValues& values) {
  constexpr int kSteps = 4;
  std::vector<LegendEntry> entries;
  for (const auto& [value, name] : values.names)
    entries.push_back({displayable(name, 32), value_colour(value / values.high)});
  if (!entries.empty()) return entries;
  for (int i = 0; i <= kSteps; ++i) {
    const double share = static_cast<double>(i) / kSteps;
    const std::string more = i == kSteps ? " " + displayable(values.unit, 32) + " or more" : "";
    entries.push_back({fmt::format("{:.3g}{}", share * values.high, more), value_colour(share)});
  }
  return entries;
}

std::vector<LegendEntry> legend_entries(const Score& score) {
  std::vector<LegendEntry> entries;
  std::size_t sounding = 0;
  for (const Track& track : score.tracks) {
    if (track.notes.empty()) continue;
    if (sounding < kMaxLegendEntries) entries.push_back({track_label(track), series_colour(sounding)});
    ++sounding;
  }
  if (sounding <= 1) return {};
  if (sounding > kMaxLegendEntries)
    entries.push_back({fmt::format("and {} more", sounding - kMaxLegendEntries), {0.8, 0.8, 0.8}});
  return entries;
}

std::string length_in_words(const Score& score, const TempoMap& tempo, const MeterMap& meter) {
  const std::size_t notes = note_count(score);
  if (notes == 0) return "no notes";
  const std::int64_t bars = std::int64_t{meter.bar_at(std::max<Tick>(0, end_tick(score) - 1)).bar} + 1;
  return fmt::format("{}, {} {}, {} {}", clock_label(tempo.seconds(end_tick(score))),
                     grouped(static_cast<std::uint64_t>(bars)), bars == 1 ? "bar" : "bars", grouped(notes),
                     notes == 1 ? "note" : "notes");
}

std::string facts_in_words(const Score& score, const std::vector<std::string>& given) {
  std::vector<std::string> facts;
  for (const std::string& fact : given) facts.push_back(displayable(fact, 60));
  facts.push_back(metre_in_words(score));
  facts.push_back(tempo_in_words(score));
  std::string text;
  for (const std::string& fact : facts)
    if (!fact.empty()) text += (text.empty() ? "" : kBetweenFacts) + fact;
  return text;
}

}  // namespace

Colour value_colour(double share) {
  constexpr Colour kLow{0.76, 0.83, 0.91}, kMiddle{0.95, 0.62, 0.22}, kHigh{0.62, 0.03, 0.12}, kNone{0.86, 0.86, 0.86};
  if (!std::isfinite(share)) return kNone;
  share = std::clamp(share, 0.0, 1.0);
  return share < 0.5 ? mix(kLow, kMiddle, 2 * share) : mix(kMiddle, kHigh, 2 * share - 1);
}

RollHeading::RollHeading(const Score& score, const TempoMap& tempo, const MeterMap& meter,
                         const PianoRollOptions& options)
    : width_(options.width),
      title_(displayable(options.title, 160)),
      length_(length_in_words(score, tempo, meter)),
      facts_(facts_in_words(score, options.facts)),
      legend_(options.values.of_tracks.empty() ? legend_entries(score) : legend_of_values(options.values)) {
  const double legend_height = legend(nullptr, 0, 0, width_ - 2 * kHeadingMargin, legend_);
  height_ = (facts_.empty() ? kUnderTitle : kUnderFacts) + (legend_height > 0 ? legend_height + 4 : 0);
}

void RollHeading::draw(Canvas& canvas) const {
  const double length_width = Canvas::text_width(length_, 12);
  canvas.text(width_ - kHeadingMargin, kTitleBaseline, length_,
              {.size = 12, .colour = kFaintInk, .anchor = Anchor::kEnd});
  if (!title_.empty())
    canvas.text(kHeadingMargin, kTitleBaseline,
                Canvas::fitted(title_, std::max(0.0, width_ - 3 * kHeadingMargin - length_width), 18, true),
                {.size = 18, .bold = true});
  if (!facts_.empty())
    canvas.text(kHeadingMargin, kFactsBaseline, Canvas::fitted(facts_, width_ - 2 * kHeadingMargin, kFactsSize),
                {.size = kFactsSize});
  legend(&canvas, kHeadingMargin, facts_.empty() ? kUnderTitle : kUnderFacts, width_ - 2 * kHeadingMargin, legend_);
}

}  // namespace continuo::plot
