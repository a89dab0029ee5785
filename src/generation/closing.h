// Closing: whether a piece may end where it stands, as pieces of tonal music do: on the tonic, at home.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "continuo/music/key.h"
#include "continuo/representation/representation.h"

namespace continuo::generation {

enum class Close : std::uint8_t {
  kNone,       ///< the last chord is not the tonic's, not in root position, not on a beat or shorter than a quarter
  kElsewhere,  ///< it is the tonic's in the key of the last bars, which is not the home key
  kHome,       ///< it is the tonic's in the home key, or there is no clear home key
};

/// Of one piece. The home key is that of its first eight bars, or of its first half where that is shorter. Copyable.
class Closing {
 public:
  explicit Closing(std::shared_ptr<const representation::Representation> representation);

  /// Finds the home key; `symbols`: of the piece so far.
  void find_home(std::span<const representation::Symbol> symbols);
  const std::optional<Key>& home() const noexcept { return home_; }
  /// Of a piece of `symbols` alone; `bars`: no note sounds beyond so many, 0: as many as there are. Decodes all of it.
  Close judge(std::span<const representation::Symbol> symbols, int bars) const;
  /// Takes `nats` from the logits of pitches outside of the home key's scale, where there is a home key.
  void lean(std::span<float> logits, float nats) const;

 private:
  std::shared_ptr<const representation::Representation> representation_;
  std::vector<std::pair<representation::Symbol, int>> pitches_;  ///< symbols that begin a note, and its pitch
  std::optional<Key> home_;
};

}  // namespace continuo::generation
