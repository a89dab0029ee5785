// Piece: one piece in the making, without the network. Its parts: start, length, rules, backtracking, choice, feed,
// finish.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "continuo/generation/session.h"
#include "generation/backtracking.h"
#include "generation/length.h"
#include "generation/lock_step.h"
#include "generation/network_feed.h"
#include "generation/rules.h"
#include "generation/start.h"

namespace continuo::generation {

/// Owns all that it needs. A copy goes on by itself; its network must be in the state of the other's.
class Piece {
 public:
  /// Throws Error as compose() does.
  /// `number` is added to the options' stream.
  Piece(const LoadedModel& composer, std::shared_ptr<const ComposeOptions> options, std::size_t number = 0);
  Piece(const Piece& other);
  Piece& operator=(const Piece&) = delete;

  struct Step {
    StepResult result = StepResult::kHeard;
    bool feeds = false;  ///< the network has to step on `feed` before anything else, and hear() to tell its output
  };
  /// One symbol more, or back, or the end. Without effect on a piece that is finished.
  Step advance(const PieceNetwork& network, Feed& feed);
  void hear(std::span<const float> output) { feed_.hear(output); }

  int label() const noexcept { return label_; }
  const ComposeOptions& options() const noexcept { return *options_; }
  const Random& random() const noexcept { return random_; }
  std::span<const representation::Symbol> symbols() const noexcept { return symbols_; }
  std::size_t committed() const noexcept { return floor_; }  ///< symbols before which nothing backtracks
  void commit() noexcept { floor_ = symbols_.size(); }
  bool finished() const noexcept { return finished_.has_value(); }
  double share() const;
  std::size_t steps() const noexcept { return steps_; }
  std::span<const float> output() const noexcept { return feed_.output(); }
  Composition result() const;

 private:
  /// Music of the opening is known to the rules and the grammar from the beginning.
  void begin(const Opening& opening);
  std::size_t generated() const noexcept { return symbols_.size() - given_; }
  StepResult go_on(const PieceNetwork& network);
  /// Draws what comes next, or goes back where nothing may come.
  StepResult choose(const PieceNetwork& network, double share);
  void write(representation::Symbol symbol, bool given);
  representation::Symbol draw(std::span<const float> logits);
  representation::Symbol draw_or_go_on(std::span<const float> logits);
  /// The length is reached without an End: another try, or the best place there was.
  StepResult seek_ending(const PieceNetwork& network);
  StepResult go_back(const std::string& blocking, const PieceNetwork& network);
  /// Back to the first `size` symbols.
  void retract(std::size_t size, const PieceNetwork& network);
  StepResult finish(StepResult how);

  LoadedModel composer_;
  std::shared_ptr<const ComposeOptions> options_;
  int label_;
  Random random_;
  Sampler sampler_;
  std::unique_ptr<representation::Cursor> cursor_;
  std::vector<std::uint8_t> mask_;
  Length length_;
  Rules rules_;
  Backtracking backtracking_;
  NetworkFeed feed_;

  std::vector<representation::Symbol> symbols_;
  std::vector<representation::Symbol> priming_;  ///< what the network heard before the piece, in place of its opening
  std::size_t given_ = 0;                        ///< symbols that were not chosen by the model
  std::size_t floor_ = 0;                        ///< symbols before which nothing backtracks
  bool checkpoint_here_ = true;                  ///< before the next symbol is chosen
  bool ended_ = false;                           ///< End was chosen
  bool whole_ = false;                           ///< every bar that was asked for is complete
  std::size_t steps_ = 0;
  std::vector<std::string> warnings_;
  std::optional<StepResult> finished_;
};

}  // namespace continuo::generation
