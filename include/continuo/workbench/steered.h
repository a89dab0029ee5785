// Writing around what is given, as users do it: a request in, new music and its files out, without a screen.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "continuo/audio/render.h"
#include "continuo/base/progress.h"
#include "continuo/engine/engine.h"
#include "continuo/generation/sampling_settings.h"
#include "continuo/generation/wishes.h"
#include "continuo/steering/steer.h"

namespace continuo::workbench {

enum class SteeredTask : std::uint8_t {
  kInfill,     ///< bars, perhaps of some tracks alone, are written anew
  kAccompany,  ///< instruments are written beside all that is given
  kVary,       ///< as kInfill, with what stood there kept in part
  kCompose     ///< new bars, behind a given piece or without one
};

struct SteeredRequest {
  SteeredTask task = SteeredTask::kInfill;
  std::filesystem::path model;
  std::filesystem::path piece;  ///< MIDI file; kCompose: may be empty
  std::string bars;             ///< "5-8"; empty: all that there are
  std::string tracks;           ///< "2,3"; empty: all
  int new_bars = 8;             ///< of kCompose
  generation::WishWords words;  ///< of kAccompany, the instruments that accompany
  steering::Request steering;   ///< its wishes, seed, particles ...; what is given and free is set by prepare()
  generation::Asked asked;      ///< which of its sampling was said; of the rest the model's own counts
  engine::Options engine;

  std::vector<std::filesystem::path> outputs;  ///< a name without extension: every kind of file
  std::filesystem::path report;                ///< one more page; empty: none
  bool no_page = false;
  audio::RenderOptions render;
  std::string command;  ///< what to type for the same again: shown in the page; empty: nothing is shown
};

/// A request of which everything was checked and opened.
struct SteeredJob {
  SteeredRequest request;
  loaded::LoadedModel model;
  std::string style;                         ///< as the model spells it; empty: none was asked for
  std::vector<std::filesystem::path> files;  ///< of a result, before they are numbered()
  std::vector<std::filesystem::path> pages;
  std::vector<std::string> notes;  ///< for the user: what reading the piece repaired
};

/// Throws Error: what the files, the model or the wishes are in the way of. Nothing is written.
SteeredJob prepare(SteeredRequest request, const weights::ModelFile& file);

struct SteeredFiles {
  std::vector<steering::Result> results;
  std::vector<std::vector<std::filesystem::path>> files;  ///< by result
  double seconds = 0;                                     ///< that writing the music took
};

/// Throws Error; Interrupted, and then nothing is written.
SteeredFiles steer_files(const SteeredJob& job, const ProgressSink& progress = {}, const std::stop_token& stop = {});

/// "bars after the gap: 75.2 bits with this version, 93.1 on average; effective sample size 3.1 of 16 (lowest 1.5)":
/// how well the wishes fitted.
std::string fit_in_words(const steering::Result& result, std::size_t particles);

/// What is given: the notes that stay.
Score rest_of(const SteeredJob& job);

/// Which notes of a result are new: of each track, of each note.
std::vector<std::vector<bool>> new_notes_of(const Score& score, const Score& rest);

}  // namespace continuo::workbench
