// Every network with every start, over symbols and over frames of keys.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "continuo/base/error.h"
#include "continuo/generation/compose.h"
#include "unit/engine/random_model.h"
#include "unit/generation/scripted_model.h"

namespace continuo::generation {
namespace {

using representation::FrameCode;
using representation::FrameHead;

const std::vector<std::pair<std::string, std::string>> kOctave = {{"lowest", "60"}, {"highest", "71"}};

representation::RepresentationSpec frames_spec(const char* context) {
  representation::RepresentationSpec spec{.name = "frames", .settings = {}, .labels = {}};
  for (const auto& [name, value] : kOctave) spec.settings[name] = value;
  spec.settings["context"] = context;
  return spec;
}

LoadedModel composer_of(const weights::NetworkSpec& network, const representation::RepresentationSpec& spec) {
  Random random(3);
  return LoadedModel::of(engine::random_model(network, random), {{weights::kRepresentationKey, to_json(spec)}});
}

/// Of every row: over symbols, and where it can over frames whose keys are a chain or independent, with and without
/// features of the past.
std::vector<LoadedModel> every_composer() {
  std::vector<LoadedModel> composers;
  for (const weights::NetworkInfo* row : weights::network_infos()) {
    const auto plain = frames_spec("off");
    const FrameCode plain_code(plain);
    composers.push_back(
        composer_of(weights::shrunk_network(row->name, static_cast<int>(plain_code.vocabulary_size())), plain));
    if (!row->reads_frames) continue;
    const auto rich = frames_spec("on");
    const FrameCode rich_code(rich);
    for (const auto& [spec, code] : {std::pair(plain, plain_code), std::pair(rich, rich_code)}) {
      weights::NetworkSpec keys = weights::shrunk_network(row->name, code.keys());
      keys.output = weights::kBinary;
      keys.inputs = code.inputs(FrameHead::kKeys);
      composers.push_back(composer_of(keys, spec));
    }
    weights::NetworkSpec chain = weights::shrunk_network(row->name, static_cast<int>(rich_code.vocabulary_size()));
    chain.inputs = rich_code.inputs(FrameHead::kChain);
    composers.push_back(composer_of(chain, rich));
  }
  return composers;
}

Score prompt() {
  Score score{.ppq = 480};
  score.tracks.emplace_back().notes = {{.onset = 0, .duration = 480, .pitch = 60, .velocity = 80},
                                       {.onset = 480, .duration = 480, .pitch = 64, .velocity = 80}};
  return score;
}

TEST(Starts, EveryNetworkComposesFromEveryStart) {
  for (const LoadedModel& composer : every_composer()) {
    SCOPED_TRACE(weights::to_json(composer.model->spec()));
    for (const StartKind start : {StartKind::kBeginning, StartKind::kRandom, StartKind::kPrompt}) {
      for (const bool argmax : {false, true}) {
        for (const std::size_t length : {std::size_t{0}, std::size_t{1}}) {
          const ComposeOptions options{.sampling = {.argmax = argmax},
                                       .start = start,
                                       .random_length = length,
                                       .keep_random = argmax && start == StartKind::kRandom,
                                       .prompt = prompt(),
                                       .symbols = 24,
                                       .stop_at_end = false};
          const auto piece = compose(composer, options);
          EXPECT_EQ(piece.generated, 24U);
          EXPECT_GT(piece.steps, 0U);
          EXPECT_EQ(piece.symbols, compose(composer, options).symbols);
        }
      }
    }
  }
}

/// What independent keys predict after a random array decides from the first symbol on.
TEST(Starts, IndependentKeysAreAskedAfterARandomArray) {
  const auto spec = frames_spec("off");
  const FrameCode code(spec);
  weights::NetworkSpec network = weights::shrunk_network("lstm", code.keys());
  network.output = weights::kBinary;
  weights::ModelContents contents{.network = network, .metadata = {}, .tensors = {}};
  for (const auto& tensor : weights::tensor_specs(network))
    contents.tensors[tensor.name].resize(engine::value_count(tensor));
  auto& bias = contents.tensors.at("head.bias");
  std::fill(bias.begin(), bias.end(), -30.0F);
  bias[4] = bias[7] = 30;
  const LoadedModel composer =
      LoadedModel::of(engine::Model::create(weights::ModelFile::parse(weights::serialise(contents))),
                      {{weights::kRepresentationKey, to_json(spec)}});
  for (const std::size_t length : {1, 5, 40}) {
    const auto piece =
        compose(composer, {.start = StartKind::kRandom, .random_length = length, .symbols = 6, .stop_at_end = false});
    std::vector<representation::Symbol> expected;
    for (int frame = 0; frame < 2; ++frame)
      for (const auto symbol : {code.symbol_of(4), code.symbol_of(7), code.end_of_frame()}) expected.push_back(symbol);
    EXPECT_EQ(std::vector(piece.symbols.end() - 6, piece.symbols.end()), expected) << length;
  }
}

TEST(Starts, ANetworkWhoseValuesAreNotFiniteIsRefused) {
  for (const float value : {NAN, INFINITY, -INFINITY}) {
    LoadedModel composer;
    composer.representation = representation::make({.name = "remi"});
    std::vector<float> logits(composer.representation->vocabulary().size(), 0.0F);
    logits.back() = value;
    composer.model = std::make_shared<ScriptedModel>(logits);
    try {
      compose(composer, {.symbols = 10});
      FAIL() << value;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kDamaged);
      EXPECT_THAT(error.what(), testing::HasSubstr("not finite"));
    }
  }
}

}  // namespace
}  // namespace continuo::generation
