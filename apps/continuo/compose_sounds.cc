// continuo compose with a model of sound: files grow while the network writes, so that no length needs memory.
#include <fmt/core.h>
#include <algorithm>
#include <cmath>

#include <chrono>
#include <memory>

#include "compose.h"
#include "continuo/audio/audio_writer.h"
#include "continuo/audio/listen.h"
#include "continuo/audio/overview.h"
#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/base/format.h"
#include "continuo/generation/compose_sound.h"
#include "continuo/midi/midi.h"
#include "continuo/plot/plot.h"
#include "continuo/plot/sound.h"
#include "continuo/workbench/outputs.h"
#include "inspect.h"
#include "options.h"
#include "terminal.h"

namespace continuo::app {
namespace {

namespace fs = std::filesystem;

constexpr double kDefaultSeconds = 10;

[[noreturn]] void refuse(const std::string& what, const std::string& hint) {
  throw Error({.message = what + " cannot be asked of a model of sound", .hint = hint});
}

void check(const ComposeOptions& options) {
  if (options.compose.allow_copies) refuse("--allow-copies", "It knows no notes: leave it out.");
  if (options.compose.allow_loops) refuse("--allow-loops", "It knows no notes: leave it out.");
  if (!options.key.empty() || !options.instruments.empty() || !options.tempo.empty() || !options.metre.empty())
    refuse("a key, instruments, a tempo or a metre", "It knows no notes: leave them out.");
  if (options.compose.any_range) refuse("--any-range", "It knows no notes: leave it out.");
  if (options.max_copy > 0) refuse("--max-copy", "It knows no notes: leave it out.");
  if (!options.report.empty()) refuse("--report", "It knows no notes: leave it out.");
  if (options.piece > 0) refuse("--piece", "Give --count, and keep the file that you want.");
  if (options.compose.bars) refuse("a length in bars", "It knows no bars: give --seconds.");
  if (options.compose.symbols) refuse("a length in symbols", "Give --seconds.");
  if (!options.compose.mask_grammar) refuse("--no-mask", "It has no grammar: leave it out.");
  if (!options.compose.stop_at_end) refuse("--go-on", "It never ends by itself: give --seconds.");
}

/// A name without an extension stands for a .wav and a .png.
std::vector<fs::path> sound_outputs(const ComposeOptions& options) {
  for (const auto& path : options.outputs)
    if (workbench::is_midi(path))
      throw Error({.message = "this model writes sound, which MIDI cannot hold",
                   .path = path.string(),
                   .hint = "Let the name end in .wav, .flac or .ogg, or in .png or .svg for a picture.",
                   .code = ErrorCode::kUnsupported});
  auto outputs = workbench::named_outputs(
      options.outputs, {workbench::OutputKind::kSound, workbench::OutputKind::kPicture}, {".wav", ".png"});
  check_written(options, outputs, {options.report});
  return outputs;
}

/// A sound file, or a MIDI file as it sounds, in the form in which models learn.
std::vector<float> read_prompt(const ComposeOptions& options, int sample_rate) {
  const auto source = workbench::is_midi(options.prompt) ? audio::open_score(read_score(options.prompt), options.render)
                                                         : audio::open_file(options.prompt);
  audio::PreparedSound prepared(*source, {.sample_rate = sample_rate}, fs::temp_directory_path(), interruption());
  if (prepared.samples() == 0) {
    throw Error({.message = "is silent, so there is nothing to go on from",
                 .path = options.prompt.string(),
                 .hint = "Give a sound that can be heard, or leave the prompt out."});
  }
  std::vector<float> samples, block;
  // Levelled as a whole, as in training, also if only the beginning is wanted.
  while (prepared.next(block)) samples.insert(samples.end(), block.begin(), block.end());
  if (options.prompt_seconds > 0)
    samples.resize(std::min(samples.size(), static_cast<std::size_t>(std::ceil(options.prompt_seconds * sample_rate))));
  return samples;
}

/// One piece on its way to its files.
class Files {
 public:
  Files(const ComposeOptions& options, const std::vector<fs::path>& outputs, int index, int sample_rate)
      : listener_(sample_rate, 1), title_(title_of(options, index)) {
    for (const auto& output : outputs) {
      const fs::path path = workbench::numbered(output, index, options.count);
      if (workbench::is_picture(path)) {
        pictures_.push_back(path);
      } else {
        writers_.push_back(std::make_unique<audio::AudioWriter>(path, sample_rate, 1));
      }
      paths_.push_back(path);
    }
    if (!pictures_.empty()) overview_.emplace(sample_rate, 1);
  }

