// Composing with a model of sound: files grow while the network writes, so that no length needs memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "continuo/audio/listen.h"
#include "continuo/generation/compose_sound.h"
#include "continuo/workbench/compose.h"

namespace continuo::workbench {

struct WrittenSound {
  std::vector<std::filesystem::path> files;
  generation::SoundComposition piece;
  audio::Listening heard;  ///< the piece by numbers
};

struct SoundSummary {
  std::size_t pieces = 0;                    ///< asked for
  std::size_t written = 0;                   ///< whole or in part
  double sound_seconds = 0;                  ///< of what is new
  double seconds = 0;                        ///< that all of it took
  bool stopped = false;                      ///< a piece was stopped before its end, or never begun
  std::vector<std::string> notes;            ///< for the user: what reading the prompt repaired
  std::vector<std::filesystem::path> pages;  ///< written, each with all pieces
};

/// `written` is called for each piece as its files are finished, one at a time. A stop throws nothing: a piece that
/// was begun keeps what it has, and the page has what there is. Throws Error: what only notes have (a key, bars, a
/// grammar), outputs, prompt.
SoundSummary compose_sounds(const ComposeRequest& request, const weights::ModelFile& file,
                            const std::function<void(std::size_t index, const WrittenSound& written)>& written = {},
                            const ProgressSink& progress = {}, const std::stop_token& stop = {});

}  // namespace continuo::workbench
