// What all representations of scores do alike, given a layout (the vocabulary) and a state that reads symbols.
#pragma once

#include <memory>
#include <span>
#include <utility>

#include "continuo/base/error.h"
#include "continuo/representation/representation.h"

namespace continuo::representation {

/// A cursor whose `State`, made from a `Layout`, has read(symbol), allowed(mask), ended() and notes(). `Self` derives
/// from it and adds preview(), bars() and seconds().
template <class Self, class Layout, class State>
class GrammarCursor : public Cursor {
 public:
  explicit GrammarCursor(std::shared_ptr<const Layout> layout) : layout_(std::move(layout)), state_(*layout_) {}
  std::unique_ptr<Cursor> clone() const final { return std::make_unique<Self>(static_cast<const Self&>(*this)); }
  void advance(Symbol symbol) final { state_.read(symbol); }
  void allowed(std::span<std::uint8_t> mask) const final {
    if (mask.size() != layout_->vocabulary.size())
      throw Error(ErrorCode::kInvalidArgument, "a mask must have the size of the vocabulary");
    state_.allowed(mask);
  }
  bool ended() const final { return state_.ended(); }
  std::size_t notes() const final { return state_.notes(); }

 protected:
  std::shared_ptr<const Layout> layout_;
  State state_;
};

/// A representation whose `Layout` has `spec` and `vocabulary`, with cursors of type `CursorType`.
template <class Layout, class CursorType>
class GrammarRepresentation : public Representation {
 public:
  explicit GrammarRepresentation(std::shared_ptr<const Layout> layout) : layout_(std::move(layout)) {}
  const RepresentationSpec& spec() const final { return layout_->spec; }
  const Vocabulary& vocabulary() const final { return layout_->vocabulary; }
  std::unique_ptr<Cursor> cursor() const final { return std::make_unique<CursorType>(layout_); }

 protected:
  std::shared_ptr<const Layout> layout_;
};

}  // namespace continuo::representation
