// What acts on a line (a channel of a port) whatever the chunk: channel-mode messages and the pedal.
#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "continuo/music/pedal.h"
#include "midi/parsed.h"
#include "midi/status.h"

namespace continuo::midi {
namespace {

constexpr std::uint8_t kModulation = 1;
constexpr std::uint8_t kExpression = 11;

/// When something stands in the stream of all chunks.
struct Moment {
  Tick tick;
  std::uint32_t position;
  friend auto operator<=>(const Moment&, const Moment&) = default;
};

template <class Event>
Moment moment_of(const Event& event) {
  return {event.tick, event.position};
}

template <class Events>
void sort_by_moment(Events& events) {
  const auto earlier = [](const auto& a, const auto& b) { return moment_of(a) < moment_of(b); };
  if (!std::is_sorted(events.begin(), events.end(), earlier)) std::stable_sort(events.begin(), events.end(), earlier);
}

template <class Events>
void sort_by_position(Events& events) {
  std::stable_sort(events.begin(), events.end(), [](const auto& a, const auto& b) { return a.position < b.position; });
}

/// What the controllers of a line stand at, where that is not their default.
class Controllers {
 public:
  Controllers() { values_.fill(kDefault); }
  void set(const RawControl& control) {
    values_[control.controller] = control.value == default_of(control.controller) ? kDefault : control.value;
  }
  void set(const RawBend& bend) { bend_ = bend.value; }

  static constexpr std::array<std::uint8_t, 10> kReset{kModulation, kExpression, 64, 65, 66, 67, 98, 99, 100, 101};
  /// "Reset All Controllers" as RP-015 has it: not volume, pan, banks and effects.
  void reset(const RawMode& mode, Parsed& parsed) {
    for (const std::uint8_t controller : kReset) {
      if (values_[controller] == kDefault) continue;
      parsed.controls.push_back({mode.tick, mode.position, mode.source, controller, default_of(controller)});
      values_[controller] = kDefault;
    }
    if (bend_ != 0) parsed.bends.push_back({mode.tick, mode.position, mode.source, 0});
    bend_ = 0;
  }

  /// What the pedal holds ends; it stays down for what follows.
  void lift_pedal(const RawMode& mode, Parsed& parsed) const {
    const int pedal = values_[kSustainPedal];
    if (pedal < kPedalDown) return;  // or not set yet
    for (const int value : {0, pedal}) {
      parsed.controls.push_back(
          {mode.tick, mode.position, mode.source, kSustainPedal, static_cast<std::uint8_t>(value)});
    }
  }

 private:
  static constexpr std::int16_t kDefault = -1;
  static std::uint8_t default_of(int controller) { return controller == kExpression || controller >= 98 ? 127 : 0; }
  std::array<std::int16_t, 128> values_;
  std::int16_t bend_ = 0;
};

struct LineEvents {
  std::vector<RawMode> modes;
  std::vector<Moment> ends;  ///< messages that end notes
  std::vector<RawControl> controls;
  std::vector<RawBend> bends;
};

void end_notes(Parsed& parsed, const std::map<std::uint16_t, LineEvents>& lines) {
  std::vector<const LineEvents*> of_source(parsed.sources.size(), nullptr);
  for (std::size_t i = 0; i < of_source.size(); ++i) {
    const auto found = lines.find(parsed.sources[i].line);
    if (found != lines.end() && !found->second.ends.empty()) of_source[i] = &found->second;
  }
  for (RawNote& note : parsed.notes) {
    const LineEvents* const line = of_source[note.source];
    if (line == nullptr) continue;
    const auto end = std::upper_bound(line->ends.begin(), line->ends.end(), Moment{note.onset, note.position});
    if (end == line->ends.end() || !(*end < Moment{note.end, note.ended_by})) continue;
    note.end = end->tick;
    note.ended_by = end->position;
  }
}

void move_controllers(Parsed& parsed, LineEvents& line) {
  sort_by_moment(line.controls);
  sort_by_moment(line.bends);
  Controllers controllers;
  auto control = line.controls.begin();
  auto bend = line.bends.begin();
  for (const RawMode& mode : line.modes) {
    const Moment now = moment_of(mode);
    while (control != line.controls.end() && moment_of(*control) < now) controllers.set(*control++);
    while (bend != line.bends.end() && moment_of(*bend) < now) controllers.set(*bend++);
    if (mode.controller == kResetControllers) controllers.reset(mode, parsed);
    if (mode.controller == kSoundOff) controllers.lift_pedal(mode, parsed);
  }
}

}  // namespace

void apply_modes(Parsed& parsed) {
  if (parsed.modes.empty()) return;
  std::map<std::uint16_t, LineEvents> lines;
  const auto line_of = [&](const auto& event) { return parsed.sources[event.source].line; };
  for (const RawMode& mode : parsed.modes) lines[line_of(mode)].modes.push_back(mode);
  for (auto& [number, line] : lines) {
    sort_by_moment(line.modes);
    for (const RawMode& mode : line.modes) {
      if (mode.controller != kResetControllers) line.ends.push_back(moment_of(mode));
    }
  }
  const auto sort_out = [&](const auto& events, auto LineEvents::*list) {
    for (const auto& event : events) {
      const auto line = lines.find(line_of(event));
      if (line != lines.end()) (line->second.*list).push_back(event);
    }
  };
  sort_out(parsed.controls, &LineEvents::controls);
  sort_out(parsed.bends, &LineEvents::bends);
  end_notes(parsed, lines);
  for (auto& [number, line] : lines) move_controllers(parsed, line);
  sort_by_position(parsed.controls);
  sort_by_position(parsed.bends);
}

void mark_pedal_order(Parsed& parsed) {
  struct Change {
    Tick tick;
    std::uint32_t position;
    bool down;
  };
  std::map<std::uint16_t, std::vector<Change>> lines;
  std::vector<Change>* line = nullptr;
  std::uint32_t source = kNoIndex;
  for (const RawControl& control : parsed.controls) {
    if (control.controller != kSustainPedal) continue;
    if (control.source != source) line = &lines[parsed.sources[control.source].line];
    source = control.source;
    line->push_back({control.tick, control.position, control.value >= kPedalDown});
  }
  if (lines.empty()) return;

  TickSet ticks;
  std::vector<const std::vector<Change>*> of_source(parsed.sources.size(), nullptr);
  for (auto& [number, changes] : lines) {
    sort_by_moment(changes);
    std::vector<Change> presses;  // the last of a tick after which the pedal is down
    bool down = false;
    for (const Change& change : changes) {
      if (!presses.empty() && presses.back().tick == change.tick && !change.down) presses.pop_back();
      if (change.down && !down) presses.push_back(change);
      down = change.down;
    }
    for (const Change& press : presses) ticks.add(press.tick);
    changes = std::move(presses);
  }
  for (std::size_t i = 0; i < of_source.size(); ++i) {
    const auto found = lines.find(parsed.sources[i].line);
    if (found != lines.end()) of_source[i] = &found->second;
  }
  for (RawNote& note : parsed.notes) {
    if (!ticks.may_hold(note.end) || of_source[note.source] == nullptr) continue;
    const auto& presses = *of_source[note.source];
    const auto press = std::lower_bound(presses.begin(), presses.end(), note.end,
                                        [](const Change& change, Tick tick) { return change.tick < tick; });
    note.ends_after_pedal = press != presses.end() && press->tick == note.end && note.ended_by > press->position;
  }
}

}  // namespace continuo::midi
