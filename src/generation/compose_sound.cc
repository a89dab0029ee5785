// The paper's loop over amplitudes (section IV.D), and GRUV's over frames, as a stream.
#include "continuo/generation/compose_sound.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "continuo/base/error.h"
#include "continuo/generation/compose.h"
#include "generation/model_parts.h"

namespace continuo::generation {
namespace {

using representation::SoundSteps;
using representation::Steps;
using representation::Symbol;

constexpr std::size_t kBlock = 4096;       // samples handed on at a time
constexpr std::size_t kRemembered = 4096;  // symbols in which a wave without end is looked for
constexpr double kMostSeconds = 1e6;

/// One sound in the making: the network's stream, the decoder and the samples that wait go forward together.
class Session {
 public:
  Session(const SoundComposer& composer, const ComposeSoundOptions& options, const SampleSink& sink)
      : composer_(composer),
        options_(options),
        sink_(sink),
        frames_(composer.representation->steps() == Steps::kFrames),
        random_(options.seed, options.stream + 1),
        sampler_(options.sampling, frames_ ? 1 : static_cast<std::size_t>(composer.model->vocabulary_size())),
        stream_(composer.model->new_stream()),
        decoder_(composer.representation->decoder()) {
    stream_->set_label(label_index(composer.representation->spec(), options.label));
    switch (options.start) {
      case StartKind::kBeginning:
        prime(composer.representation->silence(), false);
        break;
      case StartKind::kRandom:
        prime_with_noise();
        break;
      case StartKind::kPrompt:
        prime_with_prompt();
        break;
    }
  }

  SoundComposition run(const ProgressSink& progress, const std::stop_token& stop) {
    const auto total =
        static_cast<std::uint64_t>(std::ceil(options_.seconds * composer_.representation->steps_per_second() - 1e-9));
    const std::uint64_t report = std::max<std::uint64_t>(1, frames_ ? 16 : kBlock);
    while (result_.steps < total) {
      if (stop.stop_requested()) {
        result_.interrupted = true;
        break;
      }
      if (frames_) {
        next_.assign(output_.begin(), output_.end());
        take_frame(next_, true);
      } else {
        take(sampler_.choose(output_, {}, random_), true);
      }
      ++result_.steps;
      if (progress && (result_.steps % report == 0 || result_.steps == total))
        progress({.task = "Composing", .done = result_.steps, .total = total, .unit = frames_ ? "frames" : "samples"});
    }
    decoder_->finish(samples_);
    hand_on(0);
    result_.seconds = static_cast<double>(handed_on_) / composer_.representation->sample_rate();
    if (!frames_) look_for_loops();
    return std::move(result_);
  }

 private:
  void take(Symbol symbol, bool keep) {
    output_ = stream_->step(symbol);
    if (!keep) return;
    if (recent_.size() < kRemembered) {
      recent_.push_back(symbol);
    } else {
      recent_[result_.steps % kRemembered] = symbol;
    }
    decoder_->push({&symbol, 1}, samples_);
    hand_on(kBlock);
  }

  void take_frame(std::span<const float> frame, bool keep) {
    output_ = stream_->step(frame);
    if (!keep) return;
    decoder_->push_frame(frame, samples_);
    hand_on(kBlock);
  }

  void prime(const SoundSteps& steps, bool keep) {
    for (const Symbol symbol : steps.symbols) feed(symbol, keep);
    const auto width = static_cast<std::size_t>(composer_.representation->width());
    for (std::size_t at = 0; at + width <= steps.frames.size(); at += width)
      take_frame(std::span(steps.frames).subspan(at, width), keep);
  }

  /// As take(), for what the model did not choose.
  void feed(Symbol symbol, bool keep) {
    output_ = stream_->step(symbol);
    if (!keep) return;
    decoder_->push({&symbol, 1}, samples_);
    hand_on(kBlock);
  }

  /// The paper's "random array": uniform over the classes; frames are normal, as those of music are after their
  /// normalisation.
  void prime_with_noise() {
    const std::size_t length = random_length(options_.random_length, composer_.model->spec());
    const auto width = static_cast<std::size_t>(composer_.representation->width());
    SoundSteps step;
    for (std::size_t i = 0; i < length; ++i) {
      step = {};
      if (!frames_) step.symbols.push_back(static_cast<Symbol>(random_.below(width)));
      for (std::size_t k = 0; frames_ && k < width; ++k) step.frames.push_back(static_cast<float>(random_.normal()));
      prime(step, options_.keep_random);
    }
  }

  void prime_with_prompt() {
    if (options_.prompt.empty()) {
      throw Error({.message = "the prompt has no sound", .hint = "Give a sound file, or leave the prompt out."});
    }
    const auto encoder = composer_.representation->encoder();
    SoundSteps steps;
    for (std::size_t at = 0; at < options_.prompt.size(); at += kBlock) {
      encoder->push(std::span(options_.prompt).subspan(at, std::min(kBlock, options_.prompt.size() - at)), steps);
      prime(steps, true);
      steps = {};
    }
    encoder->finish(steps);
    prime(steps, true);
    if (output_.empty()) prime(composer_.representation->silence(), false);
  }

  void hand_on(std::size_t at_least) {
    if (samples_.empty() || samples_.size() < at_least) return;
    handed_on_ += samples_.size();
    sink_(samples_);
    samples_.clear();
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
  const SampleSink& sink_;
  bool frames_;
  Random random_;
  Sampler sampler_;
  std::unique_ptr<engine::Stream> stream_;
  std::unique_ptr<representation::SoundDecoder> decoder_;
  std::span<const float> output_;  ///< logits, or the next frame
  std::vector<float> next_;
  std::vector<float> samples_;  ///< decoded, not yet handed on
  std::vector<Symbol> recent_;  ///< the last kRemembered symbols that were chosen, as a ring
  std::uint64_t handed_on_ = 0;
  SoundComposition result_;
};

}  // namespace

bool composes_sound(const weights::ModelFile& file) {
  return representation::reads_sound(representation_of(file, {}).name);
}

SoundComposer SoundComposer::from(const weights::ModelFile& file, const std::filesystem::path& path,
                                  const engine::Options& options) {
  SoundComposer composer;
  composer.representation = representation::make_sound(representation_of(file, path));
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

SoundComposition compose_sound(const SoundComposer& composer, const ComposeSoundOptions& options,
                               const SampleSink& sink, const ProgressSink& progress, const std::stop_token& stop) {
  if (!(options.seconds > 0 && options.seconds <= kMostSeconds))
    throw Error("the length in seconds must be above 0 and at most 1,000,000");
  return Session(composer, options, sink).run(progress, stop);
}

}  // namespace continuo::generation
