// Composing as users do it: a request in, pieces and their files out, without a screen.
//
//   const weights::ModelFile file = weights::ModelFile::load(request.model);
//   const ComposeTask task = prepare(request, file);
//   const ComposeSummary summary = compose_files(task, {.written = print});
//
// A program that shows pieces itself takes task.model and task.options to generation::Session or compose_several().
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "continuo/audio/render.h"
#include "continuo/base/progress.h"
#include "continuo/engine/engine.h"
#include "continuo/generation/compose.h"
#include "continuo/generation/options.h"
#include "continuo/generation/sampling_settings.h"
#include "continuo/generation/wishes.h"
#include "continuo/loaded/loaded_model.h"
#include "continuo/steering/form.h"
#include "continuo/workbench/passages.h"

namespace continuo::workbench {

/// What is asked for, as plain data.
struct ComposeRequest {
  std::filesystem::path model;
  generation::ComposeOptions compose;  ///< prompt, rules and the number of a piece are set by prepare()
  generation::Asked asked;             ///< which of its sampling was said; of the rest the model's own counts
  generation::WishWords wishes;
  std::string form;              ///< sections, as steering::form_from_text() reads them; empty: as it comes
  std::filesystem::path prompt;  ///< empty: none
  double prompt_seconds = 0;     ///< only so much of the prompt; 0: all
  int count = 1;                 ///< of pieces
  int piece = 0;                 ///< only this one of the pieces that a higher count would give, from 1 on; 0: all
  int threads = 0;               ///< that share the pieces; 0: every core
  std::size_t max_copy = 0;      ///< no run of so many notes of a piece of `passages`; 0: not asked for
  PassageOptions passages;       ///< with a corpus, the page tells what of the pieces stands there
  engine::Options engine;

  std::vector<std::filesystem::path> outputs;  ///< a name without extension: every kind of file; may be none
  std::filesystem::path report;                ///< one more page; empty: none
  bool no_page = false;                        ///< a name without extension stands for no page
  bool keep_unfinished = false;                ///< after a stop, write what there is of pieces that are not finished
  audio::RenderOptions render;
  /// What to type to make piece `number` again, from 1 on, or all with 0: shown in the page. Null: nothing is shown.
  std::function<std::string(std::size_t number)> command;
};

/// The options of a request that are no files, threads or machines: those of generation::options_of() and the wishes.
std::vector<Option> options_of(ComposeRequest& request);

/// A request of which everything was checked and opened.
struct ComposeTask {
  ComposeRequest request;
  loaded::LoadedModel model;
  generation::ComposeOptions options;        ///< all of it: with prompt, wishes and rules
  std::vector<steering::Section> form;       ///< of request.form
  std::string style;                         ///< as the model spells it; empty: none was asked for
  std::vector<std::filesystem::path> files;  ///< MIDI, sound and pictures of a piece, before they are numbered()
  std::vector<std::filesystem::path> pages;  ///< each with all pieces
  std::vector<std::uint8_t> prompt_bytes;    ///< of the prompt's file
  std::optional<Tick> prompt_end;            ///< where `prompt_seconds` end it
  evaluation::PassageIndex index;            ///< of request.passages
  bool compares = false;                     ///< whether the page looks for copies in `index`
  std::vector<std::string> notes;            ///< for the user: what reading the prompt repaired
};

/// Throws Error: outputs that cannot be written or would overwrite an input, a label that the model does not have,
/// wishes that contradict each other, a prompt or a collection that cannot be read, a model of sound; Interrupted.
/// Nothing is written.
ComposeTask prepare(ComposeRequest request, const weights::ModelFile& file, const ProgressSink& progress = {},
                    const std::stop_token& stop = {});

struct WrittenPiece {
  std::vector<std::filesystem::path> files;
  bool silent = false, clipped = false;  ///< of the sound, where there is one
  /// The prompt's own file could not be kept event for event: notes, controls, tempos, signatures and texts are.
  bool prompt_rewritten = false;
};

/// Writes the files of the piece at `index` of request.count. Throws Error; Interrupted.
WrittenPiece write_piece(const ComposeTask& task, std::size_t index, const generation::Composition& piece,
                         const ProgressSink& progress = {}, const std::stop_token& stop = {});

/// Called while compose_files() works; each may be null. One call at a time.
struct ComposeObserver {
  std::function<void(std::size_t index, const generation::Composition& piece)> composed;  ///< before it is written
  std::function<void(std::size_t index, const WrittenPiece& written)> written;
  /// What a page says of copies in the piece, in short.
  std::function<void(std::size_t index, const std::string& originality)> compared;
  std::function<void(const std::filesystem::path& page)> page;
};

struct ComposeSummary {
  std::size_t pieces = 0;      ///< asked for
  std::size_t finished = 0;    ///< and written
  std::size_t unfinished = 0;  ///< written as they were when a stop was requested
  std::size_t symbols = 0;     ///< of those written, chosen by the model
  double music_seconds = 0;    ///< of those written
  double seconds = 0;          ///< that composing took, without writing
  bool stopped = false;
};

/// Composes every piece, then writes their files in order, then the pages (none after a stop). A stop while pieces are
/// composed throws nothing: what is finished is written, the rest as keep_unfinished says. Throws Error; Interrupted
/// when stopped while a sound is rendered.
ComposeSummary compose_files(const ComposeTask& task, const ComposeObserver& observer = {},
                             const ProgressSink& progress = {}, const std::stop_token& stop = {});

/// "default, seed 7, piece 3": the model by its own name, or its folder's where it is "best" or "last".
std::string title_of(const ComposeRequest& request, std::size_t index);
/// The number, from 1 on, of the piece at `index` of what is composed.
std::size_t number_of(const ComposeRequest& request, std::size_t index);

/// A MIDI file; a note for the user for each thing that reading repaired. Throws Error.
Score read_prompt_file(const std::filesystem::path& path, std::vector<std::string>& notes);

/// Takes the pages out of `outputs`; they and request.report are the result, each once. Throws Error where there are
/// pages although the request wants none, and where the report is no page.
std::vector<std::filesystem::path> take_pages(std::vector<std::filesystem::path>& outputs,
                                              const ComposeRequest& request);

/// Throws Error where a file of `outputs`, of any piece, or a page cannot be written or would overwrite an input.
void check_written(const ComposeRequest& request, const std::vector<std::filesystem::path>& outputs,
                   const std::vector<std::filesystem::path>& pages = {});

}  // namespace continuo::workbench
