// The paper's loop over amplitudes (section IV.D), and GRUV's over frames, as a stream.
#include "continuo/generation/compose_sound.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <utility>

#include "continuo/base/error.h"
#include "continuo/generation/compose.h"
#include "continuo/loaded/loaded_model.h"
#include "generation/lock_step.h"
#include "generation/model_parts.h"

namespace continuo::generation {
namespace {

using representation::SoundSteps;
using representation::Steps;
using representation::Symbol;

constexpr std::size_t kBlock = 4096;       // samples handed on at a time
constexpr std::size_t kRemembered = 4096;  // symbols in which a wave without end is looked for
constexpr double kMostSeconds = 1e6;
constexpr double kHardly = 1e-4;  // change of a frame as a share of its power
constexpr double kLongFrame = 1;  // seconds

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

/// One sound in the making: what the network hears, the decoder and the samples that wait go forward together.
class SoundSession {
 public:
  SoundSession(const SoundComposer& composer, const ComposeSoundOptions& options, std::size_t number, SampleSink sink,
               SoundProgress& progress, std::stop_token stop)
      : composer_(composer),
        options_(options),
        number_(number),
        sink_(std::move(sink)),
        progress_(progress),
        stop_(std::move(stop)),
        frames_(composer.representation->steps() == Steps::kFrames),
        width_(static_cast<std::size_t>(composer.representation->width())),
        total_(steps_of(composer, options)),
        report_(frames_ ? 16 : kBlock),
        random_(options.seed, options.stream + number + 1),
        sampler_(options.sampling, frames_ ? 1 : static_cast<std::size_t>(composer.model->vocabulary_size())),
        decoder_(composer.representation->decoder()),
        label_(label_index(composer.representation->spec(), options.label)) {
    switch (options.start) {
      case StartKind::kBeginning:
        given_ = composer.representation->silence();
        break;
      case StartKind::kRandom:
        noise_left_ = random_length(options_.random_length, composer_.model->spec());
        keep_given_ = options.keep_random;
        break;
      case StartKind::kPrompt:
        if (options.prompt.empty())
          throw Error({.message = "the prompt has no sound", .hint = "Give a sound file, or leave the prompt out."});
        encoder_ = composer.representation->encoder();
        keep_given_ = true;
        break;
    }
  }

  static std::uint64_t steps_of(const SoundComposer& composer, const ComposeSoundOptions& options) {
    return static_cast<std::uint64_t>(std::ceil(options.seconds * composer.representation->steps_per_second() - 1e-9));
  }

  std::size_t number() const { return number_; }
  int label() const { return label_; }
  void hear(std::span<const float> output) { output_ = output; }
  SoundComposition& result() { return result_; }

  bool next(Feed& feed, const PieceNetwork& /*network*/) {
    const bool stopped = stop_.stop_requested();
    if (!stopped && has_given()) {
      take(take_given(), keep_given_, feed);
      return true;
    }
    if (stopped || result_.steps == total_) {
      result_.interrupted = result_.steps < total_;
      finish();
      return false;
    }
    take(choose(), true, feed);
    if (++result_.steps % report_ == 0) progress_.count(report_);
    return true;
  }

 private:
  /// A symbol, or a frame that stays where it is.
  struct Step {
    Symbol symbol = 0;
    std::span<const float> frame;
  };

  void take(const Step& step, bool keep, Feed& feed) {
    feed.symbol = step.symbol;
    feed.frame = step.frame;
    if (!keep) return;
    if (frames_)
      decoder_->push_frame(step.frame, samples_);
    else
      decoder_->push({&step.symbol, 1}, samples_);
    hand_on(kBlock);
  }

  Step choose() {
    if (frames_) {
      choose_frame();
      return {.symbol = 0, .frame = next_};
    }
    const Symbol symbol = sampler_.choose(output_, {}, random_);
    if (recent_.size() < kRemembered)
      recent_.push_back(symbol);
    else
      recent_[result_.steps % kRemembered] = symbol;
    return {.symbol = symbol, .frame = {}};
  }

  /// Whether something that the model does not choose comes first; brings the next of it to given_.
  bool has_given() {
    while (at_ == given_.symbols.size() + given_.frames.size()) {
      at_ = 0;
      given_.symbols.clear();
      given_.frames.clear();
      if (noise_left_ > 0) {
        --noise_left_;
        draw_noise();
      } else if (encoder_ == nullptr || !encode_more()) {
        return false;
      }
    }
    return true;
  }

  Step take_given() {
    heard_ = true;
    if (!frames_) return {.symbol = given_.symbols[at_++], .frame = {}};
    const std::size_t from = std::exchange(at_, at_ + width_);
    return {.symbol = 0, .frame = std::span(given_.frames).subspan(from, width_)};
  }

  /// The paper's "random array": uniform over the classes; frames are normal, as those of music are after their
  /// normalisation.
  void draw_noise() {
    if (!frames_) given_.symbols.push_back(static_cast<Symbol>(random_.below(width_)));
    for (std::size_t k = 0; frames_ && k < width_; ++k) given_.frames.push_back(static_cast<float>(random_.normal()));
  }

