// Network specs: their JSON, their limits, their receptive fields and the tensors that they ask for.
#include "continuo/weights/network_spec.h"

#include <gmock/gmock.h>

#include <functional>
#include <map>

#include "continuo/base/error.h"

namespace continuo::weights {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

std::vector<NetworkSpec> examples() {
  WaveNetSpec paper{.residual_channels = 16,
                    .skip_channels = 16,
                    .head_channels = 8,
                    .kernel_size = 3,
                    .input_kernel_size = 1,
                    .stacks = 1,
                    .dilations = {1, 3, 9},
                    .block = weights::Block::kPaper,
                    .dropout = 0.1F};
  return {{400, 0, WaveNetSpec{}},
          {7, 3, paper},
          {100, 5, LstmSpec{.embedding = 3, .hidden = 4, .layers = 5, .dropout = 0.25F}},
          {256, 0, WaveNetLstmSpec{.wavenet = paper, .hidden = 9, .layers = 2}},
          {88, 2, GruSpec{.embedding = 3, .hidden = 4, .layers = 5, .dropout = 0.5F}, kBinary},
          {513, 0, LstmSpec{}, kReal},
          {91, 0, WaveNetSpec{}, kCategorical, 500},
          {91, 0, GruSpec{.match = 12}},
          {88, 0, GruSpec{}, kBinary, 40},
          {400, 3, GuideCnnSpec{.window = 16, .channels = {3, 5}, .dilations = {2, 1}, .hidden = 7}},
          {400, 0, MarkovSpec{}},
          {9, 0, MarkovSpec{.order = 2, .max_entries = 100, .entries = {9, 80, 100}}},
          {91, 0, WaveNetSpec{.match = 12}},
          {91, 2, WaveNetLstmSpec{.wavenet = {.match = 2}}}};
}

TEST(NetworkSpec, JsonGivesBackTheSpec) {
  for (const NetworkSpec& spec : examples()) EXPECT_EQ(network_spec_from_json(to_json(spec)), spec) << to_json(spec);
}

TEST(NetworkSpec, JsonReadsAsDocumented) {
  EXPECT_EQ(
      to_json({100, 5, LstmSpec{.embedding = 3, .hidden = 4, .layers = 1, .dropout = 0.1F}}),
      R"({"labels":5,"lstm":{"dropout":0.1,"embedding":3,"hidden":4,"layers":1},"name":"lstm","vocabulary_size":100})");
  EXPECT_EQ(network_spec_from_json(R"({"name": "wavenet", "vocabulary_size": 9})"), (NetworkSpec{9, 0, WaveNetSpec{}}));
}

TEST(NetworkSpec, NamesAreThoseOfTheList) {
  std::vector<std::string> names;
  for (const NetworkSpec& spec : examples()) names.push_back(spec.name());
  EXPECT_THAT(names, ElementsAre("wavenet", "wavenet", "lstm", "wavenet-lstm", "gru", "lstm", "wavenet", "gru", "gru",
                                 "guide-cnn", "markov", "markov", "wavenet", "wavenet-lstm"));
  EXPECT_THAT(network_names(),
              ::testing::IsSupersetOf({"wavenet", "lstm", "gru", "wavenet-lstm", "guide-cnn", "markov"}));
  for (const std::string& name : network_names()) EXPECT_EQ(default_network(name).name(), name);
  EXPECT_THROW(default_network("transformer"), Error);
}

TEST(NetworkSpec, ReceptiveFields) {
  EXPECT_EQ((WaveNetSpec{.input_kernel_size = 1, .stacks = 1, .dilations = {1}}).receptive_field(), 2);
  EXPECT_EQ(WaveNetSpec{}.receptive_field(), 1 + 1 + 2 * 255);
  // Figure 3 of arXiv 1609.03499: dilations 1, 2, 4, 8 see 16 inputs.
  EXPECT_EQ((WaveNetSpec{.input_kernel_size = 1, .stacks = 1, .dilations = {1, 2, 4, 8}}).receptive_field(), 16);
  EXPECT_EQ((WaveNetSpec{.kernel_size = 3, .input_kernel_size = 4, .stacks = 2, .dilations = {1, 5}}).receptive_field(),
            1 + 3 + 2 * 2 * 6);
  EXPECT_EQ((NetworkSpec{9, 0, WaveNetSpec{}}).receptive_field(), 512);
  EXPECT_EQ((NetworkSpec{9, 0, WaveNetSpec{.match = 8}}).receptive_field(), 0)
      << "its features are of passages of any age";
  EXPECT_EQ((NetworkSpec{9, 0, LstmSpec{}}).receptive_field(), 0);
  EXPECT_EQ((NetworkSpec{9, 0, WaveNetLstmSpec{}}).receptive_field(), 0);
  EXPECT_EQ((NetworkSpec{9, 0, GuideCnnSpec{}}).receptive_field(), 32);
  EXPECT_EQ((NetworkSpec{9, 0, MarkovSpec{.order = 3}}).receptive_field(), 3);
}

std::vector<std::string> listed(const NetworkSpec& spec) {
  std::vector<std::string> lines;
  for (const TensorSpec& tensor : tensor_specs(spec)) {
    std::string line = tensor.name;
    for (const auto size : tensor.shape) line += " " + std::to_string(size);
    lines.push_back(line);
  }
  return lines;
}

TEST(NetworkSpec, TensorsOfTheStandardBlock) {
  const WaveNetSpec spec{.residual_channels = 3,
                         .skip_channels = 5,
                         .head_channels = 7,
                         .kernel_size = 2,
                         .input_kernel_size = 4,
                         .stacks = 1,
                         .dilations = {1, 2}};
  EXPECT_THAT(listed({11, 6, spec}),
              ElementsAre("embedding.weight 4 11 3", "embedding.bias 3", "block.0.dilated.weight 6 3 2",
                          "block.0.dilated.bias 6", "block.0.skip.weight 5 3", "block.0.skip.bias 5",
                          "block.0.residual.weight 3 3", "block.0.residual.bias 3", "block.0.condition.weight 6 6",
                          "block.1.dilated.weight 6 3 2", "block.1.dilated.bias 6", "block.1.skip.weight 5 3",
                          "block.1.skip.bias 5", "block.1.condition.weight 6 6", "head.0.weight 7 5", "head.0.bias 7",
                          "head.1.weight 11 7", "head.1.bias 11"));
}

TEST(NetworkSpec, TensorsOfThePaperBlock) {
  const WaveNetSpec spec{.residual_channels = 3,
                         .skip_channels = 3,
                         .head_channels = 7,
                         .kernel_size = 2,
                         .input_kernel_size = 1,
                         .stacks = 1,
                         .dilations = {1},
                         .block = weights::Block::kPaper};
  EXPECT_THAT(listed({11, 0, spec}),
              ElementsAre("embedding.weight 1 11 3", "embedding.bias 3", "block.0.dilated.weight 3 3 2",
                          "block.0.dilated.bias 3", "block.0.gate.weight 6 3", "block.0.gate.bias 6",
                          "head.0.weight 7 3", "head.0.bias 7", "head.1.weight 11 7", "head.1.bias 11"));
}

TEST(NetworkSpec, TensorsOfLstmAndBoth) {
  EXPECT_THAT(
      listed({11, 2, LstmSpec{.embedding = 3, .hidden = 5, .layers = 2}}),
      ElementsAre("embedding.weight 11 3", "condition.weight 2 3", "lstm.weight_ih_l0 20 3", "lstm.weight_hh_l0 20 5",
                  "lstm.bias_ih_l0 20", "lstm.bias_hh_l0 20", "lstm.weight_ih_l1 20 5", "lstm.weight_hh_l1 20 5",
                  "lstm.bias_ih_l1 20", "lstm.bias_hh_l1 20", "head.weight 11 5", "head.bias 11"));
  EXPECT_THAT(listed({11, 0, LstmSpec{.embedding = 3, .hidden = 5, .layers = 1, .match = 8}}),
              ElementsAre("embedding.weight 11 3", "match.embedding.weight 11 3", "match.length.weight 8 3",
                          "match.copy 8", "lstm.weight_ih_l0 20 3", "lstm.weight_hh_l0 20 5", "lstm.bias_ih_l0 20",
                          "lstm.bias_hh_l0 20", "head.weight 11 5", "head.bias 11"));
  const WaveNetSpec wavenet{
      .residual_channels = 3, .skip_channels = 4, .head_channels = 7, .stacks = 1, .dilations = {1}, .match = 2};
  EXPECT_THAT(listed({11, 0, WaveNetLstmSpec{.wavenet = wavenet, .hidden = 6, .layers = 1}}),
              testing::IsSupersetOf({"match.embedding.weight 11 3", "match.copy 8", "block.0.skip.weight 4 3",
                                     "lstm.weight_ih_l0 24 4", "lstm.weight_hh_l0 24 6", "head.0.weight 7 10"}));
}

TEST(NetworkSpec, TheEmbeddingReadsTheInputsAndTheHeadGivesTheVocabulary) {
  const auto shapes = [](const NetworkSpec& spec) {
    std::map<std::string, std::vector<std::int64_t>> found;
    for (const TensorSpec& tensor : tensor_specs(spec)) found[tensor.name] = tensor.shape;
    return found;
  };
  auto wavenet = shapes({9, 0, WaveNetSpec{.residual_channels = 4, .head_channels = 6}, kCategorical, 30});
  EXPECT_EQ(wavenet.at("embedding.weight"), (std::vector<std::int64_t>{2, 30, 4}));
  EXPECT_EQ(wavenet.at("head.1.weight"), (std::vector<std::int64_t>{9, 6}));
  auto lstm = shapes({9, 0, LstmSpec{.embedding = 4, .hidden = 5}, kBinary, 3});
  EXPECT_EQ(lstm.at("embedding.weight"), (std::vector<std::int64_t>{3, 4}));
  EXPECT_EQ(lstm.at("head.weight"), (std::vector<std::int64_t>{9, 5}));
}

TEST(NetworkSpec, TensorsOfGruGuideAndMarkov) {
  EXPECT_THAT(
      listed({11, 2, GruSpec{.embedding = 3, .hidden = 5, .layers = 1}}),
      ElementsAre("embedding.weight 11 3", "condition.weight 2 3", "gru.weight_ih_l0 15 3", "gru.weight_hh_l0 15 5",
                  "gru.bias_ih_l0 15", "gru.bias_hh_l0 15", "head.weight 11 5", "head.bias 11"));
  EXPECT_THAT(
      listed({11, 2, GuideCnnSpec{.window = 8, .embedding = 3, .channels = {4, 6}, .dilations = {1, 2}, .hidden = 7}}),
      ElementsAre("embedding.weight 11 3", "condition.weight 2 3", "convolution.0.weight 4 3 3", "convolution.0.bias 4",
                  "convolution.1.weight 6 4 3", "convolution.1.bias 6", "hidden.weight 7 6", "hidden.bias 7",
                  "head.weight 11 7", "head.bias 11"));
  EXPECT_THAT(listed({11, 0, MarkovSpec{.order = 1, .entries = {11, 40}}}),
              ElementsAre("level.1.symbol 11", "level.1.count 11", "level.1.first 11", "level.2.symbol 40",
                          "level.2.count 40"));
}

TEST(NetworkSpec, SpecsThatCannotBeBuiltNameTheirOption) {
  const auto wavenet = [](const std::function<void(WaveNetSpec&)>& change) {
    WaveNetSpec spec;
    change(spec);
    return NetworkSpec{400, 0, spec};
  };
  const std::vector<std::pair<NetworkSpec, std::string>> cases = {
      {{0, 0, LstmSpec{}}, "vocabulary_size"},
      {{65537, 0, LstmSpec{}}, "vocabulary_size"},
      {{10, -1, LstmSpec{}}, "labels"},
      {{10, 0, LstmSpec{.embedding = 0}}, "embedding"},
      {{10, 0, LstmSpec{.hidden = 0}}, "hidden"},
      {{10, 0, LstmSpec{.layers = 0}}, "layers"},
      {{10, 0, LstmSpec{.dropout = 1.0F}}, "dropout"},
      {{10, 0, LstmSpec{.hidden = 8192, .layers = 256}}, "parameters"},
      {{10, 0, WaveNetLstmSpec{.wavenet = {}, .hidden = -5}}, "hidden"},
      {wavenet([](auto& s) { s.residual_channels = 0; }), "residual_channels"},
      {wavenet([](auto& s) { s.skip_channels = 1 << 20; }), "skip_channels"},
      {wavenet([](auto& s) { s.head_channels = -1; }), "head_channels"},
      {wavenet([](auto& s) { s.kernel_size = 0; }), "kernel_size"},
      {wavenet([](auto& s) { s.input_kernel_size = 65; }), "input_kernel_size"},
      {wavenet([](auto& s) { s.stacks = 0; }), "stacks"},
      {wavenet([](auto& s) { s.stacks = 100; }), "stacks times dilations"},
      {wavenet([](auto& s) { s.dilations = {}; }), "dilations"},
      {wavenet([](auto& s) { s.dilations = {0}; }), "dilations"},
      {wavenet([](auto& s) { s.dilations = {1 << 21}; }), "dilations"},
      {wavenet([](auto& s) { s.dilations.assign(100, 1 << 20); }), "receptive field"},
      {wavenet([](auto& s) { s.dilations.assign(4, 1 << 20); }), "residual_channels"},
      {wavenet([](auto& s) { s.block = weights::Block::kPaper; }), "skip_channels"},
      {wavenet([](auto& s) { s.dropout = -0.1F; }), "dropout"},
      {{10, 0, MarkovSpec{}, kReal}, "output"},
      {{10, 0, GuideCnnSpec{}, kBinary}, "output"},
      {{10, 0, LstmSpec{}, kCategorical, -1}, "inputs"},
      {{10, 0, LstmSpec{}, kBinary, 65537}, "inputs"},
      {{10, 0, LstmSpec{}, kReal, 20}, "inputs"},
      {{10, 0, GuideCnnSpec{}, kCategorical, 20}, "inputs"},
      {{10, 0, MarkovSpec{}, kCategorical, 20}, "inputs"},
      {{10, 0, GruSpec{.layers = 257}}, "layers"},
      {{10, 0, GuideCnnSpec{.window = 12}}, "window"},
      {{10, 0, GuideCnnSpec{.dilations = {1, 2}}}, "dilations"},
      {{10, 0, GuideCnnSpec{.channels = {}, .dilations = {}}}, "channels"},
      {{10, 3, MarkovSpec{}}, "labels"},
      {{10, 0, MarkovSpec{.order = 17}}, "order"},
      {{10, 0, MarkovSpec{.order = 1, .entries = {10}}}, "entries"},
      {{10, 0, MarkovSpec{.order = 1, .entries = {10, 0}}}, "entries"},
  };
  for (const auto& [spec, option] : cases)
    EXPECT_THAT([&] { validate(spec); }, ThrowsMessage<Error>(HasSubstr(option))) << to_json(spec);
  for (const NetworkSpec& spec : examples()) EXPECT_NO_THROW(validate(spec));
}

TEST(NetworkSpec, BadJsonNamesTheKey) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "not valid JSON"},
      {"[]", "not an object"},
      {R"({"vocabulary_size": 9})", "name"},
      {R"({"name": "lstm"})", "vocabulary_size"},
      {R"({"name": "transformer", "vocabulary_size": 9})", "unknown network \"transformer\""},
      {R"({"name": "lstm", "vocabulary_size": 9.5})", "vocabulary_size"},
      {R"({"name": "lstm", "vocabulary_size": 99999999999999})", "vocabulary_size"},
      {R"({"name": "lstm", "vocabulary_size": 18446744073709551615})", "vocabulary_size"},
      {R"({"name": "lstm", "vocabulary_size": -9223372036854775808})", "vocabulary_size"},
      {R"({"name": "lstm", "vocabulary_size": 9, "lstm": 3})", "lstm"},
      {R"({"name": "lstm", "vocabulary_size": 9, "lstm": {"hidden": "many"}})", "hidden"},
      {R"({"name": "lstm", "vocabulary_size": 9, "lstm": {"dropout": 1e300}})", "dropout"},
      {R"({"name": "lstm", "vocabulary_size": 9, "lstm": {"heads": 3}})", "unknown key \"heads\""},
      {R"({"name": "lstm", "vocabulary_size": 9, "wavenet": {}})", "unknown key \"wavenet\""},
      {R"({"name": "wavenet", "vocabulary_size": 9, "wavenet": {"dilations": 4}})", "dilations"},
      {R"({"name": "wavenet", "vocabulary_size": 9, "wavenet": {"dilations": [1, "2"]}})", "dilations"},
      {R"({"name": "wavenet", "vocabulary_size": 9, "vocabulary_size": 10})", "\"vocabulary_size\" twice"},
      {R"({"name": "wavenet", "vocabulary_size": 9, "x": [[[[1]]]]})", "nests deeper"},
      {R"({"name": "wavenet", "vocabulary_size": 9, "wavenet": {"block": "other"}})", "block is \"other\""},
      {R"({"name": "lstm", "vocabulary_size": 9, "output": "complex"})", "output is \"complex\""},
      {std::string(70000, ' '), "too long"},
  };
  for (const auto& [text, words] : cases)
    EXPECT_THAT([&] { network_spec_from_json(text); }, ThrowsMessage<Error>(HasSubstr(words))) << text.substr(0, 100);
}

}  // namespace
}  // namespace continuo::weights
