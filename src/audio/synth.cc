// FluidSynth behind a small class: settings, SoundFont cache, and its messages turned into errors.
#include "synth.h"

#include <fluidsynth.h>
#include <glib.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <mutex>
#include <string>
#include <system_error>
#include <utility>

#include "continuo/audio/render.h"
#include "continuo/base/error.h"
#include "fail.h"

namespace continuo::audio {

/// What FluidSynth has made, and who deletes it.
namespace fluid {
struct DeleteSettings {
  void operator()(fluid_settings_t* settings) const noexcept { delete_fluid_settings(settings); }
};
struct DeleteSynth {
  void operator()(fluid_synth_t* synth) const noexcept { delete_fluid_synth(synth); }
};
using Settings = std::unique_ptr<fluid_settings_t, DeleteSettings>;
using SynthHandle = std::unique_ptr<fluid_synth_t, DeleteSynth>;
}  // namespace fluid

namespace {

namespace fs = std::filesystem;

constexpr const char* kInstallHint = "Install one with: apt-get install timgm6mb-soundfont";

std::string& last_message() {
  thread_local std::string message;
  return message;
}

/// FluidSynth prints by default; its log function is one for the whole process.
void silence_log() {
  static std::once_flag once;
  std::call_once(once, [] {
    const auto keep = [](int level, const char* text, void*) {
      if (level <= FLUID_ERR && text != nullptr) last_message() = text;
    };
    for (int level = FLUID_PANIC; level < LAST_LOG_LEVEL; ++level) fluid_set_log_function(level, keep, nullptr);
  });
}

/// While one lives, what its thread reports through GLib is kept instead of printed: a damaged SoundFont makes one of
/// FluidSynth's loaders complain there. Others' reports go where they went before.
class GlibSilence {
 public:
  GlibSilence() : lock_(mutex()) {
    loading() = true;
    previous() = g_log_set_default_handler(&GlibSilence::handle, nullptr);
  }
  ~GlibSilence() {
    g_log_set_default_handler(previous(), nullptr);
    loading() = false;
  }
  GlibSilence(const GlibSilence&) = delete;
  GlibSilence& operator=(const GlibSilence&) = delete;

