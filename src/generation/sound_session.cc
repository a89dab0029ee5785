// A SoundPiece and a stream of its own.
#include "continuo/generation/sound_session.h"

#include <utility>

#include "generation/sound_piece.h"

namespace continuo::generation {

struct SoundSession::Impl {
  SoundPiece piece;
  Networks networks;
  std::stop_token stop;
  std::uint64_t taken = 0;  ///< samples
  bool finished = false;
};

SoundSession::SoundSession(const SoundComposer& composer, ComposeSoundOptions options, std::stop_token stop) {
  check_lengths(options);
  const bool frames = composer.representation->steps() == representation::Steps::kFrames;
  impl_ = std::unique_ptr<Impl>(  // NOLINT(modernize-make-unique): an aggregate
      new Impl{.piece = SoundPiece(composer, std::make_shared<const ComposeSoundOptions>(std::move(options))),
               .networks = Networks(*composer.model, 1, frames),
               .stop = std::move(stop)});
  impl_->networks.begin(0, impl_->piece.label());
}

SoundSession::~SoundSession() = default;
SoundSession::SoundSession(SoundSession&&) noexcept = default;
SoundSession& SoundSession::operator=(SoundSession&&) noexcept = default;

StepResult SoundSession::next() {
  if (impl_->finished) return StepResult::kEnded;
  if (impl_->stop.stop_requested()) return StepResult::kStopped;
  Feed feed;
  const StepResult result = impl_->piece.advance(feed);
  if (result == StepResult::kEnded) {
    impl_->piece.finish();
    impl_->finished = true;
    return result;
  }
  impl_->networks.feed(0, feed);
  impl_->networks.step();
  impl_->piece.hear(impl_->networks.output(0));
  return result;
}

std::vector<float> SoundSession::settled_samples() {
  std::vector<float> samples = std::exchange(impl_->piece.samples(), {});
  impl_->taken += samples.size();
  return samples;
}

double SoundSession::share() const { return impl_->piece.share(); }

SoundComposition SoundSession::result() const {
  return impl_->piece.result(impl_->taken + impl_->piece.samples().size());
}

}  // namespace continuo::generation
