// The loop that the paper describes (section IV.D): predict a distribution, choose, append, go on.
#include "continuo/generation/compose.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <utility>

#include "continuo/base/error.h"
#include "continuo/evaluation/frame_likelihood.h"
#include "continuo/evaluation/known_passages.h"
#include "generation/ending.h"
#include "generation/frame_ear.h"
#include "generation/lock_step.h"
#include "generation/model_parts.h"

namespace continuo::generation {
namespace {

using representation::FrameHead;
using representation::kEnd;
using representation::kStart;
using representation::Symbol;

constexpr double kDefaultSeconds = 120;
constexpr std::size_t kMostSymbols = 200'000;  // where only a length in music was asked for and none comes
constexpr int kMostTries = 64;                 // at one place, before the piece ends there
constexpr std::size_t kMostRetries = 1000;     // of the whole piece
constexpr int kTriesABar = 8;                  // before a bar more is taken back
constexpr std::size_t kTidyingSymbols = 64;    // beyond a limit, to finish the note that was begun
constexpr double kEndingSlack = 0.1;  // share by which a length in seconds may be exceeded or missed by an ending

/// The share that is done of all pieces together; any thread may tell.
class SharedProgress {
 public:
  SharedProgress(const ProgressSink& sink, std::size_t pieces) : sink_(sink), shares_(pieces) {}

  void tell(std::size_t piece, double share) {
    if (!sink_) return;
    const std::scoped_lock lock(mutex_);
    const auto now = static_cast<std::uint64_t>(std::clamp(share, 0.0, 1.0) * 1000);
    if (now <= shares_[piece]) return;  // music was taken back
    sum_ = sum_ - shares_[piece] + now;
    shares_[piece] = now;
    sink_({.task = "Composing",
           .done = sum_ / std::max<std::uint64_t>(1, shares_.size()),
           .total = 1000,
           .unit = "per mille"});
  }

 private:
  const ProgressSink& sink_;
  std::mutex mutex_;
  std::vector<std::uint64_t> shares_;  ///< per mille
  std::uint64_t sum_ = 0;
};

FrameHead head_of(const Composer& composer) { return evaluation::frame_head(composer.model->spec(), *composer.frames); }

Ending ending_of(const Composer& composer, const ComposeOptions& options) {
  // A network of independent keys knows no End.
  const bool knows_end = composer.frames == nullptr || head_of(composer) == FrameHead::kChain;
  if (!knows_end || !options.stop_at_end || options.symbols || options.ending_tries <= 0)
    return {options.earliest_end, 0, 0};
  return {options.earliest_end, options.bars ? 0 : kEndingSlack, options.ending_tries};
}

/// One piece in the making: what the network hears, the grammar's cursor and the symbols so far go forward together.
class ScoreSession {
 public:
  ScoreSession(const Composer& composer, const ComposeOptions& options, std::size_t number, SharedProgress& progress,
               std::stop_token stop)
      : composer_(composer),
        options_(options),
        number_(number),
        progress_(progress),
        stop_(std::move(stop)),
        random_(options.seed, options.stream + number + 1),
        sampler_(options.sampling, composer.representation->vocabulary().size()),
        cursor_(composer.representation->cursor()),
        mask_(composer.representation->vocabulary().size(), 1),
        by_length_(options.seconds || options.bars),
        seconds_(options.seconds.value_or(by_length_ || options.symbols ? 0 : kDefaultSeconds)),
        most_(options.symbols.value_or(kMostSymbols)),
        ending_(ending_of(composer, options)) {
    if (composer.frames != nullptr) ear_.emplace(*composer.frames, head_of(composer));
    const auto& spec = composer.representation->spec();
    label_ = label_index(spec, options.label);
    for (const ConstraintMaker& make : options.constraints) constraints_.push_back(make());
    if (!options.allow_loops && !options.sampling.argmax) constraints_.push_back(never_loop()());
    if (composer.known != nullptr && !options.allow_copies) constraints_.push_back(never_repeat(composer.known)());
    switch (options.start) {
      case StartKind::kBeginning:
        begin_piece();
        break;
      case StartKind::kRandom:
        prime_with_noise();
        break;
      case StartKind::kPrompt:
        prime_with_prompt();
        break;
    }
    given_ = result_.symbols.size();
    seconds_before_ = cursor_->seconds();
    bars_before_ = cursor_->bars();
  }

