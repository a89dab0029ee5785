// Composing with a model of sound: what cannot be asked of one, its prompt, its files.
#include "continuo/workbench/compose_sound.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "continuo/audio/audio_writer.h"
#include "continuo/audio/overview.h"
#include "continuo/audio/prepared_sound.h"
#include "continuo/base/error.h"
#include "continuo/base/parallel.h"
#include "continuo/plot/sound.h"
#include "continuo/workbench/outputs.h"
#include "continuo/workbench/sound_view.h"

namespace continuo::workbench {
namespace {

namespace fs = std::filesystem;

constexpr double kDefaultSeconds = 10;

/// `option` empty: nothing single is to be left out.
[[noreturn]] void refuse(const std::string& what, const std::string& hint, const std::string& option = {}) {
  throw Error({.message = what + " cannot be asked of a model of sound",
               .hint = hint,
               .code = ErrorCode::kUnsupported,
               .remedy = option.empty() ? Remedy::kNone : Remedy::kLeaveOut,
               .about = option});
}

void check_sound(const ComposeRequest& request) {
  const auto& compose = request.compose;
  const auto& wishes = request.wishes;
  const char* const kNoNotes = "It knows no notes.";
  if (compose.allow_copies) refuse("to allow copies", kNoNotes, "allow-copies");
  if (compose.allow_loops) refuse("to allow loops", kNoNotes, "allow-loops");
  if (!request.form.empty()) refuse("a form", kNoNotes, "form");
  if (!wishes.key.empty()) refuse("a key", kNoNotes, "key");
  if (!wishes.instruments.empty()) refuse("instruments", kNoNotes, "instruments");
  if (!wishes.tempo.empty()) refuse("a tempo", kNoNotes, "tempo");
  if (!wishes.metre.empty()) refuse("a metre", kNoNotes, "metre");
  if (compose.any_range) refuse("to allow any range", kNoNotes, "any-range");
  if (request.max_copy > 0) refuse("a limit of copies", kNoNotes, "max-copy");
  if (request.piece > 0) refuse("one piece of several", "Give their count, and keep the file that you want.", "piece");
  if (compose.bars) refuse("a length in bars", "It knows no bars: give seconds.", "bars");
  if (compose.symbols) refuse("a length in symbols", "Give seconds.", "symbols");
  if (!compose.mask_grammar) refuse("to do without the mask", "It has no grammar.", "no-mask");
  if (!compose.stop_at_end) refuse("to go on", "It never ends by itself: give seconds.", "go-on");
}

struct SoundOutputs {
  std::vector<fs::path> files;  ///< of a piece, before they are numbered()
  std::vector<fs::path> pages;
};

/// A name without an extension stands for a .wav, a .png and, unless none is wanted, a page.
SoundOutputs sound_outputs(const ComposeRequest& request) {
  for (const auto& path : request.outputs)
    if (is_midi(path))
      throw Error({.message = "this model writes sound, which MIDI cannot hold",
                   .path = path.string(),
                   .hint = "Let the name end in .wav, .flac or .ogg, or in .png or .svg for a picture.",
                   .code = ErrorCode::kUnsupported});
  const auto kinds = {OutputKind::kSound, OutputKind::kPicture, OutputKind::kPage};
  SoundOutputs outputs{.files = request.no_page ? named_outputs(request.outputs, kinds, {".wav", ".png"})
                                                : named_outputs(request.outputs, kinds, {".wav", ".png", ".html"}),
                       .pages = {}};
  outputs.pages = take_pages(outputs.files, request);
  check_written(request, outputs.files, outputs.pages);
  return outputs;
}

/// A sound file, or a MIDI file as it sounds, in the form in which models learn.
std::vector<float> read_sound_prompt(const ComposeRequest& request, int sample_rate, std::vector<std::string>& notes,
                                     const std::stop_token& stop) {
  const auto source = is_midi(request.prompt)
                          ? audio::open_score(read_prompt_file(request.prompt, notes), request.render, stop)
                          : audio::open_file(request.prompt);
  audio::PreparedSound prepared(*source, {.sample_rate = sample_rate}, fs::temp_directory_path(), stop);
  if (prepared.samples() == 0) {
    throw Error({.message = "is silent, so there is nothing to go on from",
                 .path = request.prompt.string(),
                 .hint = "Give a sound that can be heard, or leave the prompt out.",
                 .code = ErrorCode::kEmpty});
  }
  std::vector<float> samples, block;
  // Levelled as a whole, as in training, also if only the beginning is wanted.
  while (prepared.next(block)) samples.insert(samples.end(), block.begin(), block.end());
  if (request.prompt_seconds > 0)
    samples.resize(std::min(samples.size(), static_cast<std::size_t>(std::ceil(request.prompt_seconds * sample_rate))));
  return samples;
}

/// One piece on its way to its files.
class Files {
 public:
  Files(const ComposeRequest& request, const SoundOutputs& outputs, std::size_t index, int sample_rate)
      : listener_(sample_rate, 1), title_(title_of(request, index)), beginning_{.sample_rate = sample_rate} {
    if (!outputs.pages.empty() && index < kMaxPagePieces)
      kept_ = static_cast<std::size_t>(page_sound_seconds(static_cast<std::size_t>(request.count)) * sample_rate);
    for (const auto& output : outputs.files) {
      const fs::path path = numbered(output, static_cast<int>(index), request.count);
      if (is_picture(path)) {
        pictures_.push_back(path);
      } else {
        writers_.push_back(std::make_unique<audio::AudioWriter>(path, sample_rate, 1));
      }
      paths_.push_back(path);
    }
    if (!pictures_.empty() || kept_ > 0) overview_.emplace(sample_rate, 1);
  }

