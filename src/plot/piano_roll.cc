// Draws the piano roll: grid, keyboard, notes, bar numbers, seconds, brackets.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "axis.h"
#include "canvas.h"
#include "continuo/base/error.h"
#include "continuo/music/time.h"
#include "continuo/plot/plot.h"
#include "piano_roll_heading.h"
#include "piano_roll_layout.h"

namespace continuo::plot {
namespace {

constexpr Colour kBlackKeyLane{0.957, 0.961, 0.969};
constexpr Colour kOctaveLine{0.80, 0.82, 0.86};
constexpr Colour kBeatLine{0.915, 0.922, 0.937};
constexpr Colour kBarLine{0.72, 0.74, 0.79};
constexpr Colour kKey{0.20, 0.21, 0.25};
constexpr Colour kMark{0.84, 0.15, 0.16};

bool is_black(int pitch) {
  const int key = pitch % 12;
  return key == 1 || key == 3 || key == 6 || key == 8 || key == 10;
}

/// Short names of the General MIDI percussion keys 35 to 81.
const char* drum_name(int key) {
  static constexpr std::array<const char*, 47> kNames = {
      "Kick 2",      "Kick",       "Side stick", "Snare",      "Clap",       "Snare 2",   "Floor tom",   "Closed hat",
      "Floor tom 2", "Pedal hat",  "Low tom",    "Open hat",   "Mid tom 2",  "Mid tom",   "Crash",       "High tom",
      "Ride",        "China",      "Ride bell",  "Tambourine", "Splash",     "Cowbell",   "Crash 2",     "Vibraslap",
      "Ride 2",      "High bongo", "Low bongo",  "Mute conga", "High conga", "Low conga", "High timb.",  "Low timb.",
      "High agogo",  "Low agogo",  "Cabasa",     "Maracas",    "Short wh.",  "Long wh.",  "Short guiro", "Long guiro",
      "Claves",      "High block", "Low block",  "Mute cuica", "Open cuica", "Mute tri.", "Open tri."};
  return key >= 35 && key <= 81 ? kNames[static_cast<std::size_t>(key - 35)] : nullptr;
}

double loudness(int velocity) { return std::clamp(velocity, 0, 127) / 127.0; }

/// Softer notes are a little paler, never so pale that tracks cannot be told apart.
Colour note_colour(const Colour& track, int velocity) { return mix(kWhite, track, 0.78 + 0.22 * loudness(velocity)); }

class RollPainter {
 public:
  RollPainter(Canvas& canvas, const Score& score, const RollLayout& layout, const TempoMap& tempo,
              const MeterMap& meter, const NoteValues& values)
      : canvas_(canvas), score_(score), layout_(layout), tempo_(tempo), meter_(meter), values_(values) {}

  void grid(std::span<const MarkedSpan> marks, std::span<const NamedSpan> repeats) {
    canvas_.begin_group("grid");
    for (const System& system : layout_.systems) {
      lanes(system);
      for (const MarkedSpan& span : marks) mark(system, span);
      bars(system);
      seconds(system);
      keyboard(system);
      drum_names(system);
    }
    canvas_.end_group();
    if (repeats.empty()) return;
    canvas_.begin_group("repeats");
    for (const System& system : layout_.systems)
      for (const NamedSpan& span : repeats) bracket(system, span);
    canvas_.end_group();
  }

  /// Earlier tracks lie on top: they carry the melody in most scores.
  void notes() {
    for (std::size_t i = score_.tracks.size(); i-- > 0;) {
      if (score_.tracks[i].notes.empty()) continue;
      canvas_.begin_group("track-" + std::to_string(i));
      track(i, series_colour(colour_index(i)));
      canvas_.end_group();
    }
  }

  /// Tracks are coloured in their order, without gaps for those that have no notes.
  std::size_t colour_index(std::size_t track) const {
    std::size_t index = 0;
    for (std::size_t i = 0; i < track && i < kColouredTracks; ++i) index += score_.tracks[i].notes.empty() ? 0 : 1;
    return index + (track > kColouredTracks ? track - kColouredTracks : 0);
  }

 private:
  static constexpr std::size_t kColouredTracks = 256;  ///< past these, gaps are not looked for
  static constexpr double kThickLane = 5;              ///< pixels from which thickness says loudness
  static constexpr double kThinning = 0.6;             ///< of the lane, that the softest note leaves free

  void mark(const System& system, const MarkedSpan& span) {
    const Tick begin = std::max(span.begin, system.begin), end = std::min(span.end, system.end);
    if (begin >= end) return;
    const double x = layout_.x(system, begin), width = layout_.x(system, end) - x;
    canvas_.rectangle(x, system.top, width, layout_.bottom(system) - system.top, mix(kWhite, kMark, 0.14));
    canvas_.rectangle(x, system.top - 4, width, 4, kMark);
  }