  std::size_t number() const { return number_; }
  int label() const { return label_; }
  void hear(std::span<const float> output) {
    if (ear_) ear_->hear(output);
    logits_ = ear_ ? ear_->logits() : output;
  }
  Composition& result() { return result_; }

  bool next(Feed& feed) {
    while (true) {
      while (at_ == feed_.size()) {
        feed_.clear();
        at_ = 0;
        if (!go_on()) {
          finish();
          return false;
        }
      }
      feed.symbol = feed_[at_++];
      if (!ear_) {
        feed.restart = std::exchange(restart_, false);
        return true;
      }
      if (std::exchange(restart_, false)) {
        ear_->restart();
        feed.restart = true;
      }
      if (ear_->take(feed.symbol)) {
        feed.frame = ear_->frame();
        return true;
      }
      logits_ = ear_->logits();
    }
  }

 private:
  /// One more symbol, or back. False when the piece is finished.
  bool go_on() {
    if (stop_.stop_requested()) throw Interrupted("interrupted before the piece was finished");
    if (ended_ || result_.generated >= most_) return false;
    const double share = share_done();
    cursor_->allowed(mask_);
    const bool clean = mask_[kEnd] != 0;  // a piece may end here: nothing is half written
    if (ending_.sought() && clean) ending_.consider(share, logits_, result_.symbols);
    if (share >= 1 + ending_.slack() && (clean || ++over_ > kTidyingSymbols) && !options_.symbols) return seek_ending();
    if (!options_.mask_grammar) std::fill(mask_.begin(), mask_.end(), std::uint8_t{1});
    forbid_marks(share);
    logits_ = ending_.inclined(logits_, mask_);
    if (clean) clean_ = result_.symbols.size();
    const Constraint* hindrance = nullptr;
    const Symbol symbol = choose(hindrance);
    if (hindrance != nullptr) return go_back(*hindrance);
    if (cursor_->bars() != bars_) {
      bars_ = cursor_->bars();
      bar_starts_.push_back(result_.symbols.size());
    }
    take(symbol, true);
    ++result_.generated;
    if (result_.generated % 64 == 0) progress_.tell(number_, share_done());
    ended_ = symbol == kEnd && options_.stop_at_end;
    return true;
  }

  double share_done() const {
    double share = 0;
    if (seconds_ > 0) share = std::max(share, (cursor_->seconds() - seconds_before_) / seconds_);
    if (options_.bars)
      share = std::max(share, static_cast<double>(cursor_->bars() - bars_before_) / std::max(1, *options_.bars));
    if (options_.symbols)
      share = std::max(share,
                       static_cast<double>(result_.generated) / static_cast<double>(std::max<std::size_t>(1, most_)));
    return share;
  }

  /// The network shall hear it; unless it is only to prime it, it is written down.
  void take(Symbol symbol, bool keep) {
    feed_.push_back(symbol);
    if (keep) {
      write(symbol);
    } else {
      noise_.push_back(symbol);
    }
  }

  void write(Symbol symbol) {
    for (const auto& constraint : constraints_) constraint->advance(*cursor_, symbol, given_ == kNotYet);
    result_.symbols.push_back(symbol);
    cursor_->advance(symbol);
  }

  /// Draws until the constraints allow what is drawn, without what they refused. `hindrance` is the one that left
  /// nothing.
  Symbol choose(const Constraint*& hindrance) {
    while (true) {
      const Symbol symbol = draw();
      const auto refusing = std::find_if(constraints_.begin(), constraints_.end(),
                                         [&](const auto& one) { return !one->allows(*cursor_, symbol); });
      if (refusing == constraints_.end()) return symbol;
      mask_[static_cast<std::size_t>(symbol)] = 0;
      if (std::find(mask_.begin(), mask_.end(), std::uint8_t{1}) == mask_.end()) {
        hindrance = refusing->get();
        return symbol;
      }
    }
  }

