// The table of a Markov chain in a model file: what cannot be walked is refused by name.
#include <gmock/gmock.h>

#include "continuo/base/error.h"
#include "continuo/weights/model_file.h"

namespace continuo::weights {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

/// Over symbols 0 to 2: 0 began the sequence, then came 1 2 1 2.
ModelContents chain() {
  return {.network = {3, 0, MarkovSpec{.order = 1, .max_entries = 100, .entries = {3, 3}}},
          .metadata = {},
          .tensors = {{"level.1.symbol", {0, 1, 2}},
                      {"level.1.count", {0, 2, 2}},
                      {"level.1.first", {0, 1, 2}},
                      {"level.2.symbol", {1, 2, 1}},
                      {"level.2.count", {1, 2, 1}}}};
}

TEST(MarkovFile, IsReadBack) {
  const ModelFile file = ModelFile::parse(serialise(chain()));
  EXPECT_THAT(file.tensor("level.2.count").values, testing::ElementsAre(1, 2, 1));
}

TEST(MarkovFile, WhatCannotBeWalkedIsRefusedByName) {
  const std::vector<std::tuple<std::string, std::vector<float>>> cases = {
      {"level.1.symbol", {0, 1, 3}},    {"level.1.symbol", {0, 2, 1}},     {"level.1.symbol", {0, 1, 1}},
      {"level.1.symbol", {0, 0.5F, 2}}, {"level.1.symbol", {-1, 1, 2}},    {"level.1.count", {0, -2, 2}},
      {"level.1.count", {0, 1.5F, 2}},  {"level.1.count", {0, 1e9F, 2}},   {"level.1.first", {0, 2, 1}},
      {"level.1.first", {0, 1, 4}},     {"level.1.first", {1, 1, 2}},      {"level.1.first", {0, 0.5F, 1}},
      {"level.2.count", {0, 2, 1}},     {"level.2.symbol", {1, 2, 70000}},
  };
  for (const auto& [name, values] : cases) {
    ModelContents contents = chain();
    contents.tensors[name] = values;
    EXPECT_THAT([&] { serialise(contents); }, ThrowsMessage<Error>(HasSubstr(name))) << testing::PrintToString(values);
  }
  ModelContents falling = chain();
  falling.tensors["level.1.first"] = {0, 0, 3};  // 1 2 1 below one node
  EXPECT_THAT([&] { serialise(falling); }, ThrowsMessage<Error>(HasSubstr("level.2.symbol")));
}

TEST(MarkovFile, OneThatHasNotCountedIsRefused) {
  EXPECT_THAT(
      [] {
        serialise({.network = {3, 0, MarkovSpec{}}, .metadata = {}, .tensors = {}});
      },
      ThrowsMessage<Error>(HasSubstr("not counted")));
}

}  // namespace
}  // namespace continuo::weights
