// From notes on the grid of remi to its symbols.
#pragma once

#include <cstdint>
#include <vector>

#include "representation/bar_grid.h"
#include "representation/remi_layout.h"

namespace continuo::representation {

struct RemiNote {
  std::uint64_t key = 0;  ///< place, program, pitch
  Tick tick = 0;
  std::uint16_t duration = 0;  ///< index
  std::uint8_t velocity = 0;   ///< index
  static std::uint64_t make_key(GridUnit place, int program, int pitch) noexcept {
    return static_cast<std::uint64_t>(place) << 16 | static_cast<std::uint64_t>(program << 8 | pitch);
  }
  GridUnit place() const noexcept { return static_cast<GridUnit>(key >> 16); }
  int program() const noexcept { return static_cast<int>(key >> 8 & 255); }
  int pitch() const noexcept { return static_cast<int>(key & 255); }
};

/// Mean tempo between two ticks, asked for in rising order.
class TempoWalk {
 public:
  explicit TempoWalk(const Score& score) : tempos_(&score.tempos) {}
  /// Microseconds per quarter note; the tempo in force at `from` where to <= from.
  double mean(Tick from, Tick to);

 private:
  double tempo_before(std::size_t index) const;
  const std::vector<TempoChange>* tempos_;
  std::size_t next_ = 0;
};

/// Writes the symbols of one score. Everything that it is given must outlive it.
class RemiWriter {
 public:
  RemiWriter(const RemiLayout& layout, const BarGrid& grid, const Score& score, std::vector<Symbol>& symbols);

  /// `notes` by key, none twice; `end`: tick at which the last one ends.
  void write(const std::vector<RemiNote>& notes, Tick end);

  std::size_t shortened_silences() const noexcept { return shortened_; }
  std::size_t cut_notes() const noexcept { return cut_; }

 private:
  void put(RemiKind kind, int index) { symbols_.push_back(layout_.symbol(kind, index)); }
  void write_bars_to(GridUnit place);
  void write_tempo(Tick from, Tick to);
  void write_note(const RemiNote& note);
  void cut_off(const RemiNote& note);

  /// The latest note of a program and pitch; symbol: where its duration stands, 0 for none.
  struct Sounding {
    GridUnit place = 0;
    std::size_t symbol = 0;
  };

  const RemiLayout& layout_;
  const std::vector<BarGrid::Run>& runs_;
  TempoWalk tempos_;
  std::vector<Symbol>& symbols_;
  std::vector<Sounding> sounding_;
  std::size_t run_ = 0;
  GridUnit bar_begin_ = 0, bar_end_ = 0;
  GridUnit removed_ = 0;  ///< of silences
  int signature_ = -1, tempo_ = -1, program_ = -1, velocity_ = -1;
  double microseconds_ = -1;
  std::size_t shortened_ = 0, cut_ = 0;
};

}  // namespace continuo::representation