  Symbol draw() {
    if (tries_ == 0 || result_.symbols.size() > furthest_) {
      tries_ = 0;
      return sampler_.choose(logits_, mask_, random_);
    }
    const double temperature = std::max(1.0, options_.sampling.temperature) * std::exp2(std::min(tries_, 10));
    Sampler freer({.temperature = temperature, .top_p = 1}, mask_.size());
    return freer.choose(logits_, mask_, random_);
  }

  /// The length is reached without an End: another try, or the best place there was. False when the piece is finished.
  bool seek_ending() {
    if (!ending_.sought()) return false;
    if (const auto from = ending_.try_again()) {
      over_ = 0;
      tries_ = 0;
      furthest_ = 0;
      retract(std::max(*from, given_));
      return true;
    }
    if (!ending_.best().empty()) {
      result_.generated = ending_.best().size() - given_;
      result_.symbols = std::move(ending_.best());
    }
    return false;
  }

  /// Nothing may come next: back to the beginning of a bar. False when it was tried often enough; what is left then is
  /// a piece that may end where it ends.
  bool go_back(const Constraint& hindrance) {
    const std::size_t stuck = result_.symbols.size();
    if (stuck > furthest_) tries_ = 0;
    furthest_ = std::max(furthest_, stuck);
    ++result_.retries;
    if (++tries_ > kMostTries || result_.retries > kMostRetries || stuck <= given_) {
      const int bar = cursor_->bars() + 1;
      retract(std::clamp(clean_, given_, stuck));
      result_.warnings.push_back("the piece ends early, at bar " + std::to_string(bar) + ": whatever came next " +
                                 hindrance.reason() + "; try another --seed, a higher --temperature or more freedom");
      return false;
    }
    std::size_t to = given_;
    for (int bars = 0; bars <= tries_ / kTriesABar; ++bars) {
      while (!bar_starts_.empty() && bar_starts_.back() >= stuck) bar_starts_.pop_back();
      if (bar_starts_.empty()) break;
      to = bar_starts_.back();
      if (bars < tries_ / kTriesABar) bar_starts_.pop_back();
    }
    retract(bar_starts_.empty() ? given_ : to);
    return true;
  }

  /// Back to the first `size` symbols: the network hears again what it can still remember.
  void retract(std::size_t size) {
    result_.symbols.resize(size);
    result_.generated = size - given_;
    for (const auto& constraint : constraints_) constraint->retract(size);
    cursor_ = composer_.representation->cursor();
    for (const Symbol symbol : result_.symbols) cursor_->advance(symbol);
    bars_ = cursor_->bars();
    std::erase_if(bar_starts_, [&](std::size_t start) { return start > size; });
    clean_ = std::min(clean_, size);
    std::vector<Symbol> heard = noise_;
    // Of a piece after noise that is not part of it, the network did not hear what every piece begins with.
    const std::size_t unheard = noise_.empty() ? 0 : given_;
    heard.insert(heard.end(), result_.symbols.begin() + static_cast<std::ptrdiff_t>(unheard), result_.symbols.end());
    // What an ear tells of the past goes back to the beginning.
    const auto remembered = ear_ ? 0 : static_cast<std::size_t>(composer_.model->spec().receptive_field());
    const std::size_t from = remembered > 0 && heard.size() > remembered ? heard.size() - remembered : 0;
    restart_ = true;
    feed_.assign(heard.begin() + static_cast<std::ptrdiff_t>(from), heard.end());
    at_ = 0;
  }

  void begin_piece() {
    const auto opening =
        composer_.representation->encode(Score{}, {.label = spoken_label(), .start = true, .end = false});
    for (const Symbol symbol : opening.symbols) take(symbol, true);
  }

