// Score to synthesizer events.
#include "render_plan.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>

#include "continuo/music/pedal.h"
#include "continuo/music/time.h"
#include "synth.h"

namespace continuo::audio {
namespace {

constexpr Seconds kLongestPedal = 10;  ///< a pedal that stays down after the last note is not waited for longer

constexpr std::size_t kMaxBorrowed = 4'000'000;  ///< events: many tracks on one channel must not multiply without end

/// Registered and other parameter numbers with their data: they mean something only in their order.
bool is_parameter(std::uint8_t controller) {
  return controller == 6 || controller == 38 || (controller >= 96 && controller <= 101);
}

/// Bank numbers belong to the synthesizer that a file was made for; local control and the channel modes (omni, mono,
/// poly) would change other channels.
bool is_played(std::uint8_t controller) {
  return controller != 0 && controller != 32 && controller != 122 && controller < 124;
}

class Planner {
 public:
  Planner(const Score& score, int sample_rate)
      : score_(score), tempo_(score), blocks_per_second_(static_cast<double>(sample_rate) / Synth::kBlockFrames) {}

  RenderPlan plan() {
    assign_channels();
    const std::map<int, Line> lines = find_lines();
    for (std::size_t i = 0; i < score_.tracks.size(); ++i) {
      const Track& track = score_.tracks[i];
      if (track.notes.empty()) continue;
      const Line& line = lines.at(track.line());
      add_notes(track, channel_of_[i], line);
      add_controls(track, channel_of_[i], line);
    }
    std::stable_sort(plan_.events.begin(), plan_.events.end(), [](const SynthEvent& a, const SynthEvent& b) {
      return a.block != b.block ? a.block < b.block : a.kind < b.kind;
    });
    plan_.seconds = end();
    return std::move(plan_);
  }

 private:
  /// The tracks of one line that have events of each controller, of parameters, and bends.
  struct Line {
    std::vector<std::size_t> tracks;
    std::map<std::size_t, std::vector<const Track*>> controls;  ///< by controller
    std::vector<const Track*> parameters;
    std::vector<const Track*> bends;
    std::vector<PedalPress> presses;
  };

  std::uint64_t block(Tick tick) const {
    return static_cast<std::uint64_t>(std::llround(std::max(0.0, tempo_.seconds(tick)) * blocks_per_second_));
  }

  void assign_channels() {
    std::size_t sounding = 0;
    for (const Track& track : score_.tracks) sounding += track.notes.empty() ? 0 : 1;
    const bool share = sounding > static_cast<std::size_t>(Synth::kMaxChannels);
    std::map<std::pair<bool, int>, std::uint16_t> shared;
    channel_of_.assign(score_.tracks.size(), 0);
    for (std::size_t i = 0; i < score_.tracks.size(); ++i) {
      const Track& track = score_.tracks[i];
      if (track.notes.empty()) continue;
      const std::pair<bool, int> sound(track.is_drums(), track.program & 0x7F);
      const auto next = static_cast<std::uint16_t>(plan_.channels.size());
      const auto known = share ? shared.find(sound) : shared.end();
      if (known != shared.end()) {
        channel_of_[i] = known->second;
        continue;
      }
      if (share) shared.emplace(sound, next);
      channel_of_[i] = next;
      plan_.channels.push_back({sound.first, sound.second});
    }
  }

  std::map<int, Line> find_lines() const {
    std::map<int, Line> lines;
    for (std::size_t i = 0; i < score_.tracks.size(); ++i) {
      const Track& track = score_.tracks[i];
      Line& line = lines[track.line()];
      line.tracks.push_back(i);
      std::array<bool, 128> seen{};
      for (const ControlChange& change : track.controls) seen[change.controller & 0x7F] = true;
      bool parameters = false;
      for (std::size_t controller = 0; controller < 128; ++controller) {
        if (!seen[controller]) continue;
        if (is_parameter(static_cast<std::uint8_t>(controller))) {
          parameters = true;
        } else {
          line.controls[controller].push_back(&track);
        }
      }
      if (parameters) line.parameters.push_back(&track);
      if (!track.bends.empty()) line.bends.push_back(&track);
    }
    for (auto& [number, line] : lines) line.presses = pedal_presses(score_, line.tracks);
    return lines;
  }

  /// Whether a pedal is pressed in the block of the note's end, and before that end.
  bool ends_behind_press(const Note& note, const Line& line) const {
    const Tick end = note.onset + std::max<Tick>(0, note.duration) + (note.ends_after_pedal ? 1 : 0);
    const auto later = std::lower_bound(line.presses.begin(), line.presses.end(), end,
                                        [](const PedalPress& press, Tick tick) { return press.tick < tick; });
    return later != line.presses.begin() && block((later - 1)->tick) == block(note.onset + note.duration);
  }

