// Measuring how fast a network learns.
#include "continuo/training/speed.h"

#include <gmock/gmock.h>

#include "continuo/base/error.h"

namespace continuo::training {
namespace {

TEST(Speed, CountsWhatItMeasures) {
  OptimisationOptions training;
  training.batch = 4;
  training.chunk = 32;
  training.threads = 1;
  for (const TrainingPrecision precision : {TrainingPrecision::kFp32, TrainingPrecision::kBf16}) {
    training.precision = precision;
    const Speed speed = measure_speed({.network = {11, 0, weights::LstmSpec{.embedding = 3, .hidden = 5, .layers = 1}},
                                       .training = training,
                                       .seconds = 0.05});
    EXPECT_EQ(speed.parameters, 11U * 3 + 20 * 8 + 40 + 11 * 5 + 11);
    EXPECT_EQ(speed.flops_per_symbol, 6 * (20.0 * 8 + 11 * 5));
    EXPECT_GE(speed.turns, 1);
    EXPECT_GT(speed.seconds_per_step, 0);
    EXPECT_DOUBLE_EQ(speed.flops_per_second, speed.symbols_per_second * speed.flops_per_symbol);
    EXPECT_GT(speed.peak_flops_per_second, speed.flops_per_second);
  }
}

TEST(Speed, IsNotMeasuredWhereTheWorkIsNotCounted) {
  EXPECT_THROW(measure_speed({.network = {11, 0, weights::GuideCnnSpec{}}}), Error);
  EXPECT_THROW(measure_speed({.network = {11, 0, weights::LstmSpec{}, weights::kReal}}), Error);
}

}  // namespace
}  // namespace continuo::training