  /// A line from the first bar to the last with the name before it; ticks where the passage begins and ends.
  void bracket(const System& system, const NamedSpan& span) {
    const Tick begin = std::max(span.begin, system.begin), end = std::min(span.end, system.end);
    if (begin >= end) return;
    constexpr double kSize = 11, kTick = 5;
    const double from = layout_.x(system, begin) + 1, until = layout_.x(system, end) - 2;
    const double y = system.top - RollLayout::kBarNumbers - RollLayout::kBrackets / 2 + 1;
    if (begin == span.begin) canvas_.vertical_line(from, y, y + kTick, kFaintInk);
    if (end == span.end) canvas_.vertical_line(until, y, y + kTick, kFaintInk);
    const std::string name = displayable(span.name, 8);
    const double width = Canvas::text_width(name, kSize, true);
    const bool room = until - from > width + 12;
    if (room) canvas_.text(from + 5, y + 4, name, {.size = kSize, .colour = kFaintInk, .bold = true});
    canvas_.horizontal_line(from, room ? from + 3 : until, y, kFaintInk);
    if (room) canvas_.horizontal_line(from + width + 8, until, y, kFaintInk);
  }

  double end_x(const System& system) const { return layout_.x(system, system.end); }

  void lanes(const System& system) {
    const double right = end_x(system), width = right - layout_.left;
    for (int pitch = layout_.low_pitch; layout_.pitched && pitch <= layout_.high_pitch; ++pitch)
      if (is_black(pitch))
        canvas_.rectangle(layout_.left, layout_.pitch_top(system, pitch), width, layout_.lane, kBlackKeyLane);
    for (std::size_t i = 0; i < layout_.drum_keys.size(); i += 2)
      canvas_.rectangle(layout_.left, layout_.drum_top(system, i), width, layout_.drum_lane, kBlackKeyLane);
  }

  void bars(const System& system) {
    const double right = end_x(system), bottom = layout_.bottom(system);
    const std::int64_t first = meter_.bar_at(system.begin).bar;
    const std::int64_t past = std::int64_t{meter_.bar_at(std::max(system.begin, system.end - 1)).bar} + 1;
    // Powers of two until lines and numbers have room.
    const double per_bar = (right - layout_.left) / static_cast<double>(past - first);
    int line_step = 1, label_step = 1;
    while (line_step * per_bar < 5 && line_step < (1 << 29)) line_step *= 2;
    const double label_room = 14 + 7 * static_cast<double>(std::to_string(past).size());
    while (label_step * per_bar < label_room && label_step < (1 << 29)) label_step *= 2;
    const auto signatures = time_signatures(system);
    double labelled_until = 0;
    for (std::int64_t bar = first - first % line_step; bar < past; bar += line_step) {
      const Tick tick = std::max(system.begin, meter_.bar_start(static_cast<int>(bar)));
      const double x = layout_.x(system, tick);
      if (line_step == 1) beats(system, tick, meter_.bar_at(tick));
      if (bar >= first) canvas_.vertical_line(x, system.top - 4, bottom, kBarLine);
      if (bar % label_step != 0 && bar != first) continue;
      const std::string label = std::to_string(std::max<std::int64_t>(bar, first) + 1);
      const double until = x + 2 + Canvas::text_width(label, 11);
      const bool hidden = std::any_of(signatures.begin(), signatures.end(), [&](const Extent& signature) {
        return x < signature.to && until > signature.from;
      });
      if (x + 2 < labelled_until || x + 8 > right || hidden) continue;
      canvas_.text(x + 2, system.top - 6, label, {.size = 11, .colour = kInk});
      labelled_until = until + 6;
    }
    canvas_.vertical_line(right, system.top - 4, bottom, kBarLine);
    horizontals(system, right);
  }

  void horizontals(const System& system, double right) {
    for (int pitch = layout_.low_pitch; layout_.pitched && pitch <= layout_.high_pitch; ++pitch)
      if (pitch % 12 == 0 && pitch > layout_.low_pitch)
        canvas_.horizontal_line(layout_.left, right, layout_.pitch_top(system, pitch) + layout_.lane, kOctaveLine);
    canvas_.horizontal_line(layout_.left, right, system.top, kBarLine);
    canvas_.horizontal_line(layout_.left, right, layout_.bottom(system), kBarLine);
    if (layout_.pitched && !layout_.drum_keys.empty())
      canvas_.horizontal_line(layout_.left, right, system.top + layout_.pitches_height(), kBarLine);
  }

  void beats(const System& system, Tick bar_tick, const BarPosition& bar) {
    const double beat = static_cast<double>(bar.bar_length) / std::max(1, bar.numerator);
    if (beat * layout_.pixels_per_tick < 7) return;
    for (int i = 1; i < bar.numerator; ++i) {
      const auto tick = bar.bar_start + static_cast<Tick>(std::llround(beat * i));
      if (tick <= bar_tick || tick >= system.end) continue;
      canvas_.vertical_line(layout_.x(system, tick), system.top, layout_.bottom(system), kBeatLine);
    }
  }

