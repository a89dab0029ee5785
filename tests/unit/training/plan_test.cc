// How a checkpoint names its way of drawing examples.
#include "training/plan.h"

#include <gtest/gtest.h>

namespace continuo::training {
namespace {

using Order = ExampleOptions::Order;

TEST(Describe, NamesTheOrderOfExamplesAndReadsItsNumberOfOlderCheckpoints) {
  for (const auto& [order, number, name] :
       {std::tuple(Order::kContiguous, "0", "contiguous"), std::tuple(Order::kRandom, "1", "random"),
        std::tuple(Order::kManyToOne, "2", "many-to-one")}) {
    const std::string described = describe({.order = order, .chunk = 64, .batch = 3});
    EXPECT_TRUE(described.starts_with(std::string("order ") + name + ", chunk 64, batch 3")) << described;
    EXPECT_EQ(order_named(described), described);
    const std::string older = std::string("order ") + number + described.substr(described.find(','));
    EXPECT_EQ(order_named(older), described);
  }
  EXPECT_EQ(order_named("order 7, chunk 1"), "order 7, chunk 1");
  EXPECT_EQ(order_named(""), "");
}

}  // namespace
}  // namespace continuo::training
