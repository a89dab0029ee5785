// Ending: how a piece that shall have some length in music comes to an end near it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "continuo/representation/representation.h"
#include "generation/closing.h"

namespace continuo::generation {

/// Leads one piece to an end. From `earliest` on pitches of the home key are preferred, and an End counts only where
/// the piece closes there; late tries accept another key. When the length is reached without an End, what follows the
/// last place before `earliest`, or halfway from there, is composed anew, each time with more inclination to end and to
/// come home;
/// after `tries` of that, or as soon as a good one was passed, the place is taken that closes best and, of equal ones,
/// where End was most probable.
class Ending {
 public:
  /// `earliest`: share of the length; `slack`: share by which an ending may miss it; `tries`: 0 seeks nothing.
  Ending(double earliest, double slack, int tries) : earliest_(earliest), slack_(slack), tries_(tries) {}
  /// Endings shall close. Without it any will do, and nothing is preferred.
  void close_with(Closing closing) { closing_ = std::move(closing); }

  bool sought() const noexcept { return tries_ > 0; }
  double slack() const noexcept { return slack_; }

  /// The piece of `symbols` may end here, at this share of its length. `logits`: of what comes next; `bars`: of the
  /// whole piece, 0 where that is open.
  void consider(double share, std::span<const float> logits, const std::vector<representation::Symbol>& symbols,
                int bars);
  /// End was drawn after `symbols`: whether it closes as well as it should by now.
  bool closes(const std::vector<representation::Symbol>& symbols, int bars) const;
  /// The length is reached: the number of symbols to go on from, or nothing when it was tried often enough.
  std::optional<std::size_t> try_again();
  /// The piece up to the best place; empty where there was none.
  std::vector<representation::Symbol>& best() noexcept { return best_; }
  /// The best place closes as it should and End is no surprise there.
  bool good() const noexcept;
  /// The logits of the next symbol, at this share of the length. End is raised where it is allowed, and pitches of the
  /// home key, the more the more was tried. Valid until the next call.
  std::span<const float> inclined(double share, std::span<const float> logits, std::span<const std::uint8_t> mask);

 private:
  Close wanted() const noexcept;

  double earliest_, slack_;
  int tries_, tried_ = 0;
  std::size_t from_ = 0;       ///< symbols before the last place where an ending may begin
  std::size_t late_from_ = 0;  ///< likewise, halfway from there to the length
  std::optional<Closing> closing_;
  bool home_known_ = false;  ///< for this try
  std::vector<representation::Symbol> best_;
  Close best_close_ = Close::kNone;
  double best_probability_ = -1;  ///< of End, there
  std::vector<float> inclined_;
};

}  // namespace continuo::generation
