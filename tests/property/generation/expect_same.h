// What two compositions have in common when they are the same.
#pragma once

#include <gtest/gtest.h>

#include "continuo/generation/compose.h"

namespace continuo::generation {

inline void expect_same(const Composition& one, const Composition& other) {
  EXPECT_EQ(one.symbols, other.symbols);
  EXPECT_EQ(one.score, other.score);
  EXPECT_EQ(one.warnings, other.warnings);
  EXPECT_EQ(one.generated, other.generated);
  EXPECT_EQ(one.retries, other.retries);
  EXPECT_EQ(one.steps, other.steps);
  EXPECT_EQ(one.ended, other.ended);
  EXPECT_EQ(one.interrupted, other.interrupted);
}

}  // namespace continuo::generation
