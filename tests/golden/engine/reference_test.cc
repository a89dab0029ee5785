// Models and logits that reference.py made from the description of the file alone: the engine must give the same.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "continuo/engine/engine.h"

namespace continuo::engine {
namespace {

class Reference : public testing::TestWithParam<const char*> {};

TEST_P(Reference, LogitsAreThoseOfThePage) {
  const auto folder = std::filesystem::path(CONTINUO_SOURCE_DIR) / "tests" / "golden" / "engine";
  const auto model = Model::create(weights::ModelFile::load(folder / (std::string(GetParam()) + ".safetensors")));
  std::ifstream expected(folder / (std::string(GetParam()) + ".txt"));
  ASSERT_TRUE(expected);
  int label = 0;
  expected >> label >> std::ws;
  std::string line;
  std::getline(expected, line);
  std::istringstream numbers(line);
  std::vector<std::uint16_t> symbols;
  for (std::uint16_t symbol = 0; numbers >> symbol;) symbols.push_back(symbol);
  ASSERT_EQ(symbols.size(), 24U);

  const auto stream = model->new_stream();
  stream->set_label(label);
  const auto recomputed = model->recompute(symbols, label);
  std::size_t place = 0;
  for (std::size_t t = 0; t < symbols.size(); ++t)
    for (const float logit : stream->step(symbols[t])) {
      float value = 0;
      ASSERT_TRUE(expected >> value);
      ASSERT_NEAR(logit, value, 1e-5) << "after symbol " << t;
      ASSERT_NEAR(recomputed.at(place++), value, 1e-5) << "after symbol " << t;
    }
  EXPECT_EQ(place, recomputed.size());
  EXPECT_FALSE(expected >> line);
}

INSTANTIATE_TEST_SUITE_P(Networks, Reference,
                         testing::Values("wavenet", "wavenet_paper", "lstm", "wavenet_lstm", "gru", "guide_cnn",
                                         "markov"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace continuo::engine
