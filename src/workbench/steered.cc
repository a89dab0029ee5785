// What is given and free by the words of the request; the files of the results.
#include "continuo/workbench/steered.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <set>
#include <tuple>
#include <utility>

#include "continuo/base/check_outputs.h"
#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/midi/extend.h"
#include "continuo/midi/midi.h"
#include "continuo/music/time.h"
#include "continuo/representation/labels.h"
#include "continuo/steering/options.h"
#include "continuo/workbench/compose.h"
#include "continuo/workbench/outputs.h"
#include "continuo/workbench/piece_view.h"
#include "workbench/steered_page.h"

namespace continuo::workbench {
namespace {

namespace fs = std::filesystem;

void choose_files(SteeredJob& job) {
  const SteeredRequest& request = job.request;
  const auto kinds = {OutputKind::kMidi, OutputKind::kSound, OutputKind::kPicture, OutputKind::kPage};
  job.files = request.no_page ? named_outputs(request.outputs, kinds, {".mid", ".wav", ".png"})
                              : named_outputs(request.outputs, kinds, {".mid", ".wav", ".png", ".html"});
  std::ranges::copy_if(job.files, std::back_inserter(job.pages), is_page);
  std::erase_if(job.files, is_page);
  if (!request.report.empty()) {
    named_outputs({&request.report, 1}, {OutputKind::kPage});
    if (std::ranges::find(job.pages, request.report) == job.pages.end()) job.pages.push_back(request.report);
  }
  std::vector<fs::path> written = job.pages;
  const auto count = static_cast<int>(request.steering.count);
  for (const auto& file : job.files)
    for (int i = 0; i < count; ++i) written.push_back(numbered(file, i, count));
  check_outputs(written, {request.model, request.piece, request.render.soundfont});
  if (!job.pages.empty() || std::ranges::any_of(job.files, is_sound)) audio::check(request.render);
}

steering::Outline outline_of(const SteeredRequest& request, int given_bars) {
  const auto [first, last] =
      request.bars.empty() ? std::pair(1, std::max(1, given_bars)) : steering::span_from_text(request.bars, "bars");
  const auto tracks =
      request.tracks.empty() ? std::vector<int>() : steering::numbers_from_text(request.tracks, "tracks");
  const steering::Wishes& wishes = request.steering.wishes;
  switch (request.task) {
    case SteeredTask::kInfill:
    case SteeredTask::kVary:
      return steering::gap(first, last, tracks);
    case SteeredTask::kAccompany: {
      if (wishes.programs.empty() && !wishes.drums)
        throw Error({.message = "no instrument is named that accompanies",
                     .hint = "Name one or several, such as piano.",
                     .code = ErrorCode::kInvalidArgument,
                     .about = "instruments"});
      steering::Outline outline = steering::accompaniment(last, wishes.programs, wishes.drums);
      outline.free.front().first_bar = first;
      return outline;
    }
    case SteeredTask::kCompose:
      return steering::continuation(given_bars, request.new_bars);
  }
  return {};
}

/// New music behind or beside a file whose events all stay is written into that file.
std::optional<std::vector<std::uint8_t>> extended(const SteeredJob& job, const steering::Result& result) {
  const bool replaces = job.request.task == SteeredTask::kInfill || job.request.task == SteeredTask::kVary;
  if (job.request.piece.empty() || replaces) return std::nullopt;
  return midi::extend(read_file(job.request.piece), {result.score, result.added});
}

}  // namespace

Score rest_of(const SteeredJob& job) {
  const steering::Request& run = job.request.steering;
  return steering::without_free(run.outline, run.given, run.wishes.amount, run.seed);
}

std::vector<std::vector<bool>> new_notes_of(const Score& score, const Score& rest) {
  using Key = std::tuple<int, bool, Tick, int>;
  std::multiset<Key> known;
  for (const Track& track : rest.tracks)
    for (const Note& note : track.notes) known.emplace(track.program, track.is_drums(), note.onset, note.pitch);
  std::vector<std::vector<bool>> fresh;
  for (const Track& track : score.tracks) {
    fresh.emplace_back();
    for (const Note& note : track.notes) {
      const auto at = known.find({track.program, track.is_drums(), note.onset, note.pitch});
      fresh.back().push_back(at == known.end());
      if (at != known.end()) known.erase(at);
    }
  }
  return fresh;
}

SteeredJob prepare(SteeredRequest request, const weights::ModelFile& file) {
  SteeredJob job{.request = std::move(request)};
  choose_files(job);
  SteeredRequest& asked = job.request;
  job.model = loaded::LoadedModel::from(file, asked.model, asked.engine);
  steering::Request& run = asked.steering;
  run.sampling = generation::with_defaults(run.sampling, generation::sampling_of(file), asked.asked);
  const auto& labels = job.model.representation->spec().labels;
  if (!run.label.empty()) job.style = labels.at(representation::find_label(labels, run.label));
  steering::add_words(asked.words, run.wishes);
  if (!asked.piece.empty()) run.given = read_prompt_file(asked.piece, job.notes);
  if (asked.task != SteeredTask::kCompose && note_count(run.given) == 0)
    throw Error({.message = "has no notes", .path = asked.piece.string(), .code = ErrorCode::kEmpty});
  run.outline = outline_of(asked, steering::bars_of(run.given));
  if (asked.task == SteeredTask::kVary && run.wishes.keep == steering::Keep::kNothing && run.wishes.amount >= 1 &&
      run.wishes.differ == 0)
    throw Error({.message = "nothing says what of it stays",
                 .hint = "Keep the rhythm, the contour or the pitches, or write only a share of the notes anew.",
                 .code = ErrorCode::kInvalidArgument,
                 .about = "keep"});
  run.count = std::max<std::size_t>(1, run.count);
  run.particles = std::max(run.particles, run.count);
  return job;
}

SteeredFiles steer_files(const SteeredJob& job, const ProgressSink& progress, const std::stop_token& stop) {
  const auto begun = std::chrono::steady_clock::now();
  SteeredFiles done;
  done.results = steering::steer(job.model, job.request.steering, progress, stop);
  done.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  const auto count = static_cast<int>(done.results.size());
  for (int i = 0; i < count; ++i) {
    const steering::Result& result = done.results[static_cast<std::size_t>(i)];
    std::vector<fs::path> paths;
    const auto asked = static_cast<int>(job.request.steering.count);
    for (const auto& file : job.files) paths.push_back(numbered(file, i, asked));
    done.files.push_back(paths);
    if (const auto bytes = extended(job, result)) {
      for (const auto& path : paths)
        if (is_midi(path)) write_file_atomically(path, *bytes);
      std::erase_if(paths, is_midi);
    }
    write_score(result.score, paths, job.request.render, steered_roll(job, result, title_of(job, i)), progress, stop);
  }
  if (!job.pages.empty()) {
    const page::Page page = steered_page(job, done.results, progress, stop);
    for (const auto& path : job.pages) page.write(path);
  }
  return done;
}

std::string fit_in_words(const steering::Result& result, std::size_t particles) {
  std::string text;
  if (result.joint_bits > 0) {
    text = fmt::format("bars after the gap: {:.1f} bits with this version, {:.1f} on average", result.joint_bits,
                       result.plain_joint_bits);
    if (result.true_joint_bits) text += fmt::format(", {:.1f} with the original", *result.true_joint_bits);
    text += "; ";
  }
  return text + fmt::format("effective sample size {:.1f} of {} (lowest {:.1f})", result.effective_size, particles,
                            result.least_effective_size);
}

}  // namespace continuo::workbench