  struct Extent {
    double from = 0, to = 0;
  };

  /// At the begin of the piece and where the metre changes, right of the bar number. Returns what they cover.
  std::vector<Extent> time_signatures(const System& system) {
    std::vector<Extent> extents;
    int numerator = 0, denominator = 0;
    const auto draw = [&](Tick tick) {
      const BarPosition bar = meter_.bar_at(tick);
      if (bar.numerator == numerator && bar.denominator == denominator) return;
      numerator = bar.numerator, denominator = bar.denominator;
      const double x = layout_.x(system, tick) + 8 + Canvas::text_width(std::to_string(std::int64_t{bar.bar} + 1), 11);
      const std::string label = fmt::format("{}/{}", bar.numerator, bar.denominator);
      const double width = Canvas::text_width(label, 11, true);
      if ((!extents.empty() && x < extents.back().to) || x + width > end_x(system)) return;
      canvas_.text(x, system.top - 6, label, {.size = 11, .colour = kFaintInk, .bold = true});
      extents.push_back({x - 3, x + width + 6});
    };
    if (system.begin == 0) draw(0);
    if (system.begin > 0) {
      const BarPosition before = meter_.bar_at(system.begin - 1);
      numerator = before.numerator, denominator = before.denominator;
    }
    std::size_t drawn = 0;
    for (const TimeSignature& signature : score_.time_signatures) {
      if (signature.tick < system.begin || signature.tick >= system.end || ++drawn > 200) continue;
      draw(signature.tick);
    }
    return extents;
  }

  void seconds(const System& system) {
    const double from = tempo_.seconds(system.begin), to = tempo_.seconds(system.end);
    const double width = end_x(system) - layout_.left;
    const double step = clock_step((to - from) / std::max(1.0, width / 75));
    const double y = layout_.bottom(system);
    double free_from = 0;
    for (double index = std::ceil(from / step - 1e-9); index * step <= to; ++index) {
      const double x = layout_.x(system, tempo_.tick(index * step));
      const bool whole = std::abs(index * step - std::round(index * step)) < 1e-6;
      const std::string label = clock_label(index * step, whole ? 0 : 1);
      const double half = Canvas::text_width(label, 10) / 2;
      if (x < layout_.left - 1 || x + half > layout_.width - 4 || x - half < free_from) continue;
      canvas_.vertical_line(x, y, y + 4, kFaintInk);
      canvas_.text(x, y + 15, label, {.size = 10, .colour = kFaintInk, .anchor = Anchor::kMiddle});
      free_from = x + half + 8;
    }
  }

  void keyboard(const System& system) {
    if (!layout_.pitched) return;
    const double x = layout_.left - RollLayout::kKeyboard, height = layout_.pitches_height();
    canvas_.rectangle(x, system.top, RollLayout::kKeyboard, height, kOctaveLine);
    canvas_.rectangle(x + 1, system.top + 1, RollLayout::kKeyboard - 1, height - 1, kWhite);
    const int octaves_per_label = layout_.lane * 12 >= 13 ? 1 : 2;
    for (int pitch = layout_.low_pitch; pitch <= layout_.high_pitch; ++pitch) {
      const double top = layout_.pitch_top(system, pitch), bottom = top + layout_.lane;
      if (is_black(pitch)) {
        canvas_.rectangle(x, top, RollLayout::kKeyboard * 0.62, layout_.lane, kKey);
        canvas_.horizontal_line(x + RollLayout::kKeyboard * 0.62, layout_.left, (top + bottom) / 2, kOctaveLine);
      }
      const bool white_below = pitch % 12 == 0 || pitch % 12 == 5;  // C and F: no black key between it and the next
      if (white_below && pitch > layout_.low_pitch)
        canvas_.horizontal_line(x, layout_.left, bottom, pitch % 12 == 0 ? kFaintInk : kOctaveLine);
      if (pitch % (12 * octaves_per_label) == 0) {
        const double baseline = std::clamp((top + bottom) / 2 + 4, system.top + 8, system.top + height + 2);
        canvas_.text(x - 5, baseline, pitch_name(pitch), {.size = 11, .anchor = Anchor::kEnd});
      }
    }
  }

  void drum_names(const System& system) {
    const double size = std::min(10.0, layout_.drum_lane * 0.9);
    for (std::size_t i = 0; i < layout_.drum_keys.size() && size >= 6.5; ++i) {
      const char* name = drum_name(layout_.drum_keys[i]);
      const std::string label = name != nullptr ? name : "Key " + std::to_string(layout_.drum_keys[i]);
      canvas_.text(layout_.left - 5, layout_.drum_top(system, i) + layout_.drum_lane / 2 + size * 0.36, label,
                   {.size = size, .colour = kFaintInk, .anchor = Anchor::kEnd});
    }
  }

