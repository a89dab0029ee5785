// What was given, what was asked for, and how well it fitted.
#include "workbench/steered_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "continuo/generation/sampling_settings.h"
#include "continuo/music/excerpt.h"
#include "continuo/music/time.h"
#include "continuo/workbench/page_media.h"
#include "continuo/workbench/piece_view.h"

namespace continuo::workbench {
namespace {

constexpr double kHeardSeconds = 180;  ///< of a result
constexpr int kRollWidth = 1100, kRollHeight = 460;
constexpr double kGivenShade = 0.15, kNewShade = 0.95;

const char* verb_of(SteeredTask task) {
  switch (task) {
    case SteeredTask::kInfill:
      return "Infilled";
    case SteeredTask::kAccompany:
      return "Accompanied";
    case SteeredTask::kVary:
      return "Varied";
    case SteeredTask::kCompose:
      return "Composed";
  }
  return "";
}

std::string free_in_words(const SteeredRequest& request) {
  std::string text;
  for (const auto& span : request.steering.outline.free) {
    text += fmt::format("{}bars {} to {}", text.empty() ? "" : "; ", span.first_bar, span.last_bar);
    if (!request.tracks.empty()) text += fmt::format(" of tracks {}", request.tracks);
  }
  return text;
}

page::Table settings_of(const SteeredJob& job) {
  const steering::Request& run = job.request.steering;
  page::Table table{.header = {"setting", "value"}};
  const auto row = [&](const char* name, const std::string& value) { table.rows.push_back({name, value}); };
  row("program", "Continuo " CONTINUO_VERSION);
  row("model", name_in_page(job.request.model));
  if (!job.request.piece.empty()) row("given", name_in_page(job.request.piece));
  row("written anew", free_in_words(job.request));
  row("wishes", steering::to_json(run.wishes));
  row("style", job.style.empty() ? "none asked for" : job.style);
  row("seed", std::to_string(run.seed));
  row("particles", std::to_string(run.particles));
  row("temperature", generation::temperatures_text(run.sampling));
  row("top-p", fmt::format("{:g}", run.sampling.top_p));
  return table;
}

void show(page::Page& page, const SteeredJob& job, const steering::Result& result, const std::string& title,
          const std::stop_token& stop) {
  page.paragraph(page::Inline().strong(facts_in_short(result.score)));
  const double seconds = duration_seconds(result.score);
  page::Inline line;
  line.audio(sound_of(first_seconds(result.score, kHeardSeconds), job.request.render.soundfont, stop), title)
      .download(midi_of(result.score, title), "MIDI");
  if (seconds > kHeardSeconds) line.text(fmt::format(" Heard: the first {:g} s.", kHeardSeconds));
  page.paragraph(line);
  for (const std::string& warning : result.warnings) page.note(warning);
  plot::PianoRollOptions roll = steered_roll(job, result, title);
  roll.width = kRollWidth;
  roll.height = kRollHeight;
  page.picture(drawn([&](const plot::Target& target) { plot::piano_roll(target, result.score, roll); }),
               "Piano roll of " + title, "Pale: given. Dark: new.");
  page.paragraph("How it fits: " + fit_in_words(result, job.request.steering.particles) + ".");
}

}  // namespace

std::string title_of(const SteeredJob& job, int index) {
  std::string name = job.request.piece.empty() ? job.request.model.stem().string() : job.request.piece.stem().string();
  name += fmt::format(", seed {}", job.request.steering.seed);
  return job.request.steering.count > 1 ? fmt::format("{}, {}", name, index + 1) : name;
}

plot::PianoRollOptions steered_roll(const SteeredJob& job, const steering::Result& result, const std::string& title) {
  plot::PianoRollOptions roll{.title = title, .facts = {key_in_words(result.score)}};
  const steering::Request& run = job.request.steering;
  if (note_count(run.given) == 0) return roll;
  const auto fresh = new_notes_of(result.score, rest_of(job));
  roll.values.names = {{kGivenShade, "given"}, {kNewShade, "new"}};
  for (const auto& track : fresh) {
    roll.values.of_tracks.emplace_back();
    for (const bool is_new : track) roll.values.of_tracks.back().push_back(is_new ? kNewShade : kGivenShade);
  }
  const MeterMap metre(result.score);
  for (const auto& span : run.outline.free)
    if (span.replace) roll.marks.push_back({metre.bar_start(span.first_bar - 1), metre.bar_start(span.last_bar)});
  return roll;
}

page::Page steered_page(const SteeredJob& job, const std::vector<steering::Result>& results,
                        const ProgressSink& progress, const std::stop_token& stop) {
  const std::string given = job.request.piece.empty() ? "" : " around " + name_in_page(job.request.piece);
  page::Page page(
      fmt::format("{} by Continuo", verb_of(job.request.task)),
      {.subtitle = fmt::format("New music{}, with the model {}", given, job.request.model.stem().string())});
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (results.size() > 1) page.heading(fmt::format("Result {}", i + 1));
    show(page, job, results[i], title_of(job, static_cast<int>(i)), stop);
    if (progress) progress({.task = "Page", .done = i + 1, .total = results.size(), .unit = "results"});
  }
  if (!job.request.command.empty()) {
    page.heading("Make it again");
    page.code(job.request.command);
  }
  page.heading("Settings");
  page.table(settings_of(job));
  return page;
}

}  // namespace continuo::workbench
