// Rule: one wish, followed while a piece is written. Derive from it for a wish of your own.
#pragma once

#include <bitset>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "continuo/representation/representation.h"

namespace continuo::steering {

using representation::Symbol;

/// Time in units of 1/Place::units of a quarter note.
using Unit = std::int64_t;

struct Instrument {
  int program = 0;  ///< General MIDI, from 0
  bool drums = false;
  friend bool operator==(const Instrument&, const Instrument&) = default;
};

/// Where a piece stands.
struct Place {
  int units = 12;      ///< of a quarter note
  int bars = 0;        ///< of the whole piece; 0: not known
  int bar = -1;        ///< from 0; -1: before the first
  Unit bar_begin = 0;  ///< from the beginning of the piece
  Unit bar_length = 0;
  int numerator = 4, denominator = 4;
  Unit at = -1;  ///< of the notes that come next, from the beginning of the bar; -1: nothing has come in this bar
  bool group_open = false;               ///< notes may come at `at`
  int due = 0;                           ///< given notes that are still to come at `at`
  double tempo = 0;                      ///< quarters a minute; 0: none yet
  Instrument instrument{.program = -1};  ///< of the next note, unless the piece says otherwise
  const representation::Cursor* cursor = nullptr;
};

/// A note that is written in full.
struct WrittenNote {
  Unit begin = 0, duration = 0;  ///< from the beginning of the piece
  int bar = 0;                   ///< from 0
  Unit at = 0;                   ///< from the beginning of the bar
  int pitch = 0, velocity = 64;
  Instrument instrument;
  bool given = false;
};

using Pitches = std::bitset<128>;

/// Follows one particle. What is given is never asked about: rules bind what is new.
class Rule {
 public:
  virtual ~Rule() = default;
  /// One that goes on from here by itself.
  virtual std::unique_ptr<Rule> clone() const = 0;
  /// "the key D minor": how people call it.
  virtual std::string name() const = 0;
  /// "is outside of the key": why something was forbidden.
  virtual std::string reason() const = 0;
  /// Takes out what a note of `instrument` at place.at must not be. An instrument for which nothing is left is not
  /// begun: this is how a rule looks ahead.
  virtual void pitches(const Place& /*place*/, const Instrument& /*instrument*/, Pitches& /*left*/) {}
  /// Forbids symbols: sets their mask to 0.
  virtual void mask(const Place& /*place*/, std::span<std::uint8_t> /*mask*/) {}
  /// Whether the notes at place.at are enough for the piece to go on to another moment. Binds given moments, too.
  virtual bool may_move_on(const Place& /*place*/) { return true; }
  /// Multiplies the chances of symbols by factors of 0 or more. Returns whether it changed any.
  virtual bool bias(const Place& /*place*/, std::span<float> /*factors*/) { return false; }
  /// Whether `symbol`, which was drawn, may come: for what is cheaper to judge than to mask.
  virtual bool allows(const Place& /*place*/, Symbol /*symbol*/) { return true; }
  virtual void advance(const Place& /*place*/, Symbol /*symbol*/, bool /*given*/) {}
  /// A note is complete. Notes of one moment come by program, then by pitch.
  virtual void note(const WrittenNote& /*note*/) {}
  /// Asked at each bar line and at the end of the piece (`end`): a factor of the particle's weight. 0: the wish cannot
  /// be kept any more.
  virtual double weigh(const Place& /*place*/, bool /*end*/) { return 1; }
};

using RuleMaker = std::function<std::unique_ptr<Rule>()>;

}  // namespace continuo::steering
