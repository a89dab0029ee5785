// For random networks of every kind: streaming gives what recomputation from the definition gives.
#include <gmock/gmock.h>

#include "unit/engine/random_model.h"

namespace continuo::engine {
namespace {

constexpr float kTolerance = 1e-5F;

TEST(Streaming, GivesWhatRecomputationGives) {
  Random random(21);
  float worst = 0;
  for (int round = 0; round < 300; ++round) {
    const weights::NetworkSpec spec = random_spec(random, round % kKinds);
    const auto model = random_model(spec, random);
    // Longer than the receptive field, so that every ring wraps.
    const std::size_t length = static_cast<std::size_t>(spec.receptive_field()) + 1 + random.below(60);
    const auto symbols = random_symbols(random, std::min<std::size_t>(length, 400), spec.vocabulary_size);
    const int label = spec.labels > 0 ? pick(random, 0, spec.labels - 1) : 0;
    const auto stream = model->new_stream();
    stream->set_label(label);
    const float difference = greatest_difference(run(*stream, symbols), model->recompute(symbols, label));
    EXPECT_LE(difference, kTolerance) << weights::to_json(spec);
    worst = std::max(worst, difference);
  }
  RecordProperty("worst_difference", std::to_string(worst));
  EXPECT_GT(worst, 0.0F);  // single and double precision differ somewhere: both really ran
}

TEST(Streaming, OfFramesGivesWhatRecomputationGives) {
  Random random(27);
  for (int round = 0; round < 60; ++round) {
    const weights::NetworkSpec spec = random_spec(random, round % kKinds);
    if (!spec.reads_frames()) continue;
    const auto model = random_model(spec, random);
    const auto width = static_cast<std::size_t>(spec.input_size());
    const std::size_t length = std::min(static_cast<std::size_t>(spec.receptive_field()) + 20, std::size_t{200});
    const auto frames = random_frames(random, length, spec);
    const auto stream = model->new_stream();
    for (const int pass : {1, 2}) {
      std::vector<float> streamed;
      for (std::size_t t = 0; t < length; ++t) {
        const auto step = stream->step(std::span(frames).subspan(t * width, width));
        streamed.insert(streamed.end(), step.begin(), step.end());
      }
      EXPECT_LE(greatest_difference(streamed, model->recompute(std::span(frames))), kTolerance)
          << weights::to_json(spec) << ", pass " << pass;
      stream->reset();
    }
  }
}

TEST(Streaming, LongSequencesDoNotDrift) {
  Random random(22);
  for (int kind = 0; kind < kKinds; ++kind) {
    weights::NetworkSpec spec = random_spec(random, kind);
    const auto model = random_model(spec, random);
    const auto symbols = random_symbols(random, 1500, spec.vocabulary_size);
    EXPECT_LE(greatest_difference(run(*model->new_stream(), symbols), model->recompute(symbols)), kTolerance)
        << spec.name();
  }
}

TEST(Streaming, ResetIsTheBeginning) {
  Random random(23);
  for (int round = 0; round < 30; ++round) {
    const weights::NetworkSpec spec = random_spec(random, round % kKinds);
    const auto model = random_model(spec, random);
    const auto symbols = random_symbols(random, 50, spec.vocabulary_size);
    const auto stream = model->new_stream();
    stream->set_label(1);
    const auto first = run(*stream, symbols);
    stream->reset();
    EXPECT_EQ(run(*stream, symbols), first) << weights::to_json(spec);
  }
}

TEST(Streaming, InterleavedStreamsDoNotDisturbEachOther) {
  Random random(24);
  for (int round = 0; round < 30; ++round) {
    const weights::NetworkSpec spec = random_spec(random, round % kKinds);
    const auto model = random_model(spec, random);
    const auto a = random_symbols(random, 60, spec.vocabulary_size);
    const auto b = random_symbols(random, 60, spec.vocabulary_size);
    const auto stream_a = model->new_stream();
    const auto stream_b = model->new_stream();
    std::vector<float> logits_a;
    std::vector<float> logits_b;
    for (std::size_t t = 0; t < a.size(); ++t) {
      const auto step_a = stream_a->step(a[t]);
      const auto step_b = stream_b->step(b[t]);
      logits_a.insert(logits_a.end(), step_a.begin(), step_a.end());
      logits_b.insert(logits_b.end(), step_b.begin(), step_b.end());
    }
    EXPECT_EQ(logits_a, run(*model->new_stream(), a));
    EXPECT_EQ(logits_b, run(*model->new_stream(), b));
  }
}

TEST(Streaming, LogitsDependOnThePastAlone) {
  Random random(25);
  for (int round = 0; round < 30; ++round) {
    weights::NetworkSpec spec = random_spec(random, round % kKinds, 12);
    spec.vocabulary_size = std::max(spec.vocabulary_size, 5);
    if (spec.inputs > 0) spec.inputs = std::max(spec.inputs, 5);
    const auto model = random_model(spec, random);
    auto symbols = random_symbols(random, 40, spec.input_size());
    const auto before = model->recompute(symbols);
    symbols[20] = static_cast<std::uint16_t>((symbols[20] + 1) % spec.input_size());
    const auto after = model->recompute(symbols);
    const auto at = static_cast<std::ptrdiff_t>(20 * spec.vocabulary_size);
    EXPECT_TRUE(std::equal(before.begin(), before.begin() + at, after.begin())) << weights::to_json(spec);
    EXPECT_FALSE(std::equal(before.begin() + at, before.end(), after.begin() + at)) << weights::to_json(spec);
  }
}

TEST(Streaming, WindowsEndWhereTheirReceptiveFieldDoes) {
  Random random(28);
  for (const int kind : {6, kMarkovKind}) {
    for (int round = 0; round < 10; ++round) {
      weights::NetworkSpec spec = random_spec(random, kind, 24);
      spec.vocabulary_size = 30;
      const auto model = random_model(spec, random);
      const auto field = static_cast<std::size_t>(spec.receptive_field());
      auto symbols = random_symbols(random, field + 5, 30);
      const auto last = [&] {
        const auto logits = model->recompute(symbols);
        return std::vector<float>(logits.end() - 30, logits.end());
      };
      const auto original = last();
      symbols[4] = static_cast<std::uint16_t>((symbols[4] + 1) % 30);
      EXPECT_EQ(last(), original) << weights::to_json(spec);
      symbols[symbols.size() - 1] = static_cast<std::uint16_t>((symbols.back() + 1) % 30);
      EXPECT_NE(last(), original) << weights::to_json(spec);
    }
  }
}

TEST(Streaming, TheReceptiveFieldIsExact) {
  Random random(26);
  for (const weights::Block block : {weights::Block::kStandard, weights::Block::kPaper}) {
    for (int round = 0; round < 10; ++round) {
      const weights::WaveNetSpec wavenet = random_wavenet(random, block, 24);
      const weights::NetworkSpec spec{30, 0, wavenet};
      const auto model = random_model(spec, random);
      const auto field = static_cast<std::size_t>(spec.receptive_field());
      auto symbols = random_symbols(random, field + 5, 30);
      const auto last = [&] {
        const auto logits = model->recompute(symbols);
        return std::vector<float>(logits.end() - 30, logits.end());
      };
      const auto original = last();
      const std::size_t oldest = symbols.size() - field;
      const std::uint16_t kept = symbols[oldest - 1];
      symbols[oldest - 1] = static_cast<std::uint16_t>((kept + 1) % 30);
      EXPECT_EQ(last(), original) << weights::to_json(spec);
      symbols[oldest - 1] = kept;
      symbols[oldest] = static_cast<std::uint16_t>((symbols[oldest] + 1) % 30);
      EXPECT_NE(last(), original) << weights::to_json(spec);
    }
  }
}

}  // namespace
}  // namespace continuo::engine
