// A sampler that looks at the allowed symbols only draws what one that looks at all of them draws, to the bit.
#include <gtest/gtest.h>

#include "continuo/base/random.h"
#include "continuo/representation/representation.h"
#include "property/generation/plain_sampler.h"

namespace continuo::generation {
namespace {

std::vector<float> random_logits(Random& random, std::size_t size) {
  std::vector<float> logits(size);
  const double width = random.below(4) == 0 ? 40 : 3;
  for (float& logit : logits) logit = static_cast<float>(width * random.normal());
  if (random.below(4) == 0) std::fill(logits.begin(), logits.begin() + static_cast<std::ptrdiff_t>(size / 2), 1.5F);
  return logits;
}

/// Single symbols, runs of them, none, all, or no mask.
std::vector<std::uint8_t> random_mask(Random& random, std::size_t size) {
  std::vector<std::uint8_t> mask(size);
  switch (random.below(6)) {
    case 0:
      return {};
    case 1:
      std::fill(mask.begin(), mask.end(), std::uint8_t{1});
      break;
    case 2:
      mask[random.below(size)] = 1;
      break;
    case 3:
      for (auto& allowed : mask) allowed = random.below(12) == 0 ? 1 : 0;
      break;
    default:
      for (std::size_t at = random.below(size), end = at + random.below(size - at) + 1; at < end; ++at) mask[at] = 1;
  }
  if (random.below(200) == 0) std::fill(mask.begin(), mask.end(), std::uint8_t{0});
  return mask;
}

SamplingOptions random_options(Random& random) {
  SamplingOptions options{.argmax = random.below(20) == 0,
                          .temperature = random.below(3) == 0 ? 1.0 : 0.2 + 2 * random.uniform(),
                          .top_k = random.below(3) == 0 ? static_cast<int>(random.between(1, 40)) : 0,
                          .top_p = random.below(3) == 0 ? 1.0 : 0.05 + 0.95 * random.uniform()};
  if (random.below(2) == 0) options.kinds[representation::SymbolKind::kPitch] = 0.3 + random.uniform();
  if (random.below(2) == 0) options.kinds[representation::SymbolKind::kVelocity] = 0.3 + random.uniform();
  if (random.below(3) == 0) options.kinds[representation::SymbolKind::kBar] = 1;
  return options;
}

class SamplerProperty : public ::testing::TestWithParam<const char*> {};

TEST_P(SamplerProperty, DrawsWhatThePlainRuleDraws) {
  Random random(91);
  const auto representation = representation::make({.name = GetParam()});
  const representation::Vocabulary& vocabulary = representation->vocabulary();
  for (int round = 0; round < 150; ++round) {
    const SamplingOptions options = random_options(random);
    Sampler sampler(options, vocabulary);
    plain::PlainSampler plain(options, vocabulary);
    Random own(random.next());
    Random others = own;
    for (int draw = 0; draw < 60; ++draw) {
      const auto logits = random_logits(random, vocabulary.size());
      const auto mask = random_mask(random, vocabulary.size());
      ASSERT_EQ(sampler.choose(logits, mask, own), plain.choose(logits, mask, others)) << round << ", " << draw;
      ASSERT_EQ(own.state(), others.state());
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Vocabularies, SamplerProperty, ::testing::Values("remi", "events", "frames"));

}  // namespace
}  // namespace continuo::generation
