// continuo render: a MIDI file as sound and as a picture.
#include <fmt/core.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <memory>
#include <vector>

#include "commands.h"
#include "continuo/audio/render.h"
#include "continuo/base/check_outputs.h"
#include "continuo/base/error.h"
#include "continuo/base/format.h"
#include "continuo/midi/midi.h"
#include "continuo/plot/plot.h"
#include "continuo/workbench/outputs.h"
#include "continuo/workbench/piece_view.h"
#include "options.h"
#include "terminal.h"

namespace continuo::app {
namespace {

namespace fs = std::filesystem;

struct RenderOptions {
  fs::path input;
  std::vector<fs::path> outputs;
  audio::RenderOptions render;
  plot::PianoRollOptions roll;
  bool no_normalise = false;
};

std::string decibels(double value) { return value > 0 ? fmt::format("{:.1f}", 20 * std::log10(value)) : "-inf"; }

/// What a listener should know about the sound; empty when all is well.
std::string remark(const audio::Measurement& sound) {
  if (sound.peak == 0) return " (silent)";
  if (sound.clipped_ratio > 1e-4)
    return fmt::format(" ({:.2f} % of the samples are clipped)", sound.clipped_ratio * 100);
  if (sound.silence_ratio > 0.95) return " (almost silent)";
  return "";
}

void print_warnings(const fs::path& path, const midi::ReadResult& read) {
  constexpr std::size_t kShownWarnings = 5;
  std::size_t shown = 0;
  for (const auto& warning : read.warnings) {
    if (shown++ == kShownWarnings) break;
    fmt::print(stderr, "{}: at byte {}: {}\n", path.string(), warning.offset, warning.text);
  }
  if (read.warning_count > kShownWarnings)
    fmt::print(stderr, "{}: and {} more; continuo inspect shows them\n", path.string(),
               format_count(read.warning_count - kShownWarnings));
}

void run_render(RenderOptions& options) {
  const auto stop = interruption();
  std::vector<fs::path> sounds, pictures;
  for (const auto& path :
       workbench::named_outputs(options.outputs, {workbench::OutputKind::kSound, workbench::OutputKind::kPicture}))
    (workbench::is_sound(path) ? sounds : pictures).push_back(path);
  if (!sounds.empty()) {
    if (options.render.soundfont.empty()) options.render.soundfont = audio::default_soundfont();
    audio::check(options.render);
  }
  for (const auto* paths : {&sounds, &pictures}) check_outputs(*paths, {options.input, options.render.soundfont});
  options.render.normalise = !options.no_normalise;

  const auto read = midi::read_file(options.input);
  print_warnings(options.input, read);
  const std::size_t notes = note_count(read.score), tracks = read.score.tracks.size();
  fmt::print("{}: {} of music, {} {} on {} {}\n", options.input.string(), format_duration(duration_seconds(read.score)),
             format_count(notes), notes == 1 ? "note" : "notes", format_count(tracks),
             tracks == 1 ? "track" : "tracks");
  if (notes == 0) fmt::print(stderr, "{}: has no notes\n", options.input.string());

  if (!sounds.empty()) {
    const auto begun = std::chrono::steady_clock::now();
    const auto result = audio::render_to_files(read.score, sounds, options.render, terminal_progress(), stop);
    const double spent = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    for (const auto& path : sounds) {
      fmt::print("  {}: {}, loudness {:.1f} LUFS, peak {} dBFS{}\n", path.string(), format_duration(result.seconds),
                 result.measurement.loudness_lufs, decibels(result.measurement.peak), remark(result.measurement));
    }
    if (result.seconds > 0)
      fmt::print("  {} in {:.1f} s, {:.0f} times real time\n", options.render.soundfont.filename().string(), spent,
                 result.seconds / std::max(spent, 1e-9));
  }
  if (!pictures.empty()) {
    auto described =
        workbench::roll_of(read.score, options.roll.title.empty() ? options.input.stem().string() : options.roll.title);
    described.width = options.roll.width;
    described.height = options.roll.height;
    options.roll = described;
  }
  for (const auto& path : pictures) {
    plot::piano_roll(path, read.score, options.roll);
    fmt::print("  {}\n", path.string());
  }
}

}  // namespace

void add_render(CLI::App& app) {
  auto options = std::make_shared<RenderOptions>();
  auto* command = app.add_subcommand("render", "Turn a MIDI file into sound and into a piano-roll picture");
  command->add_option("input", options->input, "the MIDI file")->required();
  command
      ->add_option("outputs", options->outputs,
                   "files to write: .wav, .flac or .ogg for sound, .png or .svg for a picture; any number")
      ->required();
  command->add_option(
      "--soundfont", options->render.soundfont,
      "the instruments, a .sf2 or .sf3 file (otherwise CONTINUO_SOUNDFONT, otherwise an installed one)");
  command
      ->add_option("--rate", options->render.sample_rate, "samples a second, 8000 to 96000")

      ->capture_default_str();
  command->add_flag("--no-normalise", options->no_normalise,
                    "keep the synthesizer's own, quiet level instead of a loudness of -18 LUFS");
  command->add_option("--title", options->roll.title, "the picture's title (otherwise the name of the MIDI file)");
  command->footer(
      "Examples:\n"
      "  continuo render piece.mid piece.wav\n"
      "  continuo render piece.mid piece.flac piece.ogg piece.png\n"
      "  continuo render piece.mid piece.svg --title \"A piece\"\n"
      "  continuo render piece.mid piece.wav --soundfont my.sf2 --rate 48000");
  command->callback([options] { run_render(*options); });
}

}  // namespace continuo::app
