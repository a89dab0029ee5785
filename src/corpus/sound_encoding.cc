// Pieces are encoded in any order into unnamed files and copied into the dataset in the order of their names.
#include "corpus/sound_encoding.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

#include "continuo/audio/prepared_sound.h"
#include "continuo/audio/sound_source.h"
#include "continuo/base/error.h"
#include "continuo/base/hash.h"
#include "continuo/base/parallel.h"
#include "corpus/sound_file.h"

namespace continuo::corpus {
namespace {

namespace fs = std::filesystem;
using representation::FrameStatistics;
using representation::RepresentationSpec;
using representation::SoundRepresentation;
using representation::SoundSteps;

/// FluidSynth does not filter what lies above half its rate: it renders at the rate of the SoundFonts' own samples, and
/// the resampler goes down from there.
constexpr int kRenderRate = 44'100;
constexpr const char* kPreparation = "rendered at 44100, -18 LUFS, trimmed at -60 dB, 1";
constexpr std::size_t kCopyBytes = std::size_t{1} << 20;

/// The steps of one piece until it is their turn.
struct Encoded {
  ScratchFile steps;
  double seconds;
};

std::vector<std::uint8_t> packed(const SoundSteps& steps, StepKind kind) {
  if (kind == StepKind::kNarrow) return {steps.symbols.begin(), steps.symbols.end()};
  const auto bytes = kind == StepKind::kWide ? bytes_of(std::span(steps.symbols)) : bytes_of(std::span(steps.frames));
  return {bytes.begin(), bytes.end()};
}

std::unique_ptr<audio::SoundSource> source_of(const Piece& piece, const fs::path& soundfont,
                                              const std::stop_token& stop) {
  if (!piece.sound)
    return audio::open_score(score_of(piece), {.soundfont = soundfont, .sample_rate = kRenderRate}, stop);
  if (hash_of_file(piece.path, stop) != piece.hash)
    throw Error({.message = "has changed since the collection was read",
                 .path = piece.path.string(),
                 .hint = "Run the command again.",
                 .code = ErrorCode::kMismatch});
  return audio::open_file(piece.path);
}

/// Hands the piece block by block to `take`. False for silence.
bool play(audio::PreparedSound& sound, const std::stop_token& stop,
          const std::function<void(std::span<const float>)>& take) {
  std::vector<float> block;
  if (sound.samples() == 0) return false;
  while (sound.next(block)) {
    if (stop.stop_requested()) throw Interrupted("stopped while encoding sound");
    take(block);
  }
  return true;
}

Encoded encode_piece(audio::PreparedSound& sound, const SoundRepresentation& representation, const fs::path& scratch,
                     const std::stop_token& stop) {
  Encoded encoded{.steps = ScratchFile(scratch), .seconds = sound.seconds()};
  const StepKind kind = step_kind(representation);
  const auto encoder = representation.encoder();
  SoundSteps steps;
  const auto keep = [&] {
    encoded.steps.append(packed(steps, kind));
    steps.symbols.clear();
    steps.frames.clear();
  };
  const bool heard = play(sound, stop, [&](std::span<const float> block) {
    encoder->push(block, steps);
    keep();
  });
  if (heard) encoder->finish(steps);
  keep();
  return encoded;
}

/// A piece while the statistics of all are not known: its samples, and what it adds to them.
struct Heard {
  ScratchFile samples;
  FrameStatistics statistics;
  double seconds;
};

Heard hear_piece(audio::PreparedSound& sound, const SoundRepresentation& representation, bool learned,
                 const fs::path& scratch, const std::stop_token& stop) {
  Heard heard{.samples = ScratchFile(scratch),
              .statistics = FrameStatistics(representation.width()),
              .seconds = sound.seconds()};
  const auto encoder = representation.encoder();
  SoundSteps steps;
  const auto learn = [&] {
    heard.statistics.add(steps.frames);
    steps.frames.clear();
  };
  const bool any = play(sound, stop, [&](std::span<const float> block) {
    heard.samples.append(bytes_of(block));
    if (!learned) return;
    encoder->push(block, steps);
    learn();
  });
  if (any && learned) encoder->finish(steps);
  learn();
  return heard;
}

/// Prepares the sound of each task on every core, makes something of it with `make`, and gives that to `take` in the
/// order of the tasks.
template <class Made, class Make, class Take>
void in_order(const std::vector<Task>& tasks, int sample_rate, const fs::path& soundfont, const fs::path& scratch,
              const ProgressSink& progress, std::stop_token stop, const Make& make, const Take& take) {
  std::mutex mutex;
  std::vector<std::optional<Made>> waiting(tasks.size());
  std::size_t taken = 0;
  double done = 0, total = 0;
  for (const Task& task : tasks) total += task.piece->seconds;
  parallel_for(
      tasks.size(), 0,
      [&](std::size_t i) {
        const auto source = source_of(*tasks[i].piece, soundfont, stop);
        audio::PreparedSound sound(*source, {.sample_rate = sample_rate}, scratch, stop);
        Made made = make(tasks[i], sound);
        const std::scoped_lock lock(mutex);
        waiting[i].emplace(std::move(made));
        for (; taken < tasks.size() && waiting[taken]; ++taken) {
          take(tasks[taken], *waiting[taken]);
          waiting[taken].reset();
        }
        done += tasks[i].piece->seconds;
        if (progress)
          progress({.task = "Encoding sound",
                    .done = static_cast<std::uint64_t>(std::lround(std::min(done, total))),
                    .total = static_cast<std::uint64_t>(std::lround(total)),
                    .unit = "seconds of music"});
      },
      stop);
}

/// `file` from `begin` to `end`, a megabyte at a time.
void copy(const ScratchFile& file, std::uint64_t begin, std::uint64_t end,
          const std::function<void(std::span<const std::uint8_t>)>& take) {
  std::vector<std::uint8_t> buffer;
  for (std::uint64_t at = begin; at < end; at += buffer.size()) {
    buffer.resize(static_cast<std::size_t>(std::min<std::uint64_t>(kCopyBytes, end - at)));
    file.read(at, buffer);
    take(buffer);
  }
}

/// Learns the statistics from the training part and keeps every piece's samples on the way, 4 bytes each, so that no
/// sound is decoded or rendered twice; then encodes them. Returns the pieces written.
std::size_t encode_fitted(const std::vector<Task>& tasks, const RepresentationSpec& spec, const fs::path& soundfont,
                          const fs::path& path, const ProgressSink& progress, const std::stop_token& stop) {
  struct SampleRange {
    std::uint64_t begin, end;  ///< bytes
    double seconds;
  };
  const auto raw = representation::make_sound(spec);
  const fs::path scratch = path.parent_path();
  ScratchFile samples(scratch);
  std::vector<SampleRange> ranges;
  FrameStatistics statistics(raw->width());
  in_order<Heard>(
      tasks, raw->sample_rate(), soundfont, scratch, progress, stop,
      [&](const Task& task, audio::PreparedSound& sound) {
        return hear_piece(sound, *raw, task.part == Part::kTrain, scratch, stop);
      },
      [&](const Task&, const Heard& heard) {
        const std::uint64_t begin = samples.size();
        copy(heard.samples, 0, heard.samples.size(),
             [&](std::span<const std::uint8_t> bytes) { samples.append(bytes); });
        ranges.push_back({begin, samples.size(), heard.seconds});
        statistics.merge(heard.statistics);
      });
  if (statistics.frames() == 0)
    throw Error({.message = "no piece that can be heard is left to learn the statistics of '" + spec.name + "' from",
                 .hint = "Loosen the filters or enlarge the training part.",
                 .code = ErrorCode::kEmpty});
  RepresentationSpec fitted = raw->spec();
  fitted.statistics = statistics.values();
  const auto representation = representation::make_sound(fitted);
  DatasetFileWriter writer(path, step_kind(*representation), static_cast<std::uint32_t>(representation->width()));
  std::size_t pieces = 0;
  std::vector<float> block;
  SoundSteps steps;
  const auto write = [&] {
    writer.append(bytes_of(std::span<const float>(steps.frames)));
    steps.frames.clear();
  };
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    if (ranges[i].begin == ranges[i].end) continue;
    const auto encoder = representation->encoder();
    copy(samples, ranges[i].begin, ranges[i].end, [&](std::span<const std::uint8_t> bytes) {
      if (stop.stop_requested()) throw Interrupted("stopped while encoding sound");
      block.resize(bytes.size() / sizeof(float));
      std::memcpy(block.data(), bytes.data(), bytes.size());
      encoder->push(block, steps);
      write();
    });
    encoder->finish(steps);
    write();
    writer.end_piece(tasks[i], ranges[i].seconds);
    ++pieces;
    if (progress) progress({.task = "Normalising frames", .done = i + 1, .total = tasks.size(), .unit = "pieces"});
  }
  if (pieces > 0) writer.finish(representation->spec());
  return pieces;
}

/// Encodes with what is known before. Returns the pieces written.
std::size_t encode_fixed(const std::vector<Task>& tasks, const RepresentationSpec& spec, const fs::path& soundfont,
                         const fs::path& path, const ProgressSink& progress, const std::stop_token& stop) {
  const auto representation = representation::make_sound(spec);
  const fs::path scratch = path.parent_path();
  DatasetFileWriter writer(path, step_kind(*representation), static_cast<std::uint32_t>(representation->width()));
  std::size_t pieces = 0;
  in_order<Encoded>(
      tasks, representation->sample_rate(), soundfont, scratch, progress, stop,
      [&](const Task&, audio::PreparedSound& sound) { return encode_piece(sound, *representation, scratch, stop); },
      [&](const Task& task, const Encoded& encoded) {
        if (encoded.steps.size() == 0) return;
        copy(encoded.steps, 0, encoded.steps.size(),
             [&](std::span<const std::uint8_t> bytes) { writer.append(bytes); });
        writer.end_piece(task, encoded.seconds);
        ++pieces;
      });
  if (pieces > 0 || tasks.empty()) writer.finish(representation->spec());
  return pieces;
}

}  // namespace

