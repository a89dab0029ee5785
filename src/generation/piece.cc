// The loop that the paper describes (section IV.D): predict a distribution, choose, append, go on.
#include "generation/piece.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "continuo/engine/finite.h"
#include "generation/finish.h"
#include "generation/model_parts.h"

namespace continuo::generation {
namespace {

using representation::kEnd;
using representation::Symbol;

/// A network of independent keys knows no End.
bool knows_end(const LoadedModel& composer) {
  return composer.frames == nullptr || composer.frame_head() == representation::FrameHead::kChain;
}

}  // namespace

Piece::Piece(const LoadedModel& composer, std::shared_ptr<const ComposeOptions> options, std::size_t number)
    : composer_(composer),
      options_(std::move(options)),
      label_(label_index(composer.representation->spec(), options_->label)),
      random_(options_->seed, options_->stream + number + 1),
      sampler_(options_->sampling, composer.representation->vocabulary()),
      cursor_(composer.representation->cursor()),
      mask_(composer.representation->vocabulary().size(), 1),
      length_(*options_, knows_end(composer)),
      rules_(composer, *options_),
      feed_(composer, options_->checkpoint_bytes) {
  begin(open_piece(composer_, *options_, label_, random_));
}

Piece::Piece(const Piece& other)
    : composer_(other.composer_),
      options_(other.options_),
      label_(other.label_),
      random_(other.random_),
      sampler_(other.sampler_),
      cursor_(other.cursor_->clone()),
      mask_(other.mask_),
      length_(other.length_),
      rules_(other.rules_),
      backtracking_(other.backtracking_),
      feed_(other.feed_),
      symbols_(other.symbols_),
      priming_(other.priming_),
      given_(other.given_),
      floor_(other.floor_),
      checkpoint_here_(other.checkpoint_here_),
      ended_(other.ended_),
      whole_(other.whole_),
      steps_(other.steps_),
      warnings_(other.warnings_),
      finished_(other.finished_) {}

void Piece::begin(const Opening& opening) {
  if (opening.priming) priming_ = opening.heard;
  for (const Symbol symbol : opening.heard) feed_.push(symbol);
  for (const Symbol symbol : opening.written) write(symbol, true);
  warnings_ = opening.warnings;
  given_ = floor_ = symbols_.size();
  length_.begin(*composer_.representation, symbols_, *cursor_);
  if (!options_->any_ending) length_.ending().close_with(Closing(composer_.representation));
}

Piece::Step Piece::advance(const PieceNetwork& network, Feed& feed) {
  Step step;
  if (finished_) return {.result = *finished_};
  if (feed_.empty()) step.result = go_on(network);
  if (step.result != StepResult::kSymbol && step.result != StepResult::kHeard) return step;
  step.feeds = feed_.take(feed);
  if (step.feeds) ++steps_;
  return step;
}

StepResult Piece::go_on(const PieceNetwork& network) {
  if (ended_ || generated() >= length_.max_symbols()) return finish(StepResult::kEnded);
  if (whole_) return seek_ending(network);
  if (backtracking_.at_new_bar(*cursor_) || std::exchange(checkpoint_here_, false))
    feed_.keep(symbols_.size(), *cursor_, network);
  const double share = this->share();
  cursor_->allowed(mask_);
  const bool clean = mask_[kEnd] != 0;  // a piece may end here: nothing is half written
  Ending& ending = length_.ending();
  if (ending.sought() && clean)
    ending.consider(length_.share_for_ending(share), feed_.logits(), symbols_, length_.bars().bars());
  if (length_.reached(share, clean)) return seek_ending(network);
  if (clean) backtracking_.may_end(symbols_.size());
  return choose(network, share);
}

StepResult Piece::choose(const PieceNetwork& network, double share) {
  engine::check_finite(feed_.output());
  if (!options_->mask_grammar) std::fill(mask_.begin(), mask_.end(), std::uint8_t{1});
  rules_.mask_control_symbols(mask_, share, length_.bars());
  const std::span<const float> logits =
      length_.ending().inclined(length_.share_for_ending(share), feed_.logits(), mask_);
  const Rules::Choice choice = rules_.choose(
      *cursor_, mask_, [&] { return draw_or_go_on(logits); }, &length_.bars());
  if (choice.blocking != nullptr) return go_back(choice.blocking, network);
  if (choice.bars == BarGoal::Verdict::kBeyond) return seek_ending(network);
  whole_ = choice.bars == BarGoal::Verdict::kLast;
  backtracking_.add_bar(*cursor_, symbols_.size());
  feed_.push(choice.symbol);
  write(choice.symbol, false);
  ended_ = choice.symbol == kEnd && options_->stop_at_end;
  return StepResult::kSymbol;
}

void Piece::write(Symbol symbol, bool given) {
  rules_.advance(*cursor_, symbol, given);
  length_.bars().advance(*cursor_, symbol);
  symbols_.push_back(symbol);
  cursor_->advance(symbol);
}

/// An End that does not close is drawn anew, unless nothing else may come.
Symbol Piece::draw_or_go_on(std::span<const float> logits) {
  const Symbol symbol = draw(logits);
  if (symbol != kEnd || !length_.ending().sought() || length_.ending().closes(symbols_, length_.bars().bars()))
    return symbol;
  mask_[kEnd] = 0;
  if (std::find(mask_.begin(), mask_.end(), std::uint8_t{1}) == mask_.end()) return symbol;
  return draw(logits);
}

/// More freely with each try at one place.
Symbol Piece::draw(std::span<const float> logits) {
  const int tries = backtracking_.tries(symbols_.size());
  if (tries == 0) return sampler_.choose(logits, mask_, random_);
  const double temperature = std::max(1.0, options_->sampling.temperature) * std::exp2(std::min(tries, 10));
  Sampler freer({.temperature = temperature, .top_p = 1}, mask_.size());
  return freer.choose(logits, mask_, random_);
}

StepResult Piece::seek_ending(const PieceNetwork& network) {
  Ending& ending = length_.ending();
  if (!ending.sought()) return finish(StepResult::kEnded);
  if (const auto from = ending.try_again()) {
    length_.shorten();
    backtracking_.forget_tries();
    retract(std::clamp(*from, floor_, symbols_.size()), network);
    return StepResult::kBacktracked;
  }
  // The best try may be one from before something of a later one was committed.
  std::vector<Symbol>& best = ending.best();
  const auto fixed = std::span(symbols_).first(floor_);
  if (best.size() > floor_ && std::equal(fixed.begin(), fixed.end(), best.begin())) {
    symbols_ = std::move(best);
    ended_ = ending.good();
    if (ended_) symbols_.push_back(kEnd);
  }
  return finish(StepResult::kEnded);
}

StepResult Piece::go_back(const std::string& blocking, const PieceNetwork& network) {
  const std::size_t stuck = symbols_.size();
  if (const auto to = backtracking_.go_back(stuck, floor_)) {
    retract(*to, network);
    return StepResult::kBacktracked;
  }
  const int bar = cursor_->bars() + 1;
  retract(std::clamp(backtracking_.legal_end(), floor_, stuck), network);
  warnings_.push_back("the piece ends early, at bar " + std::to_string(bar) + ": whatever came next " + blocking +
                      "; try another seed, a higher temperature or more freedom");
  return finish(StepResult::kStuck);
}

void Piece::retract(std::size_t size, const PieceNetwork& network) {
  symbols_.resize(size);
  rules_.retract(size);
  length_.bars().retract(size);
  whole_ = false;
  std::size_t known = 0;
  if (const Checkpoint* const checkpoint = feed_.restore(size, network)) {
    known = checkpoint->symbols;
    cursor_ = checkpoint->cursor->clone();
    for (std::size_t i = known; i < size; ++i) feed_.push(symbols_[i]);
  } else {
    cursor_ = composer_.representation->cursor();
    std::vector<Symbol> heard = priming_;
    heard.insert(heard.end(), symbols_.begin() + static_cast<std::ptrdiff_t>(priming_.empty() ? 0 : given_),
                 symbols_.end());
    feed_.begin_anew(heard, network);
  }
  for (std::size_t i = known; i < size; ++i) cursor_->advance(symbols_[i]);
  checkpoint_here_ = !feed_.empty();  // one that is gone back to once may be gone back to again
  backtracking_.retracted(*cursor_, size);
}

StepResult Piece::finish(StepResult how) {
  finished_ = how;
  floor_ = symbols_.size();
  return how;
}

double Piece::share() const {
  const double share = length_.share(*cursor_, generated());
  // Where bars are exact, the one that would begin after the last is not written, and the cursor has not seen it.
  return finished() ? length_.share_for_ending(share) : share;
}

Composition Piece::result() const {
  Composition piece;
  // Of a piece that is not finished, what is half written is left out.
  const std::size_t size = finished_ ? symbols_.size() : std::max(backtracking_.legal_end(), floor_);
  piece.symbols.assign(symbols_.begin(), symbols_.begin() + static_cast<std::ptrdiff_t>(size));
  piece.generated = size - given_;
  piece.retries = backtracking_.retries();
  piece.steps = steps_;
  piece.ended = ended_;
  piece.interrupted = !finished_;
  piece.warnings = warnings_;
  finish_piece(composer_, *options_, length_.bars().bars(), piece);
  return piece;
}

}  // namespace continuo::generation
