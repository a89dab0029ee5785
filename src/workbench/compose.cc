// Composing as users do it: the request is checked and opened, pieces are composed, their files written.
#include "continuo/workbench/compose.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iterator>
#include <memory>
#include <span>
#include <utility>

#include "continuo/base/check_outputs.h"
#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/base/parallel.h"
#include "continuo/evaluation/known_passages.h"
#include "continuo/midi/extend.h"
#include "continuo/midi/midi.h"
#include "continuo/music/excerpt.h"
#include "continuo/music/time.h"
#include "continuo/plot/plot.h"
#include "continuo/representation/labels.h"
#include "continuo/workbench/compose_page.h"
#include "continuo/workbench/outputs.h"
#include "continuo/workbench/piece_view.h"

namespace continuo::workbench {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// A name without an extension stands for all kinds of file, the page among them; one with an extension for that file
/// alone.
void choose_outputs(ComposeTask& task) {
  const ComposeRequest& request = task.request;
  const auto kinds = {OutputKind::kMidi, OutputKind::kSound, OutputKind::kPicture, OutputKind::kPage};
  auto outputs = request.no_page ? named_outputs(request.outputs, kinds, {".mid", ".wav", ".png"})
                                 : named_outputs(request.outputs, kinds, {".mid", ".wav", ".png", ".html"});
  task.pages = take_pages(outputs, request);
  check_written(request, outputs, task.pages);
  if (!task.pages.empty() || std::ranges::any_of(outputs, is_sound)) audio::check(request.render);
  task.files = std::move(outputs);
}

void read_prompt(ComposeTask& task) {
  const ComposeRequest& request = task.request;
  if (request.prompt.empty()) return;
  auto& options = task.options;
  options.start = generation::StartKind::kPrompt;
  options.prompt = read_prompt_file(request.prompt, task.notes);
  task.prompt_bytes = read_file(request.prompt);
  if (request.prompt_seconds > 0) {
    task.prompt_end = std::max<Tick>(1, TempoMap(*options.prompt).tick(request.prompt_seconds));
    options.prompt = beginning(*options.prompt, *task.prompt_end);
  }
}

void read_form(ComposeTask& task) {
  const ComposeRequest& request = task.request;
  if (request.form.empty()) return;
  const auto& how = request.compose;
  if (how.seconds || how.bars || how.symbols || how.start != generation::StartKind::kBeginning ||
      !request.prompt.empty())
    throw Error({.message = "a form has lengths and a beginning of its own",
                 .hint = "Leave out the length, the start and the prompt, or the form.",
                 .code = ErrorCode::kInvalidArgument,
                 .about = "form"});
  task.form = steering::form_from_text(request.form);
}

void open_collection(ComposeTask& task, const ProgressSink& progress, const std::stop_token& stop) {
  const ComposeRequest& request = task.request;
  task.compares = !request.passages.corpus.empty() && !task.pages.empty();
  if (request.max_copy > 0 || task.compares)
    task.index = open_index(request.passages, task.model.representation.get(), progress, stop);
  if (request.max_copy > 0) {
    task.options.constraints.push_back(
        generation::never_repeat(std::make_shared<evaluation::PassageSet>(task.index, request.max_copy)));
    task.options.allow_copies = true;  // but for these
  }
}

/// The prompt's own file with the new music in it, where that can be.
std::optional<std::vector<std::uint8_t>> extended_prompt(const ComposeTask& task,
                                                         const generation::Composition& piece) {
  if (task.prompt_bytes.empty()) return std::nullopt;
  return midi::extend(task.prompt_bytes, {piece.score, piece.added}, {.end = task.prompt_end});
}

double seconds_since(Clock::time_point begun) { return std::chrono::duration<double>(Clock::now() - begun).count(); }

/// Piece after piece: sections are composed one after the other.
void compose_forms(const ComposeTask& task, std::vector<generation::Composition>& pieces, const ProgressSink& progress,
                   const std::stop_token& stop) {
  for (std::size_t i = 0; i < pieces.size() && !stop.stop_requested(); ++i) {
    generation::ComposeOptions own = task.options;
    own.stream += i;
    try {
      pieces[i] = steering::compose_form(task.model, own, task.form, progress, stop);
    } catch (const Interrupted&) {
      return;
    }
  }
}

std::vector<generation::Composition> compose_all(const ComposeTask& task, const ProgressSink& progress,
                                                 const std::stop_token& stop) {
  std::vector<generation::Composition> pieces(static_cast<std::size_t>(task.request.count), {.interrupted = true});
  if (!task.form.empty()) {
    compose_forms(task, pieces, progress, stop);
    return pieces;
  }
  generation::compose_several(
      task.model, task.options, pieces.size(), task.request.threads,
      [&](std::size_t i, generation::Composition&& piece) { pieces[i] = std::move(piece); }, progress, stop);
  return pieces;
}

void write_pages(const ComposeTask& task, const std::vector<generation::Composition>& pieces,
                 const ComposeObserver& observer, const ProgressSink& progress, const std::stop_token& stop) {
  if (task.pages.empty()) return;
  const ComposePage made = compose_page(task, pieces, progress, stop);
  for (std::size_t i = 0; i < made.originality.size(); ++i)
    if (observer.compared && !made.originality[i].empty()) observer.compared(i, made.originality[i]);
  for (const fs::path& path : task.pages) {
    made.page.write(path);
    if (observer.page) observer.page(path);
  }
}

}  // namespace

std::vector<Option> options_of(ComposeRequest& request) {
  auto options = generation::options_of(request.compose);
  options.push_back(word_option("form",
                                "Sections that return, as they were or varied, with their bars (default 8): \"A A' B "
                                "A\", \"A8 A'8 B16 A8\"",
                                request.form));
  for (auto& option : generation::options_of(request.wishes)) options.push_back(std::move(option));
  return options;
}

