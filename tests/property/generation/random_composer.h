// Composers of random networks of every kind, over symbols and over frames, and a constraint that makes pieces go back.
#pragma once

#include <memory>

#include "continuo/generation/compose.h"
#include "unit/engine/random_model.h"

namespace continuo::generation {

/// Beyond the first `first` symbols, leaves nothing to choose after one of `every` symbols, so that pieces go back.
class DeadEnds final : public Constraint {
 public:
  explicit DeadEnds(std::size_t first = 60, representation::Symbol every = 31) : first_(first), every_(every) {}
  std::unique_ptr<Constraint> clone() const override { return std::make_unique<DeadEnds>(*this); }
  bool allows(const representation::Cursor& /*cursor*/, representation::Symbol symbol) override {
    return size_ <= first_ || last_ % every_ != 7 || symbol == representation::kEnd;
  }
  void advance(const representation::Cursor& /*before*/, representation::Symbol symbol, bool /*given*/) override {
    ++size_;
    last_ = symbol;
  }
  void retract(std::size_t size) override {
    size_ = size;
    last_ = 0;
  }
  const char* reason() const override { return "is a dead end"; }

 private:
  std::size_t first_;
  representation::Symbol every_;
  std::size_t size_ = 0;
  representation::Symbol last_ = 0;
};

inline LoadedModel random_composer(Random& random, int kind) {
  LoadedModel composer;
  weights::NetworkSpec spec = engine::random_spec(random, kind, 4);
  spec.labels = 0;
  if (spec.reads_frames()) {
    composer.representation = representation::make({.name = "frames"});
    composer.frames = std::make_shared<representation::FrameCode>(composer.representation->spec());
    const bool chain = kind % 2 == 0;
    spec.output = chain ? weights::kCategorical : weights::kBinary;
    spec.vocabulary_size = chain ? static_cast<int>(composer.frames->vocabulary_size()) : composer.frames->keys();
    spec.inputs = composer.frames->inputs(chain ? representation::FrameHead::kChain : representation::FrameHead::kKeys);
  } else {
    composer.representation = representation::make({.name = "remi"});
    spec.vocabulary_size = static_cast<int>(composer.representation->vocabulary().size());
  }
  composer.model = engine::Model::create(engine::random_file(spec, random));
  return composer;
}

}  // namespace continuo::generation
