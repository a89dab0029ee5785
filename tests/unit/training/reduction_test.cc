// Gradients that are summed over processes while the backward pass goes on.
#include "training/reduction.h"

#include <gmock/gmock.h>

#include "unit/training/together.h"

namespace continuo::training {
namespace {

using torch::Tensor;

TEST(GradientReduction, SumsBucketsBesideTheBackwardPass) {
  together(2, [](Ranks& ranks) {
    const auto parameter = [](double value) { return torch::full({4, 4}, value).requires_grad_(); };
    const Tensor unused = parameter(1), first = parameter(2), second = parameter(3);
    constexpr std::int64_t kOneParameter = 16 * sizeof(float);
    GradientReduction each(*ranks.link(), {unused, first, second}, kOneParameter);
    ASSERT_EQ(each.buckets(), 3U);
    const auto backward = [&] {
      const Tensor x = torch::full({1, 4}, ranks.first() ? 1.0 : 10.0);
      torch::mm(torch::mm(x, first), second).sum().backward();
    };
    backward();  // is not sent, and stays with what follows
    EXPECT_EQ(first.grad()[0][0].item<double>(), ranks.first() ? 12 : 120);
    each.begin();
    backward();
    each.finish();
    EXPECT_EQ(each.left_early(), 2U) << "all but that of the parameter that had no part in it";
    EXPECT_TRUE(first.grad().eq(2 * (12 + 120)).all().item<bool>());
    EXPECT_TRUE(second.grad().eq(2 * (8 + 80)).all().item<bool>());
    EXPECT_TRUE(unused.grad().eq(0).all().item<bool>());
    backward();  // alone again
    EXPECT_EQ(first.grad()[0][0].item<double>(), 264 + (ranks.first() ? 12 : 120));
  });
}

TEST(GradientReduction, PutsNeighboursIntoOneBucket) {
  together(2, [](Ranks& ranks) {
    std::vector<Tensor> parameters;
    for (int i = 0; i < 5; ++i) parameters.push_back(torch::ones({4, 4}).requires_grad_());
    const GradientReduction pairs(*ranks.link(), parameters, 2 * 16 * sizeof(float));
    EXPECT_EQ(pairs.buckets(), 3U);
    const GradientReduction all(*ranks.link(), parameters);
    EXPECT_EQ(all.buckets(), 1U);
  });
}

}  // namespace
}  // namespace continuo::training
