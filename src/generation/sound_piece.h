// Sound piece: one sound in the making, without the network.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "continuo/base/random.h"
#include "continuo/generation/compose_sound.h"
#include "continuo/generation/session.h"
#include "generation/lock_step.h"

namespace continuo::generation {

inline constexpr std::size_t kSoundBlock = 4096;  ///< samples handed on at a time

/// What the network hears, the decoder and the samples that wait go forward together. Owns all that it needs.
class SoundPiece {
 public:
  /// `number` is added to the options' stream. Throws Error as compose_sound() does.
  SoundPiece(const SoundComposer& composer, std::shared_ptr<const ComposeSoundOptions> options, std::size_t number = 0);

  /// Steps of the new sound.
  static std::uint64_t steps_of(const SoundComposer& composer, const ComposeSoundOptions& options);

  int label() const noexcept { return label_; }
  /// One step more, for which the network has to step on `feed`; or kEnded.
  StepResult advance(Feed& feed);
  void hear(std::span<const float> output) { output_ = output; }
  /// Nothing follows: what the decoder still holds becomes samples. Once.
  void finish();

  std::vector<float>& samples() noexcept { return samples_; }  ///< decoded, for the caller to take
  std::uint64_t steps() const noexcept { return steps_; }      ///< chosen
  double share() const noexcept { return static_cast<double>(steps_) / static_cast<double>(total_); }
  /// `seconds`: of the samples that were taken. Interrupted before the length is reached.
  SoundComposition result(std::uint64_t samples_taken) const;

 private:
  /// A symbol, or a frame that stays where it is.
  struct Step {
    representation::Symbol symbol = 0;
    std::span<const float> frame;
  };

  void begin();
  void take(const Step& step, bool keep, Feed& feed);
  Step choose();
  /// Whether something that the model does not choose comes first; brings the next of it to given_.
  bool has_given();
  Step take_given();
  void draw_noise();
  bool encode_more();
  void choose_frame();
  std::vector<std::string> warnings() const;

  SoundComposer composer_;
  std::shared_ptr<const ComposeSoundOptions> options_;
  bool frames_;
  std::size_t width_;
  std::uint64_t total_;
  Random random_;
  Sampler sampler_;
  std::unique_ptr<representation::SoundDecoder> decoder_;
  int label_;

  representation::SoundSteps given_;  ///< what the network hears before it composes, a block at a time, from at_ on
  std::size_t at_ = 0;                ///< in symbols, or in values of frames
  bool keep_given_ = false;           ///< in the result
  bool heard_ = false;                ///< something was given
  std::size_t noise_left_ = 0;        ///< steps of the random array
  std::unique_ptr<representation::SoundEncoder> encoder_;  ///< of a prompt
  std::size_t prompted_ = 0;                               ///< samples of it that were encoded
  bool prompt_ended_ = false;

  std::span<const float> output_;               ///< logits, or the next frame
  std::vector<float> next_;                     ///< the frame that was chosen last
  std::uint64_t unchanged_ = 0;                 ///< frames at the end that hardly differ from the one before
  std::vector<float> samples_;                  ///< decoded, not yet taken
  std::vector<representation::Symbol> recent_;  ///< the latest symbols that were chosen, as a ring
  std::uint64_t steps_ = 0;
};

}  // namespace continuo::generation
