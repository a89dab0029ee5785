// How often the network steps for each symbol that is kept: going back must not replay a piece from its beginning.
#include <gtest/gtest.h>

#include "continuo/generation/compose.h"

namespace continuo::generation {
namespace {

TEST(Steps, GoingBackDoesNotReplayThePiece) {
  const auto composer = loaded::LoadedModel::load(CONTINUO_SOURCE_DIR "/models/default.safetensors");
  std::size_t steps = 0, kept = 0;
  for (const Composition& piece : compose_several(composer, {.seconds = 60, .seed = 1}, 6, 1)) {
    steps += piece.steps;
    kept += piece.symbols.size();
    EXPECT_GT(piece.symbols.size(), 100U);
  }
  EXPECT_LE(static_cast<double>(steps), 2.7 * static_cast<double>(kept)) << steps << " steps for " << kept;
  RecordProperty("steps", std::to_string(steps));
  RecordProperty("kept", std::to_string(kept));
}

}  // namespace
}  // namespace continuo::generation
