// The batch calls for sound: pieces in lock step, their samples handed on as they come.
#include "continuo/generation/compose_sound.h"

#include <mutex>
#include <utility>

#include "continuo/base/error.h"
#include "continuo/loaded/loaded_model.h"
#include "generation/lock_step.h"
#include "generation/sound_piece.h"

namespace continuo::generation {
namespace {

using representation::Steps;

constexpr double kMaxSeconds = 1e6;

/// Steps of all pieces together; any thread may count.
class SoundProgress {
 public:
  SoundProgress(const ProgressSink& sink, std::uint64_t total, bool frames)
      : sink_(sink), total_(total), unit_(frames ? "frames" : "samples") {}

  void count(std::uint64_t steps) {
    if (!sink_ || steps == 0) return;
    const std::scoped_lock lock(mutex_);
    done_ += steps;
    sink_({.task = "Composing", .done = done_, .total = total_, .unit = unit_});
  }

 private:
  const ProgressSink& sink_;
  std::uint64_t total_;
  const char* unit_;
  std::mutex mutex_;
  std::uint64_t done_ = 0;
};

/// A sound among those of a batch.
class BatchSound {
 public:
  BatchSound(const SoundComposer& composer, const std::shared_ptr<const ComposeSoundOptions>& options,
             std::size_t number, SampleSink sink, SoundProgress& progress, std::stop_token stop)
      : piece_(composer, options, number),
        number_(number),
        sink_(std::move(sink)),
        progress_(progress),
        stop_(std::move(stop)),
        report_(composer.representation->steps() == Steps::kFrames ? 16 : kSoundBlock) {}

  std::size_t number() const { return number_; }
  int label() const { return piece_.label(); }
  void hear(std::span<const float> output) { piece_.hear(output); }
  SoundComposition result() const { return piece_.result(handed_on_); }

  bool next(Feed& feed, const PieceNetwork& /*network*/) {
    const StepResult result = stop_.stop_requested() ? StepResult::kStopped : piece_.advance(feed);
    if (finished(result)) {
      progress_.count(piece_.steps() % report_);
      piece_.finish();
      hand_on(0);
      return false;
    }
    hand_on(kSoundBlock);
    if (result == StepResult::kSymbol && piece_.steps() % report_ == 0) progress_.count(report_);
    return true;
  }

 private:
  void hand_on(std::size_t at_least) {
    auto& samples = piece_.samples();
    if (samples.empty() || samples.size() < at_least) return;
    handed_on_ += samples.size();
    sink_(samples);
    samples.clear();
  }

  SoundPiece piece_;
  std::size_t number_;
  SampleSink sink_;
  SoundProgress& progress_;
  std::stop_token stop_;
  std::uint64_t report_;  ///< steps between two reports of progress
  std::uint64_t handed_on_ = 0;
};

}  // namespace

bool composes_sound(const weights::ModelFile& file) {
  return representation::reads_sound(loaded::representation_of(file, {}).name);
}

SoundComposer SoundComposer::from(const weights::ModelFile& file, const std::filesystem::path& path,
                                  const engine::Options& options) {
  SoundComposer composer;
  composer.representation = representation::make_sound(loaded::representation_of(file, path));
  composer.model = engine::Model::create(file, options);
  const bool frames = composer.representation->steps() == Steps::kFrames;
  if (composer.representation->width() != composer.model->vocabulary_size() ||
      frames != (file.network().output == weights::kReal)) {
    throw Error({.message = "its network has " + std::to_string(composer.model->vocabulary_size()) +
                            (file.network().reads_frames() ? " values a frame" : " classes") + ", its representation " +
                            std::to_string(composer.representation->width()) +
                            (frames ? " values a frame" : " classes"),
                 .path = path.string(),
                 .hint = "The file is damaged or was made by another version.",
                 .code = ErrorCode::kMismatch});
  }
  return composer;
}

void check_lengths(const ComposeSoundOptions& options) {
  if (!(options.seconds > 0 && options.seconds <= kMaxSeconds))
    throw Error(ErrorCode::kInvalidArgument, "the length in seconds must be above 0 and at most 1,000,000");
}

void compose_sounds(const SoundComposer& composer, const ComposeSoundOptions& options, std::size_t count, int threads,
                    const SoundSinkMaker& begin, const SoundTaker& end, const ProgressSink& progress,
                    const std::stop_token& stop) {
  check_lengths(options);
  const bool frames = composer.representation->steps() == Steps::kFrames;
  SoundProgress all(progress, count * SoundPiece::steps_of(composer, options), frames);
  const auto shared_options = std::make_shared<const ComposeSoundOptions>(options);
  compose_all<BatchSound>(
      *composer.model, frames, count, threads, stop,
      [&](std::size_t i, const std::stop_token& stopped) -> std::unique_ptr<BatchSound> {
        if (stopped.stop_requested()) return nullptr;
        return std::make_unique<BatchSound>(composer, shared_options, i, begin(i), all, stopped);
      },
      [&](BatchSound& sound) { end(sound.number(), sound.result()); });
}

SoundComposition compose_sound(const SoundComposer& composer, const ComposeSoundOptions& options,
                               const SampleSink& sink, const ProgressSink& progress, const std::stop_token& stop) {
  SoundComposition result{.interrupted = true};
  compose_sounds(
      composer, options, 1, 1, [&](std::size_t) { return sink; },
      [&](std::size_t, SoundComposition&& piece) { result = std::move(piece); }, progress, stop);
  return result;
}

}  // namespace continuo::generation