 private:
  static void handle(const gchar* domain, GLogLevelFlags level, const gchar* text, gpointer) {
    if (!loading()) {
      previous()(domain, level, text, nullptr);
    } else if (text != nullptr && last_message().empty()) {
      last_message() = text;
    }
  }
  static std::mutex& mutex() {
    static std::mutex instance;
    return instance;
  }
  static bool& loading() {
    thread_local bool value = false;
    return value;
  }
  static GLogFunc& previous() {
    static GLogFunc function = g_log_default_handler;
    return function;
  }
  std::scoped_lock<std::mutex> lock_;
};

/// A SoundFont and the synthesizer that loaded it, which owns it.
struct LoadedFont {
  fluid::Settings settings;
  fluid::SynthHandle owner;
  fluid_sfont_t* font = nullptr;
  fs::file_time_type modified;
};

LoadedFont load_font(const fs::path& path) {
  if (fluid_is_soundfont(path.c_str()) == 0)
    fail(ErrorCode::kUnsupported, path, "is not a SoundFont", std::string("Give a .sf2 or .sf3 file. ") + kInstallHint);
  LoadedFont loaded;
  loaded.settings.reset(new_fluid_settings());
  if (loaded.settings == nullptr) throw Error(ErrorCode::kSystem, "FluidSynth cannot start");
  fluid_settings_setint(loaded.settings.get(), "synth.lock-memory", 0);
  loaded.owner.reset(new_fluid_synth(loaded.settings.get()));
  if (loaded.owner == nullptr) throw Error(ErrorCode::kSystem, "FluidSynth cannot start: " + last_message());
  last_message().clear();
  const GlibSilence silence;
  const int id = fluid_synth_sfload(loaded.owner.get(), path.c_str(), 0);
  if (id != FLUID_FAILED) loaded.font = fluid_synth_get_sfont_by_id(loaded.owner.get(), id);
  if (loaded.font == nullptr)
    fail(ErrorCode::kDamaged, path, "cannot be loaded as a SoundFont: " + last_message(), kInstallHint);
  return loaded;
}

/// Fonts of this thread, since FluidSynth counts their users without locks. (Their samples it shares by itself.)
fluid_sfont_t* cached_font(const fs::path& path) {
  thread_local std::map<fs::path, LoadedFont> fonts;
  std::error_code code;
  if (!fs::is_regular_file(path, code)) fail(ErrorCode::kNotFound, path, "no such SoundFont", kInstallHint);
  const auto modified = fs::last_write_time(path, code);
  const auto found = fonts.find(path);
  if (found != fonts.end() && found->second.modified == modified) return found->second.font;
  if (found != fonts.end()) fonts.erase(found);
  LoadedFont loaded = load_font(path);
  loaded.modified = modified;
  return fonts.emplace(path, std::move(loaded)).first->second.font;
}

}  // namespace

fs::path default_soundfont() {
  std::error_code code;
  if (const char* chosen = std::getenv("CONTINUO_SOUNDFONT"); chosen != nullptr && *chosen != '\0') {
    if (!fs::is_regular_file(chosen, code))
      fail(ErrorCode::kNotFound, chosen, "no such SoundFont",
           "Correct the environment variable CONTINUO_SOUNDFONT, or unset it.");
    return chosen;
  }
  for (const char* place : {"/usr/share/sounds/sf2/TimGM6mb.sf2", "/usr/share/sounds/sf2/default-GM.sf2",
                            "/usr/share/sounds/sf2/FluidR3_GM.sf2", "/usr/share/sounds/sf3/default-GM.sf3",
                            "/usr/share/soundfonts/default.sf2", "/usr/share/soundfonts/FluidR3_GM.sf2"}) {
    if (fs::is_regular_file(place, code)) return place;
  }
  throw Error({.message = "no SoundFont is installed", .hint = kInstallHint, .code = ErrorCode::kNotFound});
}

struct Synth::State {
  fluid::Settings settings;
  fluid::SynthHandle synth;
  fluid_sfont_t* font = nullptr;
};

Synth::Synth(const fs::path& soundfont, int sample_rate, int channels) : state_(std::make_unique<State>()) {
  if (sample_rate < 8000 || sample_rate > 96'000) {
    throw Error({.message = "cannot render at " + std::to_string(sample_rate) + " samples a second",
                 .hint = "Choose a rate of 8,000 to 96,000, for example 44,100.",
                 .code = ErrorCode::kInvalidArgument});
  }
  silence_log();
  state_->font = cached_font(soundfont);
  state_->settings.reset(new_fluid_settings());
  fluid_settings_t* settings = state_->settings.get();
  if (settings == nullptr) throw Error(ErrorCode::kSystem, "FluidSynth cannot start");
  const int groups = std::clamp((channels + 15) / 16, 1, kMaxChannels / 16);
  fluid_settings_setnum(settings, "synth.sample-rate", sample_rate);
  fluid_settings_setint(settings, "synth.midi-channels", groups * 16);
  fluid_settings_setint(settings, "synth.polyphony", 512);
  fluid_settings_setint(settings, "synth.cpu-cores", 1);  // more would render in an order that varies
  fluid_settings_setint(settings, "synth.threadsafe-api", 0);
  fluid_settings_setint(settings, "synth.lock-memory", 0);
  // A small hall, drier than FluidSynth's own setting.
  fluid_settings_setnum(settings, "synth.reverb.room-size", 0.4);
  fluid_settings_setnum(settings, "synth.reverb.damp", 0.3);
  fluid_settings_setnum(settings, "synth.reverb.width", 0.6);
  fluid_settings_setnum(settings, "synth.reverb.level", 0.6);
  last_message().clear();
  state_->synth.reset(new_fluid_synth(settings));
  if (state_->synth == nullptr) throw Error(ErrorCode::kSystem, "FluidSynth cannot start: " + last_message());
  if (fluid_synth_add_sfont(state_->synth.get(), state_->font) == FLUID_FAILED)
    fail(ErrorCode::kDamaged, soundfont, "cannot be used: " + last_message(), kInstallHint);
}

Synth::~Synth() {
  // The font outlives this synthesizer: it belongs to the cache.
  if (state_->synth != nullptr) fluid_synth_remove_sfont(state_->synth.get(), state_->font);
}

void Synth::set_program(int channel, bool drums, int program) noexcept {
  // Sets bank 128 for drums; a program that the font lacks falls back to one that it has.
  fluid_synth_set_channel_type(state_->synth.get(), channel, drums ? CHANNEL_TYPE_DRUM : CHANNEL_TYPE_MELODIC);
  fluid_synth_program_change(state_->synth.get(), channel, program);
}

void Synth::note_on(int channel, int key, int velocity) noexcept {
  fluid_synth_noteon(state_->synth.get(), channel, key, velocity);
}

void Synth::note_off(int channel, int key) noexcept { fluid_synth_noteoff(state_->synth.get(), channel, key); }

void Synth::control(int channel, int controller, int value) noexcept {
  fluid_synth_cc(state_->synth.get(), channel, controller, value);
}

void Synth::pitch_bend(int channel, int value) noexcept {
  fluid_synth_pitch_bend(state_->synth.get(), channel, value + 8192);
}

void Synth::render(std::span<float> samples) noexcept {
  fluid_synth_write_float(state_->synth.get(), static_cast<int>(samples.size() / 2), samples.data(), 0, 2,
                          samples.data(), 1, 2);
}

std::string synthesizer() { return std::string("FluidSynth ") + fluid_version_str(); }

}  // namespace continuo::audio