  void add(std::span<const float> samples) {
    for (const auto& writer : writers_) writer->write(samples);
    listener_.add(samples);
    if (overview_) overview_->add(samples);
    auto& kept = beginning_.samples;
    kept.insert(kept.end(), samples.begin(),
                samples.begin() + static_cast<std::ptrdiff_t>(std::min(samples.size(), kept_ - kept.size())));
  }
  void commit() {
    for (const auto& writer : writers_) writer->commit();
    for (const auto& picture : pictures_) plot::sound_sheet(picture, overview_->result(), {.title = title_});
  }
  const std::vector<fs::path>& paths() const { return paths_; }
  audio::Listening heard() const { return listener_.result(); }
  /// Nothing where no page holds the piece.
  std::optional<SoundOnPage> on_page() const {
    if (kept_ == 0) return std::nullopt;
    return sound_on_page(title_, beginning_, overview_->result(), heard());
  }

 private:
  std::vector<std::unique_ptr<audio::AudioWriter>> writers_;
  std::vector<fs::path> pictures_, paths_;
  audio::Listener listener_;
  std::optional<audio::OverviewMaker> overview_;
  std::string title_;
  std::size_t kept_ = 0;       ///< samples at most, for the page
  audio::Waveform beginning_;  ///< so many
};

generation::ComposeSoundOptions sound_options(const ComposeRequest& request, int sample_rate,
                                              std::vector<std::string>& notes, const std::stop_token& stop) {
  generation::ComposeSoundOptions how{.sampling = request.compose.sampling,
                                      .start = request.compose.start,
                                      .random_length = request.compose.random_length,
                                      .keep_random = request.compose.keep_random,
                                      .seconds = request.compose.seconds.value_or(kDefaultSeconds),
                                      .label = request.compose.label,
                                      .seed = request.compose.seed};
  if (!request.prompt.empty()) {
    how.start = generation::StartKind::kPrompt;
    how.prompt = read_sound_prompt(request, sample_rate, notes, stop);
  }
  return how;
}

}  // namespace

SoundSummary compose_sounds(const ComposeRequest& given, const weights::ModelFile& file,
                            const std::function<void(std::size_t index, const WrittenSound& written)>& written,
                            const ProgressSink& progress, const std::stop_token& stop) {
  ComposeRequest request = given;
  request.compose.sampling =
      generation::with_defaults(request.compose.sampling, generation::sampling_of(file), request.asked);
  check_sound(request);
  const auto outputs = sound_outputs(request);
  if (request.count == 1) request.engine.threads = request.threads > 0 ? request.threads : available_cores();
  const auto composer = generation::SoundComposer::from(file, request.model, request.engine);
  if (composer.representation->steps() == representation::Steps::kFrames &&
      request.compose.sampling != generation::SamplingOptions{})
    refuse("a way of drawing", "A model of spectra draws nothing: leave temperature, top-k, top-p and argmax out.");
  const int sample_rate = composer.representation->sample_rate();
  SoundSummary summary{.pieces = static_cast<std::size_t>(request.count)};
  const auto how = sound_options(request, sample_rate, summary.notes, stop);

  const auto begun = std::chrono::steady_clock::now();
  std::vector<std::unique_ptr<Files>> files(summary.pieces);
  std::map<std::size_t, SoundOnPage> on_page;
  std::uint64_t steps = 0;
  // A piece that is stopped keeps what it has, those that had not begun never do.
  generation::compose_sounds(
      composer, how, files.size(), request.threads,
      [&](std::size_t i) -> generation::SampleSink {
        files[i] = std::make_unique<Files>(request, outputs, i, sample_rate);
        return [&writes = *files[i]](std::span<const float> samples) { writes.add(samples); };
      },
      [&](std::size_t i, generation::SoundComposition&& piece) {
        files[i]->commit();
        ++summary.written;
        steps += piece.steps;
        summary.stopped = summary.stopped || piece.interrupted;
        if (auto shown = files[i]->on_page()) {
          for (const auto& warning : piece.warnings) shown->remarks.push_back(warning);
          on_page[i] = std::move(*shown);
        }
        if (written) written(i, {.files = files[i]->paths(), .piece = std::move(piece), .heard = files[i]->heard()});
        files[i].reset();
      },
      progress, stop);
  summary.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  summary.sound_seconds = static_cast<double>(steps) / composer.representation->steps_per_second();
  summary.stopped = summary.stopped || summary.written < summary.pieces;
  if (!outputs.pages.empty() && !on_page.empty()) {
    std::vector<SoundOnPage> pieces;
    for (auto& [index, piece] : on_page) pieces.push_back(std::move(piece));
    const page::Page page = sound_page(request, pieces);
    for (const fs::path& path : outputs.pages) page.write(path);
    summary.pages = outputs.pages;
  }
  return summary;
}

}  // namespace continuo::workbench
