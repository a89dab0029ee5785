// Match model: what followed when the latest symbols last stood in the same sequence, as extra input features of a
// network.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace continuo::weights {

/// The symbol that would come next if the sequence repeated itself.
struct Match {
  std::uint16_t symbol = 0;
  std::uint16_t length = 0;  ///< class of how many symbols agree, 0 to kMatchLengths - 1; 0: there is no match
};
inline constexpr int kMatchLengths = 8;  ///< none; fewer than 12, 16, 24, 32, 48, 64 symbols; 64 or more
inline constexpr int kLongestMatch = 64;

/// The match model of data compression (Mahoney 2005, PAQ): a passage that was found is followed as long as it agrees;
/// a hash table of the latest symbols gives the most recent place where they stood, which is taken when it agrees
/// longer. It looks back over 8,192 symbols. Deterministic; a step takes constant time and allocates nothing.
class MatchModel {
 public:
  static constexpr std::size_t kHistory = 8192;
  static constexpr std::size_t kTable = 8192;
  static constexpr std::size_t kMemory = 4 + kHistory + kTable;

  /// `memory` of kMemory values, all zero at the beginning of a sequence, is what there is to remember. `shortest`:
  /// symbols that a passage must have in common, 2 to kLongestMatch.
  MatchModel(std::span<std::int32_t> memory, int shortest) : memory_(memory), shortest_(shortest) {}

  /// Takes one more symbol; what would follow it.
  Match step(std::uint16_t symbol) noexcept;

 private:
  std::int32_t& at(std::int32_t time) const noexcept { return memory_[4 + static_cast<std::size_t>(time) % kHistory]; }
  void look_up(std::int32_t time) noexcept;

  std::span<std::int32_t> memory_;
  std::int32_t shortest_;
};

}  // namespace continuo::weights