  void add(std::span<const float> samples) {
    for (const auto& writer : writers_) writer->write(samples);
    listener_.add(samples);
    if (overview_) overview_->add(samples);
  }
  void commit() {
    for (const auto& writer : writers_) writer->commit();
    for (const auto& picture : pictures_) plot::sound_sheet(picture, overview_->result(), {.title = title_});
  }
  const std::vector<fs::path>& paths() const { return paths_; }
  audio::Listening heard() const { return listener_.result(); }

 private:
  std::vector<std::unique_ptr<audio::AudioWriter>> writers_;
  std::vector<fs::path> pictures_, paths_;
  audio::Listener listener_;
  std::optional<audio::OverviewMaker> overview_;
  std::string title_;
};

void print_piece(const ComposeOptions& options, int index, const generation::SoundComposition& piece,
                 const Files& files) {
  const audio::Listening heard = files.heard();
  fmt::print("{}: {} of sound, {}{}\n", options.count == 1 ? "Composed" : fmt::format("Piece {}", index + 1),
             format_duration(piece.seconds), listening_in_words(heard), piece.interrupted ? ", interrupted" : "");
  for (const auto& warning : piece.warnings) fmt::print("  note: {}\n", warning);
  for (const auto& complaint : audio::complaints(heard)) fmt::print("  note: {}\n", complaint);
  for (const auto& path : files.paths()) fmt::print("  {}\n", path.string());
}

}  // namespace

void compose_sounds(const ComposeOptions& options, const weights::ModelFile& file) {
  check(options);
  const auto outputs = sound_outputs(options);
  const auto composer = generation::SoundComposer::from(file, options.model, options.engine);
  if (composer.representation->steps() == representation::Steps::kFrames &&
      options.compose.sampling != generation::SamplingOptions{})
    refuse("a way of drawing",
           "This one gives the next frame itself: leave --temperature, --top-k, --top-p and --argmax out.");
  const int sample_rate = composer.representation->sample_rate();
  generation::ComposeSoundOptions how{.sampling = options.compose.sampling,
                                      .random_length = options.compose.random_length,
                                      .keep_random = options.compose.keep_random,
                                      .seconds = options.compose.seconds.value_or(kDefaultSeconds),
                                      .label = options.compose.label,
                                      .seed = options.compose.seed};
  how.start = options.compose.start;
  if (!options.prompt.empty()) {
    how.start = generation::StartKind::kPrompt;
    how.prompt = read_prompt(options, sample_rate);
  }

  const auto stop = interruption();
  const auto begun = std::chrono::steady_clock::now();
  std::vector<std::unique_ptr<Files>> files(static_cast<std::size_t>(options.count));
  int done = 0;
  std::uint64_t steps = 0;
  bool interrupted = false;
  // A piece that is stopped keeps what it has, those that had not begun never do.
  generation::compose_sounds(
      composer, how, files.size(), options.threads,
      [&](std::size_t i) -> generation::SampleSink {
        files[i] = std::make_unique<Files>(options, outputs, static_cast<int>(i), sample_rate);
        return [&writes = *files[i]](std::span<const float> samples) { writes.add(samples); };
      },
      [&](std::size_t i, generation::SoundComposition&& piece) {
        files[i]->commit();
        ++done;
        steps += piece.steps;
        interrupted = interrupted || piece.interrupted;
        print_piece(options, static_cast<int>(i), piece, *files[i]);
        files[i].reset();
      },
      terminal_progress(), stop);
  const double spent = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  const double sound = static_cast<double>(steps) / composer.representation->steps_per_second();
  fmt::print("Seed {}; the same again: {}\n", options.compose.seed, command_of(options, 0, false));
  fmt::print("{:.1f} s for {} of new sound: {:.2f} times real time\n", spent, format_duration(sound),
             sound / std::max(spent, 1e-9));
  if (interrupted || done < options.count) throw Interrupted("stopped before the end; what was written is kept");
}

}  // namespace continuo::app