Score read_prompt_file(const fs::path& path, std::vector<std::string>& notes) {
  auto read = midi::read_file(path);
  for (const auto& warning : read.warnings)
    notes.push_back(fmt::format("{}: at byte {}: {}", path.string(), warning.offset, warning.text));
  return std::move(read.score);
}

std::vector<fs::path> take_pages(std::vector<fs::path>& outputs, const ComposeRequest& request) {
  std::vector<fs::path> pages;
  std::ranges::copy_if(outputs, std::back_inserter(pages), is_page);
  std::erase_if(outputs, is_page);
  if (!request.report.empty()) {
    named_outputs({&request.report, 1}, {OutputKind::kPage});
    if (std::ranges::find(pages, request.report) == pages.end()) pages.push_back(request.report);
  }
  if (request.no_page && !pages.empty())
    throw Error({.message = "is a page, and no page was wanted",
                 .path = pages.front().string(),
                 .code = ErrorCode::kInvalidArgument,
                 .remedy = Remedy::kLeaveOut,
                 .about = "no-page"});
  return pages;
}

void check_written(const ComposeRequest& request, const std::vector<fs::path>& outputs,
                   const std::vector<fs::path>& pages) {
  std::vector<fs::path> written = pages;
  for (const auto& output : outputs)
    for (int i = 0; i < request.count; ++i) written.push_back(numbered(output, i, request.count));
  check_outputs(written, {request.model, request.prompt, request.render.soundfont});
}

std::size_t number_of(const ComposeRequest& request, std::size_t index) {
  return request.piece > 0 ? static_cast<std::size_t>(request.piece) : index + 1;
}

std::string title_of(const ComposeRequest& request, std::size_t index) {
  std::string name = request.model.stem().string();
  if (name == "best" || name == "last") {
    const auto folder = fs::absolute(request.model).lexically_normal().parent_path().filename().string();
    if (!folder.empty()) name = folder;
  }
  const bool several = request.count > 1 || request.piece > 0;
  return fmt::format("{}, seed {}{}", name, request.compose.seed,
                     several ? fmt::format(", piece {}", number_of(request, index)) : "");
}

ComposeTask prepare(ComposeRequest request, const weights::ModelFile& file, const ProgressSink& progress,
                    const std::stop_token& stop) {
  ComposeTask task{.request = std::move(request)};
  ComposeRequest& asked = task.request;
  choose_outputs(task);
  // Threads that find no second piece to compose help with the steps of the one.
  if (asked.count == 1) asked.engine.threads = asked.threads > 0 ? asked.threads : available_cores();
  asked.compose.sampling =
      generation::with_defaults(asked.compose.sampling, generation::sampling_of(file), asked.asked);
  if (asked.piece > 0) asked.compose.stream = static_cast<std::uint64_t>(asked.piece) - 1;
  task.model = loaded::LoadedModel::from(file, asked.model, asked.engine);
  const auto& labels = task.model.representation->spec().labels;
  if (!asked.compose.label.empty()) task.style = labels.at(representation::find_label(labels, asked.compose.label));
  task.options = asked.compose;
  read_form(task);
  read_prompt(task);
  generation::add_wishes(generation::wishes_of(asked.wishes), task.model, task.options);
  open_collection(task, progress, stop);
  return task;
}

WrittenPiece write_piece(const ComposeTask& task, std::size_t index, const generation::Composition& piece,
                         const ProgressSink& progress, const std::stop_token& stop) {
  WrittenPiece written;
  for (const auto& file : task.files)
    written.files.push_back(numbered(file, static_cast<int>(index), task.request.count));
  auto paths = written.files;
  if (const auto bytes = extended_prompt(task, piece)) {
    for (const auto& path : paths)
      if (is_midi(path)) write_file_atomically(path, *bytes);
    std::erase_if(paths, is_midi);
  } else {
    written.prompt_rewritten = !task.prompt_bytes.empty() && std::ranges::any_of(paths, is_midi);
  }
  if (const auto rendered =
          write_score(piece.score, paths, task.request.render,
                      roll_of(piece.score, title_of(task.request, index), task.style), progress, stop)) {
    const auto& measured = rendered->measurement;
    written.silent = measured.peak == 0 || std::isinf(measured.loudness_lufs);
    written.clipped = measured.clipped_ratio > 1e-4;
  }
  return written;
}

ComposeSummary compose_files(const ComposeTask& task, const ComposeObserver& observer, const ProgressSink& progress,
                             const std::stop_token& stop) {
  const auto begun = Clock::now();
  const auto pieces = compose_all(task, progress, stop);
  ComposeSummary summary{.pieces = pieces.size(), .seconds = seconds_since(begun)};
  summary.stopped = std::ranges::any_of(pieces, [](const auto& piece) { return piece.interrupted; });
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const auto& piece = pieces[i];
    if (piece.interrupted && !(task.request.keep_unfinished && note_count(piece.score) > 0)) continue;
    ++(piece.interrupted ? summary.unfinished : summary.finished);
    summary.symbols += piece.generated;
    summary.music_seconds += duration_seconds(piece.score);
    if (observer.composed) observer.composed(i, piece);
    // After a stop, what there is is written all the same.
    const WrittenPiece written = write_piece(task, i, piece, progress, summary.stopped ? std::stop_token() : stop);
    if (observer.written) observer.written(i, written);
  }
  if (!summary.stopped) write_pages(task, pieces, observer, progress, stop);
  return summary;
}

}  // namespace continuo::workbench
