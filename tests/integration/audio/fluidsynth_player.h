// What FluidSynth's own player makes of a MIDI file: its events with their ticks, and which notes sound from when to
// when.
#pragma once

#include <fluidsynth.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "continuo/music/score.h"

namespace continuo::test {

struct PlayerEvent {
  Tick tick;
  int type;  ///< status without the channel
  int channel;
  int first;   ///< key or controller
  int second;  ///< velocity or value
};

/// Plays a file at a millisecond a tick, without sound, and notes its channel messages in the order in which the player
/// sends them. Nothing when FluidSynth cannot play it.
class FluidSynthPlayer {
 public:
  static std::optional<std::vector<PlayerEvent>> events_of(const std::vector<std::uint8_t>& file, int ppq, Tick end) {
    FluidSynthPlayer player;
    if (!player.load(file, ppq)) return std::nullopt;
    // Blocks of 64 frames at 96 kHz are shorter than a tick, so that no two ticks are sent together.
    std::vector<float> left(96 * 64), right(96 * 64);
    for (Tick tick = 0; tick < end + 200 && fluid_player_get_status(player.player_.get()) != FLUID_PLAYER_DONE;
         tick += 64) {
      fluid_synth_write_float(player.synth_.get(), 96 * 64, left.data(), 0, 1, right.data(), 0, 1);
    }
    return std::move(player.events_);
  }

