// What is shown of a sound: in words, and on the page of what a model of sound composed.
#pragma once

#include <string>
#include <vector>

#include "continuo/audio/listen.h"
#include "continuo/audio/overview.h"
#include "continuo/page/page.h"
#include "continuo/workbench/compose.h"

namespace continuo::workbench {

/// "peak 0.88, RMS 0.084, spectral centroid 812 Hz, 2 % silence, 11 % one period".
std::string listening_in_words(const audio::Listening& heard);

/// One piece of sound as a page holds it.
struct SoundOnPage {
  std::string title;
  double seconds = 0;
  audio::Listening heard;
  page::Media sound;  ///< its first `sound_seconds`; empty where nothing was written
  double sound_seconds = 0;
  page::Media picture;  ///< waveform above spectrogram
  std::vector<std::string> remarks;
};

/// How much of each of so many pieces a page can hold, in seconds, and of how many pieces.
double page_sound_seconds(std::size_t pieces) noexcept;
inline constexpr std::size_t kMaxPagePieces = 48;

/// MP3 and PNG. `beginning`: the first page_sound_seconds().
SoundOnPage sound_on_page(std::string title, const audio::Waveform& beginning, const audio::Overview& overview,
                          const audio::Listening& heard);

/// The pieces to hear and see (of many the first kMaxPagePieces), what they are, and how to make them again.
page::Page sound_page(const ComposeRequest& request, const std::vector<SoundOnPage>& pieces);

}  // namespace continuo::workbench