  std::optional<int> spoken_label() const {
    return composer_.representation->spec().labels.empty() ? std::nullopt : std::optional<int>(label_);
  }

  /// The paper's "random array": uniform over the symbols of music, whatever the grammar says.
  void prime_with_noise() {
    const auto& vocabulary = composer_.representation->vocabulary();
    const std::size_t first = 2 + composer_.representation->spec().labels.size();  // Start, End and labels are no music
    const std::size_t length = random_length(options_.random_length, composer_.model->spec());
    if (first >= vocabulary.size()) throw Error("the model's vocabulary holds no musical symbol");
    for (std::size_t i = 0; i < length; ++i) {
      take(static_cast<Symbol>(first + random_.below(vocabulary.size() - first)), options_.keep_random);
    }
    if (!options_.keep_random) {  // the grammar starts afresh: what follows the noise is the piece
      for (const Symbol symbol :
           composer_.representation->encode(Score{}, {.label = spoken_label(), .start = true, .end = false}).symbols) {
        write(symbol);
      }
    }
  }

  void prime_with_prompt() {
    if (!options_.prompt || note_count(*options_.prompt) == 0) {
      throw Error({.message = "the prompt has no notes",
                   .hint = "Give a MIDI file with at least one note, or leave the prompt out."});
    }
    const auto encoding =
        composer_.representation->encode(*options_.prompt, {.label = spoken_label(), .start = true, .end = false});
    for (const Symbol symbol : encoding.symbols) take(symbol, true);
    for (const auto& loss : encoding.losses) result_.warnings.push_back("of the prompt, " + loss);
  }

  void forbid_marks(double share) {
    const std::size_t labels = composer_.representation->spec().labels.size();
    mask_[kStart] = 0;
    for (std::size_t i = 0; i < labels; ++i) mask_[2 + i] = 0;
    const bool too_early = share < options_.earliest_end;
    if (!options_.stop_at_end || too_early) {
      mask_[kEnd] = 0;
      if (std::find(mask_.begin(), mask_.end(), std::uint8_t{1}) == mask_.end()) mask_[kEnd] = 1;
    }
  }

  void finish() {
    progress_.tell(number_, 1);
    result_.ended = ended_;
    if (result_.generated == kMostSymbols && !options_.symbols) {
      result_.warnings.push_back(
          "the model wrote " + std::to_string(kMostSymbols) +
          " symbols without reaching the asked length, and was stopped; try another --seed or a lower --temperature");
    }
    auto decoding = composer_.representation->decode(result_.symbols);
    result_.score = std::move(decoding.score);
    result_.dropped = decoding.dropped;
    result_.repaired = decoding.repaired;
    auto& warnings = result_.warnings;
    if (note_count(result_.score) == 0) {
      warnings.push_back(
          "the piece has no notes; try another --seed, a higher --temperature, or a model that was trained longer");
    }
    const std::span<const Symbol> made =
        std::span(result_.symbols).last(std::min(result_.generated, result_.symbols.size()));
    if (const Loop loop = find_loop(made); loop.period > 0) {
      warnings.push_back((loop.period == 1
                              ? "the piece ends in one symbol repeated "
                              : "the piece ends in a block of " + std::to_string(loop.period) + " symbols repeated ") +
                         std::to_string(loop.repeats) + " times" +
                         (options_.sampling.argmax ? ": always choosing the most probable symbol falls into such "
                                                     "loops; sample instead (--temperature 1 --top-p 0.95)"
                                                   : "; try another --seed or a higher --temperature"));
    }
    if (result_.dropped + result_.repaired > 0) {
      warnings.push_back(std::to_string(result_.dropped) + " symbols that the grammar forbids were dropped and " +
                         std::to_string(result_.repaired) + " mended");
    }
  }

  const Composer& composer_;
  const ComposeOptions& options_;
  std::size_t number_;
  SharedProgress& progress_;
  std::stop_token stop_;
  Random random_;
  Sampler sampler_;
  std::unique_ptr<representation::Cursor> cursor_;
  std::vector<std::uint8_t> mask_;
  std::span<const float> logits_;
  Composition result_;
  int label_ = 0;

