// Score decoder: notes from symbols that come one after the other, each as soon as no later symbol can change it.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "continuo/representation/representation.h"

namespace continuo::representation {

/// A note of a sequence that is not complete, as decode() of the whole sequence will give it.
struct SettledNote {
  Note note;  ///< in ticks of 1/ppq of a quarter note
  int ppq = 1;
  int program = 0;  ///< General MIDI; of drums 0
  bool drums = false;
  Seconds begin = 0, end = 0;  ///< from the beginning of the piece
  friend bool operator==(const SettledNote&, const SettledNote&) = default;
};

/// A note is settled when another one has begun after its end: what comes later can then neither shorten it nor change
/// the tempo in which it sounds. All notes of a whole sequence, settled one after the other, are those that decode()
/// gives. Copyable; not thread-safe.
class ScoreDecoder {
 public:
  explicit ScoreDecoder(std::shared_ptr<const Representation> representation)
      : representation_(std::move(representation)) {}

  void push(std::span<const Symbol> symbols) { symbols_.insert(symbols_.end(), symbols.begin(), symbols.end()); }
  /// No symbol follows: all notes are settled.
  void finish() { finished_ = true; }
  std::size_t symbols() const noexcept { return symbols_.size(); }  ///< that were pushed
  bool finished() const noexcept { return finished_; }
  /// The notes that were settled since the last call, by onset of their end. Costs time in proportion to all symbols.
  std::vector<SettledNote> take();

 private:
  std::shared_ptr<const Representation> representation_;
  std::vector<Symbol> symbols_;
  std::size_t read_ = 0;  ///< symbols that take() has seen
  bool finished_ = false;
  Tick settled_ = -1;  ///< notes that end before are settled and were taken
};

}  // namespace continuo::representation
