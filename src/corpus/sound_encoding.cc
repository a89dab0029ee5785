// Pieces are encoded in any order into unnamed files and copied into the dataset in the order of their names.
#include "corpus/sound_encoding.h"

#include <algorithm>
#include <cmath>
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
using representation::RepresentationSpec;
using representation::SoundRepresentation;
using representation::SoundSteps;
using representation::Steps;

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
  if (!piece.sound) return audio::open_score(score_of(piece), {.soundfont = soundfont, .sample_rate = kRenderRate});
  if (hash_of_file(piece.path, stop) != piece.hash)
    throw Error({.message = "has changed since the collection was read",
                 .path = piece.path.string(),
                 .hint = "Run the command again."});
  return audio::open_file(piece.path);
}

Encoded encode_piece(const Piece& piece, const SoundRepresentation& representation, const fs::path& soundfont,
                     const fs::path& scratch, const std::stop_token& stop) {
  const auto source = source_of(piece, soundfont, stop);
  audio::PreparedSound sound(*source, {.sample_rate = representation.sample_rate()}, scratch, stop);
  Encoded encoded{.steps = ScratchFile(scratch), .seconds = sound.seconds()};
  if (sound.samples() == 0) return encoded;
  const StepKind kind = step_kind(representation);
  const auto encoder = representation.encoder();
  std::vector<float> block;
  SoundSteps steps;
  const auto keep = [&] {
    encoded.steps.append(packed(steps, kind));
    steps.symbols.clear();
    steps.frames.clear();
  };
  while (sound.next(block)) {
    if (stop.stop_requested()) throw Interrupted("stopped while encoding sound");
    encoder->push(block, steps);
    keep();
  }
  encoder->finish(steps);
  keep();
  return encoded;
}

}  // namespace

StepKind step_kind(const SoundRepresentation& representation) {
  if (representation.steps() == Steps::kFrames) return StepKind::kFrame;
  return representation.width() <= 256 ? StepKind::kNarrow : StepKind::kWide;
}

std::string sound_mark(const RepresentationSpec& spec, const fs::path& soundfont) {
  const auto representation = representation::make_sound(spec);
  std::vector<float> touchstone;
  touchstone.reserve(4000);
  for (int i = 0; i < 4000; ++i)  // a sawtooth that rises and falls
    touchstone.push_back(static_cast<float>((i % 37) / 18.0 - 1) * static_cast<float>(i % 2000) / 2000);
  SoundSteps steps;
  const auto encoder = representation->encoder();
  encoder->push(touchstone, steps);
  encoder->finish(steps);
  return content_hash(packed(steps, step_kind(*representation))) + " " + kPreparation + " " +
         (soundfont.empty() ? "" : hash_of_file(soundfont, {}));
}

void encode_sound(const std::vector<Task>& tasks, const RepresentationSpec& spec, const fs::path& soundfont,
                  const fs::path& path, const ProgressSink& progress, std::stop_token stop) {
  const auto representation = representation::make_sound(spec);
  const fs::path scratch = path.parent_path();
  DatasetFileWriter writer(path, step_kind(*representation), static_cast<std::uint32_t>(representation->width()));
  std::mutex mutex;
  std::vector<std::optional<Encoded>> waiting(tasks.size());
  std::size_t written = 0, pieces = 0;
  double done = 0, total = 0;
  for (const Task& task : tasks) total += task.piece->seconds;
  std::vector<std::uint8_t> buffer;
  const auto write = [&](const Task& task, const Encoded& encoded) {
    if (encoded.steps.size() == 0) return;
    for (std::uint64_t at = 0; at < encoded.steps.size(); at += buffer.size()) {
      buffer.resize(static_cast<std::size_t>(std::min<std::uint64_t>(kCopyBytes, encoded.steps.size() - at)));
      encoded.steps.read(at, buffer);
      writer.append(buffer);
    }
    writer.end_piece(task, encoded.seconds);
    ++pieces;
  };
  parallel_for(
      tasks.size(), 0,
      [&](std::size_t i) {
        Encoded encoded = encode_piece(*tasks[i].piece, *representation, soundfont, scratch, stop);
        const std::scoped_lock lock(mutex);
        waiting[i].emplace(std::move(encoded));
        for (; written < tasks.size() && waiting[written]; ++written) {
          write(tasks[written], *waiting[written]);
          waiting[written].reset();
        }
        done += tasks[i].piece->seconds;
        if (progress)
          progress({.task = "Encoding sound",
                    .done = static_cast<std::uint64_t>(std::lround(std::min(done, total))),
                    .total = static_cast<std::uint64_t>(std::lround(total)),
                    .unit = "seconds of music"});
      },
      stop);
  if (pieces == 0 && !tasks.empty())
    throw Error({.message = "every piece is silent", .hint = "Another SoundFont may have the instruments."});
  writer.finish(representation->spec());
}

}  // namespace continuo::corpus
