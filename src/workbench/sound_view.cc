// Sounds in words, and the page of composed sounds.
#include "continuo/workbench/sound_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "continuo/audio/encode.h"
#include "continuo/base/file.h"
#include "continuo/base/format.h"
#include "continuo/base/hash.h"
#include "continuo/plot/sound.h"
#include "continuo/workbench/piece_view.h"

namespace continuo::workbench {
namespace {

using page::Inline;
using page::Page;

constexpr double kMaxSecondsOfOne = 180;
constexpr double kMaxSecondsOfAll = 1200;

page::Media picture_of(const audio::Overview& overview, const std::string& title) {
  page::Media picture{.type = "image/png", .name = "sound.png"};
  plot::sound_sheet(plot::Target(".png", picture.bytes), overview, {.title = title, .width = 1200, .height = 645});
  return picture;
}

Inline player(const SoundOnPage& piece) {
  Inline line;
  if (piece.sound.bytes.empty()) return line;
  line.audio(piece.sound, piece.title);
  if (piece.seconds > piece.sound_seconds + 0.01)
    line.text(fmt::format(" Heard: the first {:g} s.", piece.sound_seconds));
  return line;
}

std::string facts_of_sound(const SoundOnPage& piece) {
  return fmt::format("{} of sound; {}", format_duration(piece.seconds), listening_in_words(piece.heard));
}

/// The large picture, what is odd, and how to make it again.
void about(Page& page, const SoundOnPage& piece) {
  for (const std::string& remark : piece.remarks) page.note(remark);
  if (!piece.picture.bytes.empty())
    page.picture(piece.picture, "Waveform and spectrogram of " + piece.title,
                 "The waveform, and below it how strong which frequencies are, over the same seconds.");
}

page::Table settings_of(const ComposeRequest& request) {
  page::Table table{.header = {"setting", "value"}};
  const auto row = [&](const char* name, const std::string& value) { table.rows.push_back({name, value}); };
  row("program", "Continuo " CONTINUO_VERSION);
  const auto bytes = read_file(request.model);
  row("model", fmt::format("{}, content {}", name_in_page(request.model), content_hash(bytes).substr(0, 12)));
  row("seed", std::to_string(request.compose.seed));
  row("style", request.compose.label.empty() ? "none asked for" : request.compose.label);
  row("begins from", !request.prompt.empty()                                   ? name_in_page(request.prompt)
                     : request.compose.start == generation::StartKind::kRandom ? "a random array"
                                                                               : "silence");
  return table;
}

}  // namespace

std::string listening_in_words(const audio::Listening& heard) {
  return fmt::format("peak {:.2f}, RMS {:.3f}, spectral centroid {:.0f} Hz, {:.0f} % silence, {:.0f} % one period",
                     heard.level.peak, heard.level.rms, heard.centroid_hz, 100 * heard.level.silence_ratio,
                     100 * heard.repeated_period_ratio);
}

double page_sound_seconds(std::size_t pieces) noexcept {
  const std::size_t shown = std::clamp<std::size_t>(pieces, 1, kMaxPagePieces);
  return std::min(kMaxSecondsOfOne, std::floor(kMaxSecondsOfAll / static_cast<double>(shown)));
}

SoundOnPage sound_on_page(std::string title, const audio::Waveform& beginning, const audio::Overview& overview,
                          const audio::Listening& heard) {
  SoundOnPage piece{.title = std::move(title), .seconds = overview.seconds(), .heard = heard};
  if (beginning.frames() == 0) return piece;
  piece.sound = {.type = "audio/mpeg", .bytes = audio::encode_mp3(beginning, 0.6), .name = "piece.mp3"};
  piece.sound_seconds = beginning.seconds();
  piece.picture = picture_of(overview, piece.title);
  piece.remarks = audio::complaints(heard);
  return piece;
}

page::Page sound_page(const ComposeRequest& request, const std::vector<SoundOnPage>& pieces) {
  const bool alone = request.count == 1 && pieces.size() == 1;
  Page page(alone ? pieces.front().title : fmt::format("{} sounds, seed {}", request.count, request.compose.seed),
            {.subtitle = fmt::format("Composed by Continuo with the model {}", request.model.stem().string())});
  if (static_cast<std::size_t>(request.count) > pieces.size())
    page.note(fmt::format("{} of {} sounds. The others, where they were made, are in the files beside this page.",
                          pieces.size(), request.count));
  for (const SoundOnPage& piece : pieces) {
    if (!alone) page.heading(piece.title);
    page.paragraph(Inline().strong(facts_of_sound(piece)));
    page.paragraph(player(piece));
    about(page, piece);
  }
  if (request.command) {
    page.heading("Make it again");
    page.paragraph("With the same model this command writes the same, to the sample:");
    page.code(request.command(0));
  }
  page.heading("Settings");
  page.table(settings_of(request));
  return page;
}

}  // namespace continuo::workbench
