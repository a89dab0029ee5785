// The small piano roll: one row, no words.
#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "canvas.h"
#include "continuo/music/time.h"
#include "continuo/plot/plot.h"

namespace continuo::plot {
namespace {

constexpr Colour kSmallBase{0.80, 0.82, 0.86}, kSmallOctave{0.93, 0.94, 0.95}, kMarked{0.84, 0.15, 0.16};
constexpr double kSmallEdge = 3;     ///< pixels around the notes
constexpr double kRepeatLine = 3;    ///< height of the line above a passage that returns
constexpr double kDrumShare = 0.14;  ///< of the height
constexpr int kMinSemitones = 24;

struct SmallRoll {
  double left, right, top, bottom;  ///< of the pitches
  double drum_bottom;
  int low, high;
  Tick end;
  double x(Tick tick) const { return left + (right - left) * static_cast<double>(tick) / static_cast<double>(end); }
  double lane() const { return (bottom - top) / (high - low + 1); }
};

SmallRoll small_layout(const Score& score, const SmallRollOptions& options) {
  int low = 128, high = -1;
  bool drums = false;
  for (const Track& track : score.tracks) {
    drums = drums || (track.is_drums() && !track.notes.empty());
    if (track.is_drums()) continue;
    for (const Note& note : track.notes) {
      low = std::min<int>(low, note.pitch);
      high = std::max<int>(high, note.pitch);
    }
  }
  if (high < 0) low = 60, high = 60;
  const int missing = std::max(0, kMinSemitones - (high - low + 1));
  low = std::max(0, low - missing / 2);
  high = std::min(127, high + (missing - missing / 2));
  SmallRoll area{.left = kSmallEdge,
                 .right = options.width - kSmallEdge,
                 .top = kSmallEdge + (options.repeats.empty() ? 0 : kRepeatLine + 2),
                 .bottom = options.height - kSmallEdge,
                 .drum_bottom = options.height - kSmallEdge,
                 .low = low,
                 .high = high,
                 .end = std::max<Tick>(1, end_tick(score))};
  if (drums) area.bottom -= (area.bottom - area.top) * kDrumShare;
  return area;
}

void draw_small_track(Canvas& canvas, const SmallRoll& area, const Track& track, const Colour& colour) {
  const double height = track.is_drums() ? std::max(1.5, (area.drum_bottom - area.bottom) / 3) : area.lane();
  std::array<double, 128> drawn{};  // where the last rectangle of each key ends: what it hides is not drawn again
  for (const Note& note : track.notes) {
    const double from = area.x(std::max<Tick>(0, note.onset));
    const double width = track.is_drums() ? 1.2 : std::max(1.2, area.x(note.onset + note.duration) - from - 0.4);
    double& last = drawn[note.pitch & 0x7F];
    if (from + width <= last) continue;
    last = from + width;
    const double top = track.is_drums() ? area.bottom + 1 + (127 - note.pitch) % 3 * height
                                        : area.top + (area.high - note.pitch) * area.lane();
    canvas.rectangle(from, top, std::min(width, area.right - from + 1), std::max(1.5, height), colour);
  }
}

}  // namespace

void small_piano_roll(const Target& target, const Score& score, const SmallRollOptions& options) {
  const auto canvas = make_canvas(target.path(), options.width, options.height);
  const SmallRoll area = small_layout(score, options);
  canvas->begin_group("grid");
  for (int pitch = (area.low + 11) / 12 * 12; pitch <= area.high; pitch += 12)
    canvas->horizontal_line(area.left, area.right, area.top + (area.high - pitch + 1) * area.lane(), kSmallOctave);
  for (const MarkedSpan& span : options.marks) {
    const double from = area.x(std::min(span.begin, area.end)), until = area.x(std::min(span.end, area.end));
    canvas->rectangle(from, area.top, until - from, area.drum_bottom - area.top, mix(kWhite, kMarked, 0.14));
  }
  std::map<std::string, std::size_t> names;
  for (const NamedSpan& span : options.repeats) {
    const auto number = names.emplace(span.name, names.size()).first->second;
    const double from = area.x(std::min(span.begin, area.end)), until = area.x(std::min(span.end, area.end));
    canvas->rectangle(from, kSmallEdge, std::max(1.0, until - from - 1), kRepeatLine,
                      mix(kInk, kWhite,
                          number % 3 == 0   ? 0.25
                          : number % 3 == 1 ? 0.5
                                            : 0.7));
  }
  canvas->horizontal_line(area.left, area.right, area.drum_bottom, kSmallBase);
  canvas->end_group();
  std::size_t sounding = 0;
  std::vector<std::size_t> colours;
  for (const Track& track : score.tracks) colours.push_back(track.notes.empty() ? 0 : sounding++);
  for (std::size_t i = score.tracks.size(); i-- > 0;) {
    if (score.tracks[i].notes.empty()) continue;
    canvas->begin_group("track-" + std::to_string(i));
    draw_small_track(*canvas, area, score.tracks[i], series_colour(colours[i]));
    canvas->end_group();
  }
  save(*canvas, target);
}

}  // namespace continuo::plot
