// Ending: how a piece that shall have some length in music comes to an end near it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "continuo/representation/representation.h"

namespace continuo::generation {

/// Remembers places of one piece where it may end. When the length is reached without an End, what follows the last
/// place before `earliest` is composed anew, each time with a little more inclination to end; after `tries` of that the
/// place is taken where End was most probable.
class Ending {
 public:
  /// `earliest`: share of the length; `slack`: share by which an ending may miss it; `tries`: 0 seeks nothing.
  Ending(double earliest, double slack, int tries) : earliest_(earliest), slack_(slack), tries_(tries) {}

  bool sought() const noexcept { return tries_ > 0; }
  double slack() const noexcept { return slack_; }

  /// The piece of `symbols` may end here, at this share of its length. `logits`: of what comes next.
  void consider(double share, std::span<const float> logits, const std::vector<representation::Symbol>& symbols);
  /// The length is reached: the number of symbols to go on from, or nothing when it was tried often enough.
  std::optional<std::size_t> try_again();
  /// The piece up to the place where End was most probable; empty where there was none.
  std::vector<representation::Symbol>& best() noexcept { return best_; }
  /// The logits of the next symbol, End's raised where it is allowed; valid until the next call.
  std::span<const float> inclined(std::span<const float> logits, std::span<const std::uint8_t> mask);

 private:
  double earliest_, slack_;
  int tries_, tried_ = 0;
  std::size_t from_ = 0;  ///< symbols before the last place where an ending may begin
  std::vector<representation::Symbol> best_;
  double best_probability_ = -1;  ///< of End, there
  std::vector<float> inclined_;
};

}  // namespace continuo::generation