  void add_notes(const Track& track, std::uint16_t channel, const Line& line) {
    // A key that is struck again while it sounds is released when the last of its notes ends.
    struct Strike {
      std::uint64_t on, off;
      bool late;  // the note-off stands behind the press of a pedal
      const Note* note;
    };
    std::vector<Strike> strikes;
    strikes.reserve(track.notes.size());
    for (const Note& note : track.notes) {
      const std::uint64_t on = block(note.onset);
      const std::uint64_t off = std::max(on + 1, block(note.onset + std::max<Tick>(0, note.duration)));
      strikes.push_back({on, off, ends_behind_press(note, line), &note});
    }
    std::stable_sort(strikes.begin(), strikes.end(), [](const Strike& a, const Strike& b) {
      return a.note->pitch != b.note->pitch ? a.note->pitch < b.note->pitch : a.on < b.on;
    });
    for (std::size_t i = 0; i < strikes.size(); ++i) {
      const Note& note = *strikes[i].note;
      plan_.events.push_back({strikes[i].on, channel, SynthEvent::Kind::kNoteOn,
                              static_cast<std::uint8_t>(note.pitch & 0x7F),
                              static_cast<std::int16_t>(std::clamp<int>(note.velocity, 1, 127))});
      const bool struck_again =
          i + 1 < strikes.size() && strikes[i + 1].note->pitch == note.pitch && strikes[i + 1].on < strikes[i].off;
      if (struck_again) {
        if (strikes[i + 1].off < strikes[i].off) strikes[i + 1].late = strikes[i].late;
        strikes[i + 1].off = std::max(strikes[i + 1].off, strikes[i].off);
      } else {
        plan_.events.push_back({strikes[i].off, channel,
                                strikes[i].late ? SynthEvent::Kind::kLateNoteOff : SynthEvent::Kind::kNoteOff,
                                static_cast<std::uint8_t>(note.pitch & 0x7F), 0});
      }
    }
  }

  void add_controls(const Track& track, std::uint16_t channel, const Line& line) {
    std::array<bool, 128> own{};
    bool own_parameters = false;
    for (const ControlChange& change : track.controls) {
      own[change.controller & 0x7F] = true;
      own_parameters = own_parameters || is_parameter(change.controller);
      add_control(change, channel);
    }
    add_bends(track, channel);
    const std::size_t before = plan_.events.size();
    for (const auto& [controller, owners] : line.controls)
      if (!own[controller])
        for (const Track* other : owners)
          borrow(*other, channel, [number = controller](std::uint8_t wanted) { return wanted == number; });
    if (!own_parameters)
      for (const Track* other : line.parameters) borrow(*other, channel, is_parameter);
    if (track.bends.empty())
      for (const Track* other : line.bends)
        if (borrowed_ + other->bends.size() <= kMaxBorrowed) add_bends(*other, channel);
    borrowed_ += plan_.events.size() - before;
  }

  template <class Wanted>
  void borrow(const Track& other, std::uint16_t channel, const Wanted& wanted) {
    if (borrowed_ + other.controls.size() > kMaxBorrowed) return;
    for (const ControlChange& change : other.controls)
      if (wanted(change.controller)) add_control(change, channel);
  }

  void add_control(const ControlChange& change, std::uint16_t channel) {
    if (!is_played(change.controller)) return;
    plan_.events.push_back({block(change.tick), channel, SynthEvent::Kind::kControl,
                            static_cast<std::uint8_t>(change.controller & 0x7F),
                            static_cast<std::int16_t>(change.value & 0x7F)});
  }

  void add_bends(const Track& track, std::uint16_t channel) {
    for (const PitchBend& bend : track.bends)
      plan_.events.push_back({block(bend.tick), channel, SynthEvent::Kind::kBend, 0,
                              static_cast<std::int16_t>(std::clamp<int>(bend.value, -8192, 8191))});
  }

  /// Read off the finished events: the last note-off, or the release of a pedal that is down there.
  Seconds end() const {
    const Seconds notes = tempo_.seconds(end_tick(score_));
    if (plan_.channels.empty()) return notes;
    std::vector<bool> down(plan_.channels.size(), false);
    Seconds last = notes;
    for (const SynthEvent& event : plan_.events) {
      const Seconds at = static_cast<double>(event.block) / blocks_per_second_;
      if (at > notes + kLongestPedal) break;
      if (event.kind != SynthEvent::Kind::kControl || event.number != kSustainPedal) continue;
      const bool pressed = event.value >= kPedalDown;
      if (at > notes && down[event.channel] && !pressed) last = std::max(last, at);
      if (at <= notes || !pressed) down[event.channel] = pressed;
    }
    return last;
  }

  const Score& score_;
  TempoMap tempo_;
  double blocks_per_second_;
  std::vector<std::uint16_t> channel_of_;
  RenderPlan plan_;
  std::size_t borrowed_ = 0;
};

}  // namespace

RenderPlan plan_render(const Score& score, int sample_rate) { return Planner(score, sample_rate).plan(); }

}  // namespace continuo::audio