  std::optional<FrameEar> ear_;  ///< of networks over frames of keys
  std::vector<Symbol> feed_;     ///< what the network is yet to hear, from at_ on
  std::size_t at_ = 0;
  bool restart_ = false;  ///< before that it forgets everything

  bool by_length_;
  double seconds_;  ///< of new music that was asked for, or 0
  std::size_t most_;
  double seconds_before_ = 0;  ///< the new music
  int bars_before_ = 0;
  std::size_t over_ = 0;  ///< symbols beyond the limit
  Ending ending_;
  bool ended_ = false;

  static constexpr std::size_t kNotYet = static_cast<std::size_t>(-1);
  std::vector<std::unique_ptr<Constraint>> constraints_;
  std::vector<Symbol> noise_;            ///< that the network heard before the piece
  std::size_t given_ = kNotYet;          ///< symbols that were not chosen by the model
  std::vector<std::size_t> bar_starts_;  ///< symbols before each bar that the model began
  int bars_ = 0;
  std::size_t clean_ = 0;     ///< symbols after which the piece could have ended, the most
  std::size_t furthest_ = 0;  ///< symbols of the longest piece that could not go on
  int tries_ = 0;             ///< to get further than that
};

}  // namespace

Composer Composer::load(const std::filesystem::path& model_file) {
  return from(weights::ModelFile::load(model_file), model_file);
}

Composer Composer::from(const weights::ModelFile& file, const std::filesystem::path& path,
                        const engine::Options& options) {
  Composer composer;
  composer.representation = representation::make(representation_of(file, path));
  composer.model = engine::Model::create(file, options);
  if (composer.model->spec().reads_frames()) {
    if (composer.representation->spec().name != "frames")
      throw Error({.message = "its network reads frames, its representation has none",
                   .path = path.string(),
                   .hint = "The file is damaged or was made by another version."});
    composer.frames = std::make_shared<representation::FrameCode>(composer.representation->spec());
    evaluation::frame_head(composer.model->spec(), *composer.frames);
  }
  const std::size_t symbols = composer.representation->vocabulary().size();
  if (composer.frames == nullptr && symbols != static_cast<std::size_t>(composer.model->vocabulary_size())) {
    throw Error({.message = "its network has " + std::to_string(composer.model->vocabulary_size()) +
                            " symbols, its representation " + std::to_string(symbols),
                 .path = path.string(),
                 .hint = "The file is damaged or was made by another version."});
  }
  const auto filter = evaluation::passage_filter_of(path);
  if (!path.empty() && std::filesystem::exists(filter))
    composer.known = std::make_shared<evaluation::PassageFilter>(evaluation::PassageFilter::open(filter));
  return composer;
}

std::vector<Composition> compose_several(const Composer& composer, const ComposeOptions& options, std::size_t count,
                                         int threads, const ProgressSink& progress, const std::stop_token& stop) {
  if (options.seconds && !(*options.seconds > 0)) throw Error("the length in seconds must be above 0");
  if (options.bars && *options.bars < 1) throw Error("the length in bars must be at least 1");
  if (options.symbols && *options.symbols < 1) throw Error("the length in symbols must be at least 1");
  std::vector<Composition> pieces(count);
  SharedProgress shared(progress, count);
  compose_all<ScoreSession>(
      *composer.model, composer.frames != nullptr, count, threads, stop,
      [&](std::size_t i, const std::stop_token& stopped) {
        return std::make_unique<ScoreSession>(composer, options, i, shared, stopped);
      },
      [&](ScoreSession& session) { pieces[session.number()] = std::move(session.result()); });
  return pieces;
}

Composition compose(const Composer& composer, const ComposeOptions& options, const ProgressSink& progress,
                    std::stop_token stop) {
  return std::move(compose_several(composer, options, 1, 1, progress, stop).front());
}

}  // namespace continuo::generation
