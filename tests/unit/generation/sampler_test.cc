// Which symbol is chosen, and how often.
#include "continuo/generation/sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <numeric>
#include <set>
#include <utility>
#include <vector>

#include "continuo/base/error.h"

namespace continuo::generation {
namespace {

using representation::SymbolKind;

constexpr int kDraws = 40'000;

std::vector<double> frequencies(const SamplingOptions& options, const std::vector<float>& logits,
                                const std::vector<std::uint8_t>& mask = {}) {
  Sampler sampler(options, logits.size());
  Random random(1);
  std::vector<double> share(logits.size());
  for (int i = 0; i < kDraws; ++i) share[sampler.choose(logits, mask, random)] += 1.0 / kDraws;
  return share;
}

const std::vector<float> kLogits{std::log(0.1F), std::log(0.4F), std::log(0.3F), std::log(0.2F)};

TEST(Sampler, DrawsWithTheModelsProbabilities) {
  const auto share = frequencies({.top_p = 1}, kLogits);
  EXPECT_NEAR(share[0], 0.1, 0.01);
  EXPECT_NEAR(share[1], 0.4, 0.01);
  EXPECT_NEAR(share[2], 0.3, 0.01);
  EXPECT_NEAR(share[3], 0.2, 0.01);
}

TEST(Sampler, TemperatureHalfSquaresTheProbabilities) {
  const auto share = frequencies({.temperature = 0.5, .top_p = 1}, kLogits);
  const double total = 0.01 + 0.16 + 0.09 + 0.04;
  EXPECT_NEAR(share[1], 0.16 / total, 0.01);
  EXPECT_NEAR(share[0], 0.01 / total, 0.01);
}

TEST(Sampler, TopKKeepsTheMostProbable) {
  const auto share = frequencies({.top_k = 2, .top_p = 1}, kLogits);
  EXPECT_EQ(share[0], 0);
  EXPECT_EQ(share[3], 0);
  EXPECT_NEAR(share[1], 4.0 / 7, 0.01);
}

TEST(Sampler, TopPKeepsTheSmallestSetThatReachesTheShare) {
  const auto share = frequencies({.top_p = 0.65}, kLogits);  // 0.4 + 0.3 >= 0.65
  EXPECT_EQ(share[0] + share[3], 0);
  EXPECT_NEAR(share[2], 3.0 / 7, 0.01);
  EXPECT_NEAR(frequencies({.top_p = 0.1}, kLogits)[1], 1.0, 1e-9);
}

TEST(Sampler, ForbiddenSymbolsAreNeverChosen) {
  const auto share = frequencies({.top_k = 2, .top_p = 1}, kLogits, {1, 0, 1, 1});
  EXPECT_EQ(share[1] + share[0], 0);
  EXPECT_NEAR(share[2], 0.6, 0.01);
}

TEST(Sampler, ArgmaxTakesTheMostProbableAllowedAndTheLowerOfEquals) {
  Random random(1);
  Sampler sampler({.argmax = true}, 4);
  EXPECT_EQ(sampler.choose(kLogits, {}, random), 1);
  const std::vector<std::uint8_t> mask{1, 0, 0, 1};
  EXPECT_EQ(sampler.choose(kLogits, mask, random), 3);
  EXPECT_EQ(sampler.choose(std::vector<float>{1, 2, 2, 0}, {}, random), 1);
}

TEST(Sampler, RanksLogitsOfEverySignAndEqualsByTheirNumber) {
  const std::vector<float> logits{0.0F, -3.5F, 2.0F, -0.0F, 1e-40F, 2.0F, -1e30F, -1e-40F, 7.25F, -3.5F, 1e30F, -0.0F};
  std::vector<std::size_t> ranked(logits.size());
  std::iota(ranked.begin(), ranked.end(), std::size_t{0});
  std::ranges::stable_sort(ranked, std::ranges::greater{}, [&](std::size_t i) { return logits[i]; });
  for (std::size_t k = 1; k < logits.size(); ++k) {
    // So hot that all that are kept are as probable.
    const auto share = frequencies({.temperature = 1e35, .top_k = static_cast<int>(k), .top_p = 1}, logits);
    for (std::size_t rank = 0; rank < logits.size(); ++rank)
      EXPECT_EQ(share[ranked[rank]] > 0, rank < k) << "rank " << rank << " of " << k << " kept";
  }
}

TEST(Sampler, DrawsFromTheNucleusAsItsProbabilitiesSay) {
  Random random(2);
  std::vector<float> logits(77);
  for (float& logit : logits) logit = static_cast<float>(random.below(12)) * 0.5F;  // with equals
  std::vector<std::uint8_t> mask(logits.size());
  for (auto& allowed : mask) allowed = random.below(5) != 0 ? 1 : 0;
  std::vector<std::size_t> ranked;
  for (std::size_t i = 0; i < logits.size(); ++i)
    if (mask[i] != 0) ranked.push_back(i);
  std::ranges::stable_sort(ranked, std::ranges::greater{}, [&](std::size_t i) { return logits[i]; });
  double whole = 0;
  for (const std::size_t i : ranked) whole += std::exp(static_cast<double>(logits[i]));
  for (const double top_p : {1e-6, 0.05, 0.3, 0.6, 0.97, 0.999}) {
    std::vector<double> expected(logits.size());
    double mass = 0;
    for (const std::size_t i : ranked) {
      if (mass >= top_p * whole) break;
      expected[i] = std::exp(static_cast<double>(logits[i]));
      mass += expected[i];
    }
    const auto share = frequencies({.top_p = top_p}, logits, mask);
    for (std::size_t i = 0; i < logits.size(); ++i) {
      EXPECT_NEAR(share[i], expected[i] / mass, 0.01) << top_p << " symbol " << i;
      EXPECT_TRUE(expected[i] > 0 || share[i] == 0) << top_p << " symbol " << i;
    }
  }
}

TEST(Sampler, HugeLogitsDoNotOverflow) {
  const auto share = frequencies({.top_p = 1}, {1e30F, -1e30F, 1e30F, 0});
  EXPECT_NEAR(share[0], 0.5, 0.01);
  EXPECT_NEAR(share[2], 0.5, 0.01);
}

TEST(Sampler, SettingsOutOfRangeAreRefused) {
  EXPECT_THROW(Sampler({.temperature = 0}, 4), Error);
  EXPECT_THROW(Sampler({.temperature = NAN}, 4), Error);
  EXPECT_THROW(Sampler({.top_k = -1}, 4), Error);
  EXPECT_THROW(Sampler({.top_p = 0}, 4), Error);
  EXPECT_THROW(Sampler({.top_p = 1.5}, 4), Error);
}

/// Of remi's symbols: what may come next, with logits that are not equal.
struct Choice {
  std::vector<float> logits;
  std::vector<std::uint8_t> mask;
};

Choice choice_of(const representation::Vocabulary& vocabulary, const std::set<representation::SymbolKind>& kinds) {
  Choice choice{std::vector<float>(vocabulary.size()), std::vector<std::uint8_t>(vocabulary.size(), 0)};
  Random random(7);
  for (std::size_t i = 0; i < vocabulary.size(); ++i) {
    choice.logits[i] = static_cast<float>(3 * random.uniform());
    choice.mask[i] = kinds.contains(vocabulary.meanings()[i].kind) ? 1 : 0;
  }
  return choice;
}

std::vector<double> frequencies(Sampler sampler, const Choice& choice) {
  Random random(1);
  std::vector<double> share(choice.logits.size());
  for (int i = 0; i < kDraws; ++i) share[sampler.choose(choice.logits, choice.mask, random)] += 1.0 / kDraws;
  return share;
}

double share_of(const representation::Vocabulary& vocabulary, const std::vector<double>& shares, SymbolKind kind) {
  double sum = 0;
  for (std::size_t i = 0; i < shares.size(); ++i)
    if (vocabulary.meanings()[i].kind == kind) sum += shares[i];
  return sum;
}

class KindTemperatures : public testing::Test {
 protected:
  std::unique_ptr<representation::Representation> remi_ = representation::make({.name = "remi"});
  const representation::Vocabulary& vocabulary_ = remi_->vocabulary();

