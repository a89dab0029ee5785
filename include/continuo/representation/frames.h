// frames: the keys that are down at each time step (Boulanger-Lewandowski et al. 2012; Bai et al. 2018), as symbols in
// an order that makes their chain rule exact, and the input features of the past beside them.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "continuo/representation/representation.h"

namespace continuo::representation {

/// The keys of a frame; bit k is key k of the range, counted from its lowest.
using KeySet = std::bitset<128>;

/// How a network predicts frames.
enum class FrameHead : std::uint8_t {
  kChain,  ///< key after key in rising order, then EndOfFrame: every dependence within a frame, exactly
  kKeys,   ///< each key for itself, given the frames before
};

/// Frames to and from symbols. A sequence is [Start] [Label] frame... [End]; a frame is its keys in rising order, then
/// EndOfFrame. Immutable.
class FrameCode {
 public:
  /// Throws Error for a spec of another representation and for bad settings.
  explicit FrameCode(const RepresentationSpec& spec);

  int lowest() const noexcept { return lowest_; }  ///< MIDI pitch of key 0
  int keys() const noexcept { return keys_; }
  bool context() const noexcept { return context_; }  ///< whether networks are told what FrameInputs knows
  std::size_t vocabulary_size() const noexcept { return static_cast<std::size_t>(first_key_ + keys_); }
  Symbol end_of_frame() const noexcept { return static_cast<Symbol>(first_key_ - 1); }
  Symbol symbol_of(int key) const noexcept { return static_cast<Symbol>(first_key_ + key); }
  bool is_key(Symbol symbol) const noexcept { return symbol >= first_key_ && symbol < first_key_ + keys_; }
  int key_of(Symbol symbol) const noexcept { return symbol - first_key_; }

  /// The frames that EndOfFrame completes; symbols that are neither keys nor EndOfFrame are passed over.
  std::vector<KeySet> frames(std::span<const Symbol> symbols) const;
  void append(const KeySet& frame, std::vector<Symbol>& symbols) const;

  /// Values that a network reads at a step (NetworkSpec::inputs); 0: the symbol, or the keys of the frame, alone.
  int inputs(FrameHead head) const noexcept;

 private:
  int lowest_ = 0, keys_ = 0, first_key_ = 0;
  bool context_ = false;
};

/// What a network reads of one sequence, step by step. With FrameCode::context(), after the symbol or the keys: the
/// last complete frame (chain), how long its keys have been down, what followed when the latest frames last stood in
/// this sequence (the longest such passage, of those the latest) and how long that passage is, for how long nothing has
/// changed, the number of the frame within 12 and within 16, fading counts of pitch classes, and by how many semitones
/// the sequence was transposed in training. All of it follows from what came before.
class FrameInputs {
 public:
  FrameInputs(const FrameCode& code, FrameHead head, int semitones = 0);

  std::size_t width() const noexcept { return values_.size(); }
  /// kChain: takes one more symbol. The values are valid until the next call.
  std::span<const float> step(Symbol symbol);
  /// kKeys: takes one more frame.
  std::span<const float> step(const KeySet& frame);
  const KeySet& so_far() const noexcept { return so_far_; }  ///< kChain: the keys of the frame that is not complete
  std::size_t frames() const noexcept { return past_.size(); }

 private:
  void complete(const KeySet& frame);
  void write_past(std::span<float> values) const;

  const FrameCode& code_;
  int semitones_;
  std::vector<float> values_;
  std::size_t past_at_ = 0;  ///< where write_past() writes in values_
  KeySet so_far_;
  std::vector<KeySet> past_;
  std::vector<std::uint32_t> suffix_;  ///< for each frame of the past: how many frames up to it equal the latest ones
  std::vector<std::uint32_t> age_;     ///< of each key, in frames
  std::uint32_t unchanged_ = 0;
  std::uint32_t match_length_ = 0;
  std::size_t match_ = 0;  ///< the frame that followed the match
  std::vector<float> classes_;
};

}  // namespace continuo::representation