 private:
  FluidSynthPlayer() : settings_(new_fluid_settings(), delete_fluid_settings) {
    for (const int level : {FLUID_PANIC, FLUID_ERR, FLUID_WARN, FLUID_INFO, FLUID_DBG}) {
      fluid_set_log_function(level, nullptr, nullptr);
    }
    fluid_settings_setnum(settings_.get(), "synth.sample-rate", 96'000);
    fluid_settings_setint(settings_.get(), "synth.reverb.active", 0);
    fluid_settings_setint(settings_.get(), "synth.chorus.active", 0);
    fluid_settings_setint(settings_.get(), "synth.lock-memory", 0);
    fluid_settings_setint(settings_.get(), "synth.polyphony", 1);
    fluid_settings_setstr(settings_.get(), "player.timing-source", "sample");
    synth_ = {new_fluid_synth(settings_.get()), delete_fluid_synth};
    player_ = {new_fluid_player(synth_.get()), delete_fluid_player};
  }

  bool load(const std::vector<std::uint8_t>& file, int ppq) {
    fluid_player_set_playback_callback(player_.get(), &FluidSynthPlayer::heard, this);
    return fluid_player_add_mem(player_.get(), file.data(), file.size()) == FLUID_OK &&
           fluid_player_set_tempo(player_.get(), FLUID_PLAYER_TEMPO_EXTERNAL_MIDI, 1000.0 * ppq) == FLUID_OK &&
           fluid_player_play(player_.get()) == FLUID_OK;
  }

  static int heard(void* self, fluid_midi_event_t* event) {
    auto* const player = static_cast<FluidSynthPlayer*>(self);
    const int type = fluid_midi_event_get_type(event);
    if (type < 0x80 || type >= 0xf0) return FLUID_OK;
    player->events_.push_back({fluid_player_get_current_tick(player->player_.get()), type,
                               fluid_midi_event_get_channel(event), fluid_midi_event_get_key(event),
                               fluid_midi_event_get_velocity(event)});
    return FLUID_OK;
  }

  std::unique_ptr<fluid_settings_t, void (*)(fluid_settings_t*)> settings_;
  std::unique_ptr<fluid_synth_t, void (*)(fluid_synth_t*)> synth_{nullptr, delete_fluid_synth};
  std::unique_ptr<fluid_player_t, void (*)(fluid_player_t*)> player_{nullptr, delete_fluid_player};
  std::vector<PlayerEvent> events_;
};

/// A key that sounds.
struct Heard {
  int channel;
  int key;
  Tick onset;
  Tick end;
  friend auto operator<=>(const Heard&, const Heard&) = default;
};

/// What a synthesizer makes of a stream, by MIDI 1.0: a struck key stops its older sound, a note-off is held by the
/// pedal, channel modes end notes. What nothing ends sounds to `end`.
struct Hearing {
  std::vector<Heard> notes;
  /// Channel and number of keys that are struck before the note-off of an earlier strike: MIDI does not say which
  /// note-off is then whose.
  std::set<std::pair<int, int>> shared_keys;
};
inline Hearing sounding(const std::vector<PlayerEvent>& events, Tick end) {
  struct Key {
    Tick onset = -1;
    bool held = false;  // by the pedal alone
  };
  std::map<int, std::array<Key, 128>> channels;
  std::array<bool, 16> pedal{};
  Hearing hearing;
  std::vector<Heard>& heard = hearing.notes;
  const auto stop = [&](int channel, int number, Key& key, Tick tick) {
    if (key.onset >= 0) heard.push_back({channel, number, key.onset, tick});
    key = {};
  };
  for (const PlayerEvent& event : events) {
    if (event.first > 127) continue;  // a damaged file
    auto& keys = channels[event.channel];
    bool& down = pedal[static_cast<std::size_t>(event.channel)];
    const auto release = [&](int number) {
      Key& key = keys[static_cast<std::size_t>(number)];
      if (down) {
        key.held = key.onset >= 0;
      } else {
        stop(event.channel, number, key, event.tick);
      }
    };
    const auto all = [&](auto act) {
      for (int number = 0; number < 128; ++number) act(number, keys[static_cast<std::size_t>(number)]);
    };
    const auto lift = [&] {
      down = false;
      all([&](int number, Key& key) {
        if (key.held) stop(event.channel, number, key, event.tick);
      });
    };
    if (event.type == 0x90 && event.second > 0) {
      Key& key = keys[static_cast<std::size_t>(event.first)];
      if (key.onset >= 0 && !key.held) hearing.shared_keys.emplace(event.channel, event.first);
      stop(event.channel, event.first, key, event.tick);
      key = {event.tick, false};
    } else if (event.type == 0x80 || event.type == 0x90) {
      release(event.first);
    } else if (event.type == 0xb0 && event.first == 64) {
      if (event.second >= 64) {
        down = true;
      } else {
        lift();
      }
    } else if (event.type == 0xb0 && event.first == 120) {
      all([&](int number, Key& key) { stop(event.channel, number, key, event.tick); });
    } else if (event.type == 0xb0 && event.first == 121) {
      lift();
    } else if (event.type == 0xb0 && event.first >= 123) {
      all([&](int number, Key&) { release(number); });
    }
  }
  for (auto& [channel, keys] : channels) {
    for (int number = 0; number < 128; ++number) stop(channel, number, keys[static_cast<std::size_t>(number)], end);
  }
  std::sort(heard.begin(), heard.end());
  return hearing;
}

/// The same of a Score: its notes with the pedal, each at most to the next one of its key.
inline std::vector<Heard> sounding(Score score) {
  apply_sustain(score);
  std::map<std::pair<int, int>, std::vector<Heard>> keys;
  for (const Track& track : score.tracks) {
    for (const Note& note : track.notes) {
      keys[{track.channel, note.pitch}].push_back({track.channel, note.pitch, note.onset, note.onset + note.duration});
    }
  }
  std::vector<Heard> heard;
  for (auto& [key, notes] : keys) {
    std::sort(notes.begin(), notes.end());
    for (std::size_t i = 0; i + 1 < notes.size(); ++i) notes[i].end = std::min(notes[i].end, notes[i + 1].onset);
    heard.insert(heard.end(), notes.begin(), notes.end());
  }
  std::sort(heard.begin(), heard.end());
  return heard;
}

}  // namespace continuo::test