  /// Of what `choice` allows, by the softmax at `temperature`.
  std::vector<double> softmax(const Choice& choice, double temperature) const {
    std::vector<double> shares(choice.logits.size());
    double total = 0;
    for (std::size_t i = 0; i < shares.size(); ++i)
      total += shares[i] = choice.mask[i] == 0 ? 0 : std::exp(static_cast<double>(choice.logits[i]) / temperature);
    for (double& share : shares) share /= total;
    return shares;
  }
};

TEST_F(KindTemperatures, ActOnTheirKindAlone) {
  const SamplingOptions options{.temperature = 0.5, .top_p = 1, .kinds = {{SymbolKind::kVelocity, 2.0}}};
  for (const auto& [kind, temperature] : {std::pair(SymbolKind::kVelocity, 2.0), {SymbolKind::kPitch, 0.5}}) {
    const Choice choice = choice_of(vocabulary_, {kind});
    const auto drawn = frequencies(Sampler(options, vocabulary_), choice), expected = softmax(choice, temperature);
    for (std::size_t i = 0; i < drawn.size(); ++i) EXPECT_NEAR(drawn[i], expected[i], 0.01);
  }
}

TEST_F(KindTemperatures, OfDifferentKindsLeaveTheirSharesAlone) {
  const Choice choice = choice_of(vocabulary_, {SymbolKind::kVelocity, SymbolKind::kPitch, SymbolKind::kBar});
  const SamplingOptions options{.temperature = 0.4, .top_p = 1, .kinds = {{SymbolKind::kVelocity, 1.5}}};
  const auto drawn = frequencies(Sampler(options, vocabulary_), choice);
  const auto plain = softmax(choice, 1);
  const double velocities = share_of(vocabulary_, plain, SymbolKind::kVelocity);
  EXPECT_NEAR(share_of(vocabulary_, drawn, SymbolKind::kVelocity), velocities, 0.01);
  // Pitches and the bar compete at their temperature.
  const auto others = softmax(choice_of(vocabulary_, {SymbolKind::kPitch, SymbolKind::kBar}), 0.4);
  EXPECT_NEAR(share_of(vocabulary_, drawn, SymbolKind::kBar),
              (1 - velocities) * share_of(vocabulary_, others, SymbolKind::kBar), 0.01);
  const auto within = softmax(choice_of(vocabulary_, {SymbolKind::kVelocity}), 1.5);
  for (std::size_t i = 0; i < drawn.size(); ++i)
    if (vocabulary_.meanings()[i].kind == SymbolKind::kVelocity) {
      EXPECT_NEAR(drawn[i], velocities * within[i], 0.01);
    }
}

TEST_F(KindTemperatures, NucleusIsOfWhatIsDrawnFrom) {
  const Choice choice = choice_of(vocabulary_, {SymbolKind::kVelocity, SymbolKind::kPitch});
  SamplingOptions options{.temperature = 0.5, .top_p = 1, .kinds = {{SymbolKind::kVelocity, 1.0}}};
  auto all = frequencies(Sampler(options, vocabulary_), choice);
  options.top_p = 0.5;
  const auto some = frequencies(Sampler(options, vocabulary_), choice);
  // What is left are the most frequent, and they have half of the whole.
  double kept = 0, least = 1;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (some[i] == 0) continue;
    kept += all[i];
    least = std::min(least, all[i]);
  }
  EXPECT_GE(kept, 0.48);
  EXPECT_LT(kept - least, 0.52);
  for (std::size_t i = 0; i < all.size(); ++i)
    if (some[i] == 0) {
      EXPECT_LT(all[i], least + 0.01);
    }
}

TEST_F(KindTemperatures, NucleusLeavesInstrumentsAlone) {
  // Pitches, of which the less probable are cut, and instruments with a thousandth each, all of which stay.
  Choice choice = choice_of(vocabulary_, {SymbolKind::kPitch, SymbolKind::kProgram, SymbolKind::kDrums});
  for (std::size_t i = 0; i < choice.logits.size(); ++i)
    if (vocabulary_.meanings()[i].kind != SymbolKind::kPitch) choice.logits[i] = -4;
  const auto expected = softmax(choice, 1);
  const SamplingOptions options{.top_p = 0.5};
  const auto drawn = frequencies(Sampler(options, vocabulary_), choice);
  const auto cut = frequencies(Sampler(options, vocabulary_.size()), choice);
  const auto instruments = [&](const std::vector<double>& shares) {
    return share_of(vocabulary_, shares, SymbolKind::kProgram) + share_of(vocabulary_, shares, SymbolKind::kDrums);
  };
  EXPECT_EQ(instruments(cut), 0) << "without a vocabulary they are symbols like others";
  // Half of the pitches' probability is gone.
  EXPECT_NEAR(instruments(drawn), instruments(expected) / (instruments(expected) + 0.5), 0.01);
  EXPECT_GT(share_of(vocabulary_, drawn, SymbolKind::kDrums), 0);
}

TEST_F(KindTemperatures, AllEqualAreOneTemperature) {
  SamplingOptions equal{.temperature = 1.5, .kinds = {}};
  for (const SymbolKind kind : representation::symbol_kinds()) equal.kinds[kind] = 0.8;
  Sampler by_kind(equal, vocabulary_), plain({.temperature = 0.8}, vocabulary_.size());
  const Choice choice = choice_of(vocabulary_, {SymbolKind::kVelocity, SymbolKind::kPitch, SymbolKind::kBar});
  Random one(3), other(3);
  for (int i = 0; i < 2000; ++i)
    ASSERT_EQ(by_kind.choose(choice.logits, choice.mask, one), plain.choose(choice.logits, choice.mask, other));
}

TEST_F(KindTemperatures, MustBeAboveZero) {
  EXPECT_THROW(Sampler({.kinds = {{SymbolKind::kPitch, 0.0}}}, vocabulary_), Error);
}

}  // namespace
}  // namespace continuo::generation
