// The paper's loop over amplitudes (section IV.D), and GRUV's over frames.
#include "generation/sound_piece.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "continuo/base/error.h"
#include "continuo/engine/finite.h"
#include "continuo/generation/compose.h"
#include "generation/model_parts.h"

namespace continuo::generation {
namespace {

using representation::Steps;
using representation::Symbol;

constexpr std::size_t kRemembered = 4096;  // symbols in which a wave without end is looked for
constexpr double kHardly = 1e-4;           // change of a frame as a share of its power
constexpr double kLongFrame = 1;           // seconds

}  // namespace

SoundPiece::SoundPiece(const SoundComposer& composer, std::shared_ptr<const ComposeSoundOptions> options,
                       std::size_t number)
    : composer_(composer),
      options_(std::move(options)),
      frames_(composer.representation->steps() == Steps::kFrames),
      width_(static_cast<std::size_t>(composer.representation->width())),
      total_(steps_of(composer, *options_)),
      random_(options_->seed, options_->stream + number + 1),
      sampler_(options_->sampling, frames_ ? 1 : static_cast<std::size_t>(composer.model->vocabulary_size())),
      decoder_(composer.representation->decoder()),
      label_(label_index(composer.representation->spec(), options_->label)) {
  begin();
}

std::uint64_t SoundPiece::steps_of(const SoundComposer& composer, const ComposeSoundOptions& options) {
  return static_cast<std::uint64_t>(std::ceil(options.seconds * composer.representation->steps_per_second() - 1e-9));
}

void SoundPiece::begin() {
  switch (options_->start) {
    case StartKind::kBeginning:
      given_ = composer_.representation->silence();
      break;
    case StartKind::kRandom:
      noise_left_ = random_length(options_->random_length, composer_.model->spec());
      keep_given_ = options_->keep_random;
      break;
    case StartKind::kPrompt:
      if (options_->prompt.empty())
        throw Error({.message = "the prompt has no sound",
                     .hint = "Give a sound file, or leave the prompt out.",
                     .code = ErrorCode::kEmpty});
      encoder_ = composer_.representation->encoder();
      keep_given_ = true;
      break;
  }
}

StepResult SoundPiece::advance(Feed& feed) {
  if (has_given()) {
    take(take_given(), keep_given_, feed);
    return StepResult::kHeard;
  }
  if (steps_ == total_) return StepResult::kEnded;
  take(choose(), true, feed);
  ++steps_;
  return StepResult::kSymbol;
}

void SoundPiece::take(const Step& step, bool keep, Feed& feed) {
  feed.symbol = step.symbol;
  feed.frame = step.frame;
  if (!keep) return;
  if (frames_)
    decoder_->push_frame(step.frame, samples_);
  else
    decoder_->push({&step.symbol, 1}, samples_);
}

SoundPiece::Step SoundPiece::choose() {
  engine::check_finite(output_);
  if (frames_) {
    choose_frame();
    return {.symbol = 0, .frame = next_};
  }
  const Symbol symbol = sampler_.choose(output_, {}, random_);
  if (recent_.size() < kRemembered)
    recent_.push_back(symbol);
  else
    recent_[steps_ % kRemembered] = symbol;
  return {.symbol = symbol, .frame = {}};
}

bool SoundPiece::has_given() {
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

SoundPiece::Step SoundPiece::take_given() {
  heard_ = true;
  if (!frames_) return {.symbol = given_.symbols[at_++], .frame = {}};
  const std::size_t from = std::exchange(at_, at_ + width_);
  return {.symbol = 0, .frame = std::span(given_.frames).subspan(from, width_)};
}

/// The paper's "random array": uniform over the classes; frames are normal, as those of music are after their
/// normalisation.
void SoundPiece::draw_noise() {
  if (!frames_) given_.symbols.push_back(static_cast<Symbol>(random_.below(width_)));
  for (std::size_t k = 0; frames_ && k < width_; ++k) given_.frames.push_back(static_cast<float>(random_.normal()));
}

/// The next block of the prompt. False when all of it was given.
bool SoundPiece::encode_more() {
  if (prompted_ < options_->prompt.size()) {
    const auto block = std::span(options_->prompt).subspan(prompted_);
    const std::size_t size = std::min(kSoundBlock, block.size());
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

/// What the network predicts is the next frame. Counts those that hardly differ (by less than 40 dB below their own
/// power) from the one before.
void SoundPiece::choose_frame() {
  double power = 0, change = 0;
  for (std::size_t i = 0; i < output_.size(); ++i) {
    const double value = output_[i], before = i < next_.size() ? next_[i] : 0.0;
    power += value * value;
    change += (value - before) * (value - before);
  }
  unchanged_ = change < kHardly * power ? unchanged_ + 1 : 0;
  next_.assign(output_.begin(), output_.end());
}

void SoundPiece::finish() { decoder_->finish(samples_); }

SoundComposition SoundPiece::result(std::uint64_t samples_taken) const {
  return {.steps = steps_,
          .seconds = static_cast<double>(samples_taken) / composer_.representation->sample_rate(),
          .interrupted = steps_ < total_,
          .warnings = warnings()};
}

std::vector<std::string> SoundPiece::warnings() const {
  if (frames_) {
    const double seconds = static_cast<double>(unchanged_) / composer_.representation->steps_per_second();
    if (seconds < kLongFrame) return {};
    return {"the sound ends in one frame that hardly changes, for " + std::to_string(std::lround(seconds)) +
            " s; try another start (a random array, a prompt) or a model that was trained longer"};
  }
  if (recent_.size() < kRemembered) return {};
  std::vector<Symbol> latest = recent_;
  std::rotate(latest.begin(), latest.begin() + static_cast<std::ptrdiff_t>(steps_ % kRemembered), latest.end());
  const Loop loop = find_loop(latest, kRemembered / 4);
  if (loop.period == 0 || loop.period * loop.repeats + loop.period < kRemembered) return {};
  const std::string what = loop.period == 1 ? "the sound ends in one value that never changes"
                                            : "the sound ends in one wave of " + std::to_string(loop.period) +
                                                  " samples that repeats for ever";
  return {what + (options_->sampling.argmax ? ": always choosing the most probable value ends so; sample instead "
                                              "(temperature 1)"
                                            : "; try another seed, a higher temperature, or a prompt")};
}

}  // namespace continuo::generation
