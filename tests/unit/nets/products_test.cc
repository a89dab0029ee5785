// Mixed precision: products with factors in bfloat16 are near those of float32, and are them again afterwards.
#include "continuo/nets/products.h"

#include <gtest/gtest.h>

#include "continuo/nets/network.h"
#include "continuo/nets/threads.h"
#include "specs.h"

namespace continuo::nets::testing {
namespace {

/// Gradient of a loss over all outputs by all parameters, as one vector.
torch::Tensor gradient_of(NetworkImpl& network) {
  const weights::NetworkSpec& spec = network.spec();
  torch::manual_seed(5);
  const torch::Tensor input = spec.reads_frames() ? torch::rand({3, 24, spec.input_size()})
                                                  : torch::randint(spec.vocabulary_size, {3, 24}, torch::kInt64);
  network.eval();
  network.zero_grad();
  const torch::Tensor outputs = network.forward(input);
  (outputs.sin() * 3).sum().backward();
  std::vector<torch::Tensor> parts;
  for (const auto& parameter : network.parameters())
    if (parameter.grad().defined()) parts.push_back(parameter.grad().flatten());
  return torch::cat(parts);
}

TEST(BfloatProducts, GradientsPointTheSameWayAndFloatReturns) {
  for (const int threads : {1, 2}) {
    set_threads(threads, 1);
    for (const auto& spec : all_specs()) {
      SCOPED_TRACE(describe(spec));
      const auto network = make_network(spec, 3);
      const torch::Tensor exact = gradient_of(*network);
      {
        const BfloatProducts off(false);
        EXPECT_TRUE(torch::equal(exact, gradient_of(*network)));
      }
      {
        const BfloatProducts on(true);
        const torch::Tensor rounded = gradient_of(*network);
        EXPECT_FALSE(torch::equal(exact, rounded));
        EXPECT_EQ(rounded.scalar_type(), torch::kFloat32);
        const auto along = (exact * rounded).sum().item<double>();
        const auto lengths = (exact.norm() * rounded.norm()).item<double>();
        EXPECT_GT(along / lengths, 0.999);
        EXPECT_NEAR(rounded.norm().item<double>() / exact.norm().item<double>(), 1, 0.02);
      }
      EXPECT_TRUE(torch::equal(exact, gradient_of(*network)));
    }
  }
  set_threads(1, 1);
}

}  // namespace
}  // namespace continuo::nets::testing