std::string sound_mark(const RepresentationSpec& spec, const fs::path& soundfont) {
  const auto representation = representation::make_sound(spec);
  std::vector<float> probe;
  probe.reserve(4000);
  for (int i = 0; i < 4000; ++i)  // a sawtooth that rises and falls
    probe.push_back(static_cast<float>((i % 37) / 18.0 - 1) * static_cast<float>(i % 2000) / 2000);
  SoundSteps steps;
  const auto encoder = representation->encoder();
  encoder->push(probe, steps);
  encoder->finish(steps);
  return content_hash(packed(steps, step_kind(*representation))) + " " + kPreparation + " " +
         (soundfont.empty() ? "" : hash_of_file(soundfont, {}) + " " + audio::synthesizer());
}

void encode_sound(const std::vector<Task>& tasks, const RepresentationSpec& spec, const fs::path& soundfont,
                  const fs::path& path, const ProgressSink& progress, std::stop_token stop) {
  const bool fitting = representation::needs_fitting(spec.name) && spec.statistics.empty();
  const std::size_t pieces = fitting && !tasks.empty() ? encode_fitted(tasks, spec, soundfont, path, progress, stop)
                                                       : encode_fixed(tasks, spec, soundfont, path, progress, stop);
  if (pieces == 0 && !tasks.empty())
    throw Error({.message = "every piece is silent",
                 .hint = "Another SoundFont may have the instruments.",
                 .code = ErrorCode::kEmpty});
}

}  // namespace continuo::corpus
