// Baselines of frames against sums by hand.
#include <gmock/gmock.h>

#include <cmath>

#include "continuo/base/error.h"
#include "continuo/evaluation/baselines.h"

namespace continuo::evaluation {
namespace {

TEST(FrameBaselines, OfRealNumbers) {
  const std::vector<float> train = {9, 9, 1, 2, 3, 4};  // predicts 1 2 and 3 4; the first frame is given
  const std::vector<float> held_out = {0, 0, 2, 3, 2, 5};
  const std::span<const float> trains[] = {train};
  const std::span<const float> helds[] = {held_out};
  const Baselines found = frame_baselines(trains, helds, 2, false);
  EXPECT_EQ(found.symbols, 2U);
  EXPECT_DOUBLE_EQ(found.uniform, (4.0 + 9 + 4 + 25) / 4);
  EXPECT_DOUBLE_EQ(found.frequencies, (0.0 + 0 + 0 + 4) / 4) << "the mean frame is 2 3";
  EXPECT_DOUBLE_EQ(found.repetition, (4.0 + 9 + 0 + 4) / 4);
}

TEST(FrameBaselines, OfZerosAndOnes) {
  const std::vector<float> train = {0, 0, 1, 0, 1, 1};
  const std::vector<float> held_out = {1, 0, 1, 1};
  const std::span<const float> trains[] = {train};
  const std::span<const float> helds[] = {held_out};
  const Baselines found = frame_baselines(trains, helds, 2, true);
  EXPECT_DOUBLE_EQ(found.uniform, 2 * std::log(2.0));
  // Ones, with one of both added: 3 of 4 in the first place, 2 of 4 in the second.
  EXPECT_DOUBLE_EQ(found.frequencies, -std::log(3.0 / 4) - std::log(2.0 / 4));
  // After a 1 (once: 1), 2 of 3; after a 0 (three times: 1 0 1), 3 of 5.
  EXPECT_DOUBLE_EQ(found.repetition, -std::log(2.0 / 3) - std::log(3.0 / 5));
}

TEST(FrameBaselines, WithoutAnythingToPredict) {
  EXPECT_EQ(frame_baselines({}, {}, 3, true).symbols, 0U);
  EXPECT_THROW(frame_baselines({}, {}, 0, true), Error);
}

}  // namespace
}  // namespace continuo::evaluation
