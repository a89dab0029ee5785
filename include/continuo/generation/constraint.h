// Constraints: what must not come next in a composition, beside what the grammar forbids.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "continuo/music/instrument_range.h"
#include "continuo/representation/representation.h"

namespace continuo::loaded {
class KnownPassages;
}

namespace continuo::generation {

/// Follows one composition. Where nothing is left that may come next, composing goes back and tries anew.
class Constraint {
 public:
  virtual ~Constraint() = default;
  /// One that goes on from here by itself, for a copy of the composition.
  virtual std::unique_ptr<Constraint> clone() const = 0;
  /// Forbids symbols before anything is drawn: sets their mask to 0. The others stay as they are.
  virtual void mask(const representation::Cursor& /*cursor*/, std::span<std::uint8_t> /*mask*/) {}
  /// Whether `symbol`, which was drawn, may come next, given the place in the sequence. What may not is drawn anew, as
  /// if the grammar forbade it: a piece of which nothing is refused is the same as without the constraint.
  virtual bool allows(const representation::Cursor& cursor, representation::Symbol symbol) = 0;
  /// `symbol` comes next; `cursor` stands before it. `given`: it is of the prompt, which is as it is.
  virtual void advance(const representation::Cursor& cursor, representation::Symbol symbol, bool given) = 0;
  /// Takes back all but the first `symbols`.
  virtual void retract(std::size_t symbols) = 0;
  /// "would repeat 12 notes of the collection": what the user is told where nothing else could be written.
  virtual const char* reason() const = 0;
};

using ConstraintMaker = std::function<std::unique_ptr<Constraint>()>;

/// No passage of `passages`, not even transposed or in another tempo, with a note that was not given: not while the
/// piece grows and not at its end. The order in which notes are written does not matter (programs of one onset come one
/// after the other, positions between two sixteenths fall together): what is judged is the score as it would be
/// decoded.
ConstraintMaker never_repeat(std::shared_ptr<const loaded::KnownPassages> passages);

/// No note goes on with a block of symbols that was just repeated: once, or twice where the block has at most 32
/// symbols; what repeats fewer than 24 symbols, a trill, may go on for as long. Blocks have up to 2,048 symbols.
ConstraintMaker never_loop();

/// No note that its instrument does not have; drums have all. What the prompt has widens the ranges. A mask: what is
/// left is drawn as the model weighs it.
ConstraintMaker in_range(const representation::Representation& representation, const InstrumentRanges& ranges);

}  // namespace continuo::generation