  struct Drawn {
    const System* system = nullptr;
    double from = 0, to = 0;
  };

  Colour colour_of(std::size_t track, std::size_t note, const Colour& track_colour) const {
    if (values_.of_tracks.empty()) return note_colour(track_colour, score_.tracks[track].notes[note].velocity);
    if (track >= values_.of_tracks.size() || note >= values_.of_tracks[track].size()) return value_colour(NAN);
    return value_colour(values_.of_tracks[track][note] / values_.high);
  }

  void track(std::size_t index, const Colour& track_colour) {
    const Track& track = score_.tracks[index];
    std::array<Drawn, 128> drawn{};  // the last rectangle of each key: what it hides is not drawn again
    for (std::size_t i = 0; i < track.notes.size(); ++i) {
      const Note& note = track.notes[i];
      if (note.onset < 0) continue;
      const Colour colour = colour_of(index, i, track_colour);
      auto system = std::upper_bound(layout_.systems.begin(), layout_.systems.end(), note.onset,
                                     [](Tick tick, const System& s) { return tick < s.begin; });
      if (system != layout_.systems.begin()) --system;
      for (; system != layout_.systems.end() &&
             (system->begin <= note.onset || system->begin < note.onset + note.duration);
           ++system) {
        rectangle(*system, track, note, colour, drawn[note.pitch & 0x7F]);
      }
    }
  }

  void rectangle(const System& system, const Track& track, const Note& note, const Colour& colour, Drawn& last) {
    const double from = layout_.x(system, std::max(note.onset, system.begin));
    const double until = layout_.x(system, std::min(note.onset + note.duration, system.end));
    // A hair of space tells repeated notes apart.
    double width = std::max(2.0, until - from - std::min(1.0, (until - from) * 0.15));
    width = std::min(width, std::max(1.0, end_x(system) - from));
    const double x = width <= 2 ? std::floor(from * 2) / 2 : from;
    if (last.system == &system && x >= last.from && x + width <= last.to) return;
    last = {&system, x, x + width};
    double top = 0, height = layout_.lane;
    if (track.is_drums()) {
      const auto& keys = layout_.drum_keys;
      const auto index = std::lower_bound(keys.begin(), keys.end(), note.pitch) - keys.begin();
      top = layout_.drum_top(system, static_cast<std::size_t>(index));
      height = layout_.drum_lane;
      width = std::min(width, std::max(3.0, height));  // a stroke has no length to speak of
    } else {
      top = layout_.pitch_top(system, note.pitch);
    }
    double inset = height >= 4 ? std::max(0.5, height * 0.06) : 0;
    if (height >= kThickLane && values_.of_tracks.empty())
      inset = std::max(inset, height * kThinning * (1 - loudness(note.velocity)) / 2);
    if (height >= 6 && width >= 5) {
      canvas_.rectangle(x, top + inset, width, height - 2 * inset, mix(colour, {0, 0, 0}, 0.22));
      canvas_.rectangle(x + 0.75, top + inset + 0.75, width - 1.5, height - 2 * inset - 1.5, colour);
    } else {
      canvas_.rectangle(x, top + inset, width, height - 2 * inset, colour);
    }
  }

  Canvas& canvas_;
  const Score& score_;
  const RollLayout& layout_;
  const TempoMap& tempo_;
  const MeterMap& meter_;
  const NoteValues& values_;
};

}  // namespace

void piano_roll(const Target& target, const Score& score, const PianoRollOptions& options) {
  make_canvas(target.path(), options.width, options.height);  // refuses the name or the size before any work
  const TempoMap tempo(score);
  const MeterMap meter(score);
  if (!(options.values.high > 0))
    throw Error(ErrorCode::kInvalidArgument, "the highest value of a piano roll must be above 0");
  const RollHeading heading(score, tempo, meter, options);
  const RollLayout layout = layout_roll(score, tempo, meter, options, heading.height());
  const auto canvas = make_canvas(target.path(), layout.width, layout.height);
  heading.draw(*canvas);

  RollPainter painter(*canvas, score, layout, tempo, meter, options.values);
  painter.grid(options.marks, options.repeats);
  painter.notes();
  if (note_count(score) == 0) {
    const double x = (layout.left + layout.right) / 2;
    const double y = layout.systems.front().top + layout.pitches_height() / 2;
    canvas->rectangle(x - 55, y - 20, 110, 30, kWhite);
    canvas->text(x, y, "no notes", {.size = 16, .colour = kFaintInk, .anchor = Anchor::kMiddle});
  }
  save(*canvas, target);
}

}  // namespace continuo::plot
