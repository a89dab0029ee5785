// A Piece and a stream of its own.
#include "continuo/generation/session.h"

#include <utility>

#include "continuo/base/error.h"
#include "generation/guided_model.h"
#include "generation/piece.h"
#include "generation/session_state.h"

namespace continuo::generation {

struct SessionState::Impl : SessionContents {};

const SessionContents& contents_of(const SessionState& state) { return *state.impl_; }

SessionState state_of(SessionContents contents) {
  return SessionState(std::make_shared<const SessionState::Impl>(SessionState::Impl{std::move(contents)}));
}

struct Session::Impl {
  Impl(const LoadedModel& its_composer, const Piece& its_piece, representation::ScoreDecoder its_decoder,
       SessionLog its_log, std::stop_token its_stop)
      : composer(its_composer),
        piece(std::make_unique<Piece>(its_piece)),
        decoder(std::move(its_decoder)),
        log(std::move(its_log)),
        networks(*composer.model, 1, composer.frames != nullptr),
        stop(std::move(its_stop)) {}

  LoadedModel composer;
  std::unique_ptr<Piece> piece;
  representation::ScoreDecoder decoder;
  SessionLog log;
  Networks networks;
  std::stop_token stop;
};

Session::Session(const LoadedModel& plain, ComposeOptions options, std::stop_token stop) {
  check_lengths(options);
  const LoadedModel composer = with_style(plain, options);
  const Piece piece(composer, std::make_shared<const ComposeOptions>(std::move(options)));
  impl_ = std::make_unique<Impl>(composer, piece, representation::ScoreDecoder(composer.representation), SessionLog{},
                                 std::move(stop));
  impl_->networks.begin(0, piece.label());
}

Session::Session(const SessionState& state, std::stop_token stop)
    : impl_(std::make_unique<Impl>(state.impl_->composer, state.impl_->piece, state.impl_->decoder, state.impl_->log,
                                   std::move(stop))) {
  impl_->networks.restore(0, *state.impl_->network);
}

Session::~Session() = default;
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;

StepResult Session::next() {
  if (!impl_->piece->finished()) {
    if (impl_->stop.stop_requested()) return StepResult::kStopped;
    ++impl_->log.calls;
  }
  Feed feed;
  const Piece::Step step = impl_->piece->advance(PieceNetwork(impl_->networks, 0), feed);
  if (step.feeds) {
    impl_->networks.feed(0, feed);
    impl_->networks.step();
    impl_->piece->hear(impl_->networks.output(0));
  }
  return step.result;
}

std::span<const representation::Symbol> Session::symbols() const { return impl_->piece->symbols(); }
std::size_t Session::committed() const { return impl_->piece->committed(); }
void Session::commit() {
  if (impl_->piece->committed() == impl_->piece->symbols().size()) return;
  impl_->log.commits.push_back(impl_->log.calls);
  impl_->piece->commit();
}
double Session::share() const { return impl_->piece->share(); }
std::size_t Session::steps() const { return impl_->piece->steps(); }
Composition Session::result() const { return impl_->piece->result(); }

std::vector<representation::SettledNote> Session::settled_notes() {
  const auto& piece = *impl_->piece;
  impl_->decoder.push(piece.symbols().first(piece.committed()).subspan(impl_->decoder.symbols()));
  if (piece.finished()) impl_->decoder.finish();
  return impl_->decoder.take();
}

SessionState Session::save() const {
  std::shared_ptr<engine::Snapshot> network = impl_->composer.model->new_snapshot();
  if (!impl_->networks.save(0, *network))
    throw Error(ErrorCode::kUnsupported, "the state of this network cannot be saved");
  return state_of({impl_->composer, *impl_->piece, impl_->decoder, impl_->log, std::move(network)});
}

void Session::restore(const SessionState& state) { impl_ = std::move(Session(state, impl_->stop).impl_); }

Session Session::clone(std::stop_token stop) const { return Session(save(), std::move(stop)); }

}  // namespace continuo::generation
