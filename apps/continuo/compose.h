// What `continuo compose` was asked for, and its two halves: models that write scores and models that write sound.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "continuo/audio/prepared_sound.h"
#include "continuo/audio/render.h"
#include "continuo/engine/engine.h"
#include "continuo/generation/compose.h"
#include "continuo/workbench/passages.h"

namespace continuo::app {

struct ComposeOptions {
  std::filesystem::path model;
  std::vector<std::filesystem::path> outputs;
  generation::ComposeOptions compose;
  std::filesystem::path prompt;
  double prompt_seconds = 0;               ///< only so much of the prompt; 0: all
  std::vector<std::uint8_t> prompt_bytes;  ///< of a MIDI file
  std::optional<Tick> prompt_end;          ///< where prompt_seconds end it
  int count = 1;
  int threads = 0;
  bool keep_unfinished = false;  ///< after Ctrl-C, write what there is of the pieces that are not finished
  audio::RenderOptions render;
  engine::Options engine;
  std::string key, metre, tempo;         ///< as the user wrote them; empty: not asked for
  std::vector<std::string> instruments;  ///< names, programs, or "drums"
  std::size_t max_copy = 0;              ///< 0: not asked for
  workbench::PassageOptions passages;
  std::filesystem::path report;  ///< a page of this name; empty: none
  bool no_page = false;
  int piece = 0;                   ///< only this one of the pieces that --count would give, from 1 on; 0: all
  std::vector<std::string> words;  ///< of the command that makes the same pieces, without files to write
  std::string style;               ///< the label that was asked for, as the model spells it; empty: none
};

void compose_scores(ComposeOptions& options, const weights::ModelFile& file);
void compose_sounds(const ComposeOptions& options, const weights::ModelFile& file);

/// A page with each piece to hear and see, what it is, and the command that makes it again; where a collection was
/// given, also what of it stands there. Sounds and pictures are limited so that a page stays below some 25 MB.
void write_compose_page(const std::filesystem::path& path, const ComposeOptions& options,
                        const std::vector<generation::Composition>& pieces, const evaluation::PassageIndex* index);

/// The number, from 1 on, of the piece at `index` of what was composed.
std::size_t number_of(const ComposeOptions& options, std::size_t index);
/// What to type for the same pieces; `piece` above 0: for that one of several. In a page absolute paths lose their
/// folders.
std::string command_of(const ComposeOptions& options, std::size_t piece, bool in_page = true);
/// The options of a command that were given, as words, but for those that change nothing of the music: files to write,
/// threads, caches.
std::vector<std::string> words_of(const CLI::App& command, std::uint64_t seed);

/// Throws Error where a file of `outputs`, of any piece, or a page cannot be written or would overwrite an input.
void check_written(const ComposeOptions& options, const std::vector<std::filesystem::path>& outputs,
                   const std::vector<std::filesystem::path>& pages = {});

/// How to make a composition again: the model by its own name, or its folder's where it is "best" or "last", and seed.
std::string title_of(const ComposeOptions& options, int index);
/// A MIDI file, with what its reader repaired printed.
Score read_score(const std::filesystem::path& path);

}  // namespace continuo::app
