// What a model promises: every registered network runs, strangers' symbols and labels are harmless, streams live on.
#include <gmock/gmock.h>

#include <algorithm>
#include <set>
#include <thread>

#include "unit/engine/random_model.h"

namespace continuo::engine {
namespace {

TEST(Model, EveryNetworkOfTheRegistryIsKnown) {
  Random random(1);
  std::set<std::string> seen;
  for (int kind = 0; kind < kKinds; ++kind) {
    const auto model = random_model(random_spec(random, kind), random);
    seen.insert(model->spec().name());
    EXPECT_EQ(model->new_stream()->step(0).size(), static_cast<std::size_t>(model->vocabulary_size()));
  }
  const auto names = weights::network_names();
  EXPECT_EQ(seen, (std::set<std::string>(names.begin(), names.end())));
}

TEST(Model, SymbolsBeyondTheVocabularyAreSymbolZero) {
  Random random(2);
  for (int kind = 0; kind < kKinds; ++kind) {
    const auto model = random_model(random_spec(random, kind), random);
    const auto size = static_cast<std::uint16_t>(model->spec().input_size());
    EXPECT_EQ(run(*model->new_stream(), {0, size, 65535, 0}), run(*model->new_stream(), {0, 0, 0, 0}));
    const std::vector<std::uint16_t> beyond = {size, 65535};
    const std::vector<std::uint16_t> zero = {0, 0};
    EXPECT_EQ(model->recompute(beyond), model->recompute(zero));
  }
}

TEST(Model, LabelsSteerAndUnknownOnesAreLabelZero) {
  Random random(3);
  for (int kind = 0; kind < kKinds; ++kind) {
    weights::NetworkSpec spec = random_spec(random, kind, 12);
    if (!weights::network_info(spec).takes_labels) continue;
    spec.vocabulary_size = 20;
    spec.labels = 3;
    const auto model = random_model(spec, random);
    const auto symbols = random_symbols(random, 12, spec.vocabulary_size);
    const auto with_label = [&](int label) {
      const auto stream = model->new_stream();
      stream->set_label(label);
      return run(*stream, symbols);
    };
    const auto plain = run(*model->new_stream(), symbols);
    EXPECT_EQ(with_label(0), plain);
    EXPECT_EQ(with_label(-1), plain);
    EXPECT_EQ(with_label(3), plain);
    EXPECT_NE(with_label(1), plain) << spec.name();
    EXPECT_NE(with_label(2), with_label(1)) << spec.name();
  }
}

TEST(Model, ModelsWithoutLabelsIgnoreThem) {
  Random random(4);
  for (int kind = 0; kind < kKinds; ++kind) {
    weights::NetworkSpec spec = random_spec(random, kind);
    spec.labels = 0;
    const auto model = random_model(spec, random);
    const auto stream = model->new_stream();
    stream->set_label(5);
    EXPECT_EQ(run(*stream, {0, 1, 2}), run(*model->new_stream(), {0, 1, 2}));
  }
}

TEST(Model, WhatASmallFileAsksForIsLimitedBeforeItIsAllocated) {
  // One channel of a long past: each value takes a whole row of lanes, so that a file of kilobytes asks for a gigabyte.
  weights::NetworkSpec spec{.vocabulary_size = 3};
  weights::WaveNetSpec wavenet{.residual_channels = 1, .skip_channels = 1, .head_channels = 1, .stacks = 1};
  wavenet.dilations.assign(15, 1 << 20);
  spec.network = wavenet;
  Random random(11);
  const auto file = random_file(spec, random);
  try {
    Model::create(file);
    FAIL() << "an Error is expected";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUnsupported);
    EXPECT_THAT(error.what(), ::testing::HasSubstr("MB for a stream; 512 MB are allowed"));
    EXPECT_EQ(error.info().remedy, Remedy::kAllowMemory);
  }
  const auto allowed = Model::create(file, {.memory = std::size_t{4} << 30});  // no stream is made, so nothing is taken
  EXPECT_GT(allowed->stream_bytes(), Options::kUsualMemory);
}

TEST(Model, FramesAndSymbolsStandForEachOther) {
  Random random(7);
  for (int kind = 0; kind < kKinds; ++kind) {
    weights::NetworkSpec spec = random_spec(random, kind);
    spec.vocabulary_size = 5;
    if (spec.inputs > 0) {
      spec.inputs = 5;
      spec.vocabulary_size = 7;
    }
    const auto model = random_model(spec, random);
    const auto as_symbols = model->new_stream();
    const auto as_frames = model->new_stream();
    std::vector<float> frames;
    for (const std::uint16_t symbol : {3, 1, 4, 0}) {
      std::vector<float> frame(5);
      frame[symbol] = 1;
      frames.insert(frames.end(), frame.begin(), frame.end());
      if (symbol == 0) frame.assign(1, 1.0F);  // what is missing is zero
      if (symbol == 1) frame.resize(9, 0.5F);  // what is beyond is ignored
      const auto expected = as_symbols->step(symbol);
      const auto found = as_frames->step(std::span<const float>(frame));
      EXPECT_TRUE(std::equal(expected.begin(), expected.end(), found.begin(), found.end())) << spec.name();
    }
    const std::vector<std::uint16_t> symbols = {3, 1, 4, 0};
    EXPECT_EQ(model->recompute(std::span<const float>(frames)), model->recompute(symbols)) << spec.name();
    EXPECT_EQ(as_frames->step(std::span<const float>()).size(), static_cast<std::size_t>(spec.vocabulary_size));
  }
}

TEST(Model, LivesAsLongAsItsStreams) {
  Random random(5);
  auto model = random_model(random_spec(random, 2), random);
  const auto expected = run(*model->new_stream(), {0, 0, 0});
  const std::weak_ptr<const Model> watch = model;
  auto stream = model->new_stream();
  model.reset();
  EXPECT_FALSE(watch.expired());
  EXPECT_EQ(run(*stream, {0, 0, 0}), expected);
  stream.reset();
  EXPECT_TRUE(watch.expired());
}

TEST(Model, StreamsOfOneModelRunOnSeveralThreads) {
  Random random(6);
  for (int kind = 0; kind < kKinds; ++kind) {
    const auto model = random_model(random_spec(random, kind), random);
    const auto symbols = random_symbols(random, 200, model->vocabulary_size());
    const auto expected = run(*model->new_stream(), symbols);
    std::vector<std::vector<float>> results(4);
    std::vector<std::thread> threads;
    for (auto& result : results) threads.emplace_back([&] { result = run(*model->new_stream(), symbols); });
    for (auto& thread : threads) thread.join();
    for (const auto& result : results) EXPECT_EQ(result, expected);
  }
}

}  // namespace
}  // namespace continuo::engine
