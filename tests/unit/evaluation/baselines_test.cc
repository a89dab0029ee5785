// Baselines against values worked out by hand.
#include "continuo/evaluation/baselines.h"

#include <gtest/gtest.h>

#include <cmath>

#include "continuo/base/error.h"

namespace continuo::evaluation {
namespace {

using Symbols = std::vector<std::uint16_t>;

TEST(Baselines, AreThoseWorkedOutByHand) {
  // Predicted in train: 1 1 2 | 1. With one added each: 0 -> 1, 1 -> 4, 2 -> 2, of 7 in all.
  // Repetitions: 1 of 4; with one repetition and one change added 2 of 6.
  const Symbols a{0, 1, 1, 2}, b{0, 1};
  const std::vector<Sequence> train{a, b};
  // Predicted in held_out: 2 after 0, 2 after 2, 0 after 2.
  const Symbols c{0, 2, 2, 0};
  const std::vector<Sequence> held_out{c};
  const Baselines result = baselines(train, held_out, 3);
  EXPECT_EQ(result.symbols, 3u);
  EXPECT_DOUBLE_EQ(result.uniform, std::log(3.0));
  EXPECT_NEAR(result.frequencies, -(std::log(2.0 / 7) + std::log(2.0 / 7) + std::log(1.0 / 7)) / 3, 1e-12);
  const double change = 2.0 / 3, repeat = 1.0 / 3;
  EXPECT_NEAR(result.repetition, -(std::log(change * 2 / 6) + std::log(repeat) + std::log(change * 1 / 5)) / 3, 1e-12);
}

TEST(Baselines, PieceByPieceAddUpToTheWhole) {
  const Symbols a{0, 1, 1, 2}, b{0, 1}, c{0, 2, 2, 0}, d{1}, e{2, 1};
  const std::vector<Sequence> train{a, b}, held_out{c, d, e};
  const Baselines whole = baselines(train, held_out, 3);
  const std::vector<double> nats = repetition_nats(train, held_out, 3);
  ASSERT_EQ(nats.size(), 3u);
  EXPECT_EQ(nats[1], 0);
  EXPECT_NEAR(nats[2], -std::log(2.0 / 3 * 4 / 5), 1e-12);
  EXPECT_NEAR(nats[0] + nats[2], whole.repetition * 4, 1e-12);
  const std::vector<float> logits = frequency_logits(train, 3);
  EXPECT_NEAR(logits[0], std::log(1.0 / 7), 1e-6);
  EXPECT_NEAR(logits[1], std::log(4.0 / 7), 1e-6);
  EXPECT_NEAR(logits[2], std::log(2.0 / 7), 1e-6);
}

TEST(Baselines, OfNothingCountedAreUniform) {
  const Symbols sequence{0, 1, 2, 3};
  const std::vector<Sequence> held_out{sequence};
  const Baselines result = baselines({}, held_out, 4);
  EXPECT_NEAR(result.frequencies, std::log(4.0), 1e-12);
  EXPECT_NEAR(result.repetition, std::log(6.0), 1e-12);  // a half for the change, a third of it for each other symbol
}

TEST(Baselines, ProbabilitiesOfRepetitionAddUpToOne) {
  const Symbols counted{0, 1, 1, 1, 2, 3, 3, 0, 2, 1};
  const std::vector<Sequence> train{counted};
  for (std::uint16_t last = 0; last < 5; ++last) {
    double sum = 0;
    for (std::uint16_t next = 0; next < 5; ++next) {
      const Symbols pair{last, next};
      const std::vector<Sequence> held_out{pair};
      sum += std::exp(-baselines(train, held_out, 5).repetition);
    }
    EXPECT_NEAR(sum, 1.0, 1e-12) << "after " << last;
  }
}

TEST(Baselines, AreZeroWhereNothingIsPredicted) {
  const Symbols one{2}, none;
  const std::vector<Sequence> held_out{one, none};
  const Baselines result = baselines(held_out, held_out, 3);
  EXPECT_EQ(result.symbols, 0u);
  EXPECT_EQ(result.frequencies, 0.0);
  EXPECT_EQ(result.repetition, 0.0);
}

TEST(Baselines, RefuseSymbolsBeyondTheVocabulary) {
  const Symbols good{0, 1}, bad{0, 3};
  const std::vector<Sequence> one{good}, other{bad};
  EXPECT_THROW(baselines(one, other, 3), Error);
  EXPECT_THROW(baselines(other, one, 3), Error);
  EXPECT_THROW(baselines({}, {}, 0), Error);
}

}  // namespace
}  // namespace continuo::evaluation
