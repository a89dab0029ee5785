// The work of a step, counted by hand.
#include "continuo/weights/work.h"

#include <gtest/gtest.h>

namespace continuo::weights {
namespace {

TEST(Work, OfAnLstmIsItsMatrices) {
  // Layer 1: 4 x 5 rows of 3 + 5; layer 2: of 5 + 5; head: 7 rows of 5. Embedding and condition are looked up.
  const NetworkSpec spec{
      .vocabulary_size = 7, .labels = 2, .network = LstmSpec{.embedding = 3, .hidden = 5, .layers = 2}};
  EXPECT_EQ(multiply_adds(spec), 20.0 * 8 + 20 * 10 + 7 * 5);
}

TEST(Work, OfTheFullSizeWaveNetIsAMillionAndAQuarter) {
  const NetworkSpec spec{.vocabulary_size = 256,
                         .network = WaveNetSpec{.residual_channels = 64,
                                                .skip_channels = 256,
                                                .head_channels = 256,
                                                .kernel_size = 2,
                                                .stacks = 3,
                                                .dilations = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512}}};
  // 30 layers of 2 taps to 128 gates and of 64 to 256 skips, 29 of 64 to 64, and the head.
  EXPECT_EQ(multiply_adds(spec), 30.0 * (2 * 64 * 128 + 64 * 256) + 29 * 64 * 64 + 2 * 256 * 256);
}

TEST(Work, IsNotCountedWhereLayersRunOverAWindow) {
  EXPECT_FALSE(multiply_adds({.vocabulary_size = 9, .network = GuideCnnSpec{}}));
  EXPECT_FALSE(multiply_adds({.vocabulary_size = 9, .network = MarkovSpec{}}));
}

}  // namespace
}  // namespace continuo::weights