  /// The next block of the prompt. False when all of it was given.
  bool encode_more() {
    if (prompted_ < options_.prompt.size()) {
      const auto block = std::span(options_.prompt).subspan(prompted_);
      const std::size_t size = std::min(kBlock, block.size());
      encoder_->push(block.first(size), given_);
      prompted_ += size;
      return true;
    }
    if (std::exchange(prompt_ended_, true)) {
      if (heard_) return false;
      given_ = composer_.representation->silence();
      keep_given_ = false;
      return true;
    }
    // A frame that the prompt does not fill would end in silence; only a prompt without a whole frame ends so.
    if (!frames_ || !heard_) encoder_->finish(given_);
    return true;
  }

  void finish() {
    progress_.count(result_.steps % report_);
    decoder_->finish(samples_);
    hand_on(0);
    result_.seconds = static_cast<double>(handed_on_) / composer_.representation->sample_rate();
    if (frames_)
      look_for_one_frame();
    else
      look_for_loops();
  }

  void hand_on(std::size_t at_least) {
    if (samples_.empty() || samples_.size() < at_least) return;
    handed_on_ += samples_.size();
    sink_(samples_);
    samples_.clear();
  }

  /// What the network predicts is the next frame. Counts those that hardly differ (by less than 40 dB below their own
  /// power) from the one before.
  void choose_frame() {
    double power = 0, change = 0;
    for (std::size_t i = 0; i < output_.size(); ++i) {
      const double value = output_[i], before = i < next_.size() ? next_[i] : 0.0;
      power += value * value;
      change += (value - before) * (value - before);
    }
    unchanged_ = change < kHardly * power ? unchanged_ + 1 : 0;
    next_.assign(output_.begin(), output_.end());
  }

  void look_for_one_frame() {
    const double seconds = static_cast<double>(unchanged_) / composer_.representation->steps_per_second();
    if (seconds < kLongFrame) return;
    result_.warnings.push_back("the sound ends in one frame that hardly changes, for " +
                               std::to_string(std::lround(seconds)) +
                               " s; try another start (--start random, --prompt) or a model that was trained longer");
  }

  void look_for_loops() {
    if (recent_.size() < kRemembered) return;
    std::rotate(recent_.begin(), recent_.begin() + static_cast<std::ptrdiff_t>(result_.steps % kRemembered),
                recent_.end());
    const Loop loop = find_loop(recent_, kRemembered / 4);
    if (loop.period == 0 || loop.period * loop.repeats + loop.period < kRemembered) return;
    const std::string what = loop.period == 1 ? "the sound ends in one value that never changes"
                                              : "the sound ends in one wave of " + std::to_string(loop.period) +
                                                    " samples that repeats for ever";
    result_.warnings.push_back(what + (options_.sampling.argmax
                                           ? ": always choosing the most probable value ends so; sample instead "
                                             "(--temperature 1)"
                                           : "; try another --seed, a higher --temperature, or a prompt"));
  }

  const SoundComposer& composer_;
  const ComposeSoundOptions& options_;
  std::size_t number_;
  SampleSink sink_;
  SoundProgress& progress_;
  std::stop_token stop_;
  bool frames_;
  std::size_t width_;
  std::uint64_t total_;
  std::uint64_t report_;  ///< steps between two reports of progress
  Random random_;
  Sampler sampler_;
  std::unique_ptr<representation::SoundDecoder> decoder_;
  int label_;

  SoundSteps given_;            ///< what the network hears before it composes, a block at a time, from at_ on
  std::size_t at_ = 0;          ///< in symbols, or in values of frames
  bool keep_given_ = false;     ///< in the result
  bool heard_ = false;          ///< something was given
  std::size_t noise_left_ = 0;  ///< steps of the random array
  std::unique_ptr<representation::SoundEncoder> encoder_;  ///< of a prompt
  std::size_t prompted_ = 0;                               ///< samples of it that were encoded
  bool prompt_ended_ = false;

  std::span<const float> output_;  ///< logits, or the next frame
  std::vector<float> next_;        ///< the frame that was chosen last
  std::uint64_t unchanged_ = 0;    ///< frames at the end that hardly differ from the one before
  std::vector<float> samples_;     ///< decoded, not yet handed on
  std::vector<Symbol> recent_;     ///< the last kRemembered symbols that were chosen, as a ring
  std::uint64_t handed_on_ = 0;
  SoundComposition result_;
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
                 .hint = "The file is damaged or was made by another version."});
  }
  return composer;
}

void compose_sounds(const SoundComposer& composer, const ComposeSoundOptions& options, std::size_t count, int threads,
                    const SoundSinkMaker& begin, const SoundTaker& end, const ProgressSink& progress,
                    const std::stop_token& stop) {
  if (!(options.seconds > 0 && options.seconds <= kMostSeconds))
    throw Error("the length in seconds must be above 0 and at most 1,000,000");
  const bool frames = composer.representation->steps() == Steps::kFrames;
  SoundProgress all(progress, count * SoundSession::steps_of(composer, options), frames);
  compose_all<SoundSession>(
      *composer.model, frames, count, threads, stop,
      [&](std::size_t i, const std::stop_token& stopped) -> std::unique_ptr<SoundSession> {
        if (stopped.stop_requested()) return nullptr;
        return std::make_unique<SoundSession>(composer, options, i, begin(i), all, stopped);
      },
      [&](SoundSession& session) { end(session.number(), std::move(session.result())); });
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
