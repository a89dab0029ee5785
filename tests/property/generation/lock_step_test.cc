// For random networks of every kind: a piece composed among others, on any number of threads, is the piece that is
// composed alone.
#include <gmock/gmock.h>

#include <algorithm>
#include <map>

#include "continuo/base/error.h"
#include "continuo/generation/compose.h"
#include "continuo/generation/compose_sound.h"
#include "property/generation/random_composer.h"
#include "unit/engine/random_model.h"

namespace continuo::generation {
namespace {

std::shared_ptr<const engine::Model> random_model(Random& random, int kind, int vocabulary) {
  weights::NetworkSpec spec = engine::random_spec(random, kind, 4);
  spec.vocabulary_size = vocabulary;
  spec.labels = 0;
  const auto precision = static_cast<engine::Precision>(random.below(3));
  return engine::Model::create(engine::random_file(spec, random), {.precision = precision});
}

TEST(LockStep, APieceAmongOthersIsThePieceAlone) {
  Random random(41);
  const std::shared_ptr<const representation::Representation> remi = representation::make({.name = "remi"});
  std::size_t lengths_of_all = 0;
  std::size_t retries = 0;
  for (int kind = 0; kind < 8; ++kind) {
    const LoadedModel composer{.model = random_model(random, kind, static_cast<int>(remi->vocabulary().size())),
                               .representation = remi};
    ComposeOptions options{.sampling = {.top_p = 1}, .symbols = 90, .earliest_end = 0, .seed = random.below(1000)};
    options.mask_grammar = kind % 4 == 1 || kind % 3 != 0;  // without it End comes at any time
    if (kind % 2 == 0) options.start = StartKind::kRandom;
    if (kind % 4 == 1) {
      options.constraints.push_back([] { return std::make_unique<DeadEnds>(30, representation::Symbol{23}); });
      options.stop_at_end = false;
    }
    constexpr std::size_t kPieces = 41;
    std::vector<Composition> alone;
    std::map<std::size_t, int> lengths;
    for (std::size_t i = 0; i < kPieces; ++i) {
      auto mine = options;
      mine.stream = i;
      alone.push_back(compose(composer, mine));
      ++lengths[alone.back().symbols.size()];
      retries += alone.back().retries;
    }
    lengths_of_all += lengths.size();
    for (const int threads : {1, 3}) {
      const auto together = compose_several(composer, options, kPieces, threads);
      ASSERT_EQ(together.size(), kPieces);
      for (std::size_t i = 0; i < kPieces; ++i) {
        SCOPED_TRACE(composer.model->spec().name() + ", piece " + std::to_string(i));
        ASSERT_EQ(together[i].symbols, alone[i].symbols);
        EXPECT_EQ(together[i].score, alone[i].score);
        EXPECT_EQ(together[i].warnings, alone[i].warnings);
        EXPECT_EQ(together[i].generated, alone[i].generated);
        EXPECT_EQ(together[i].retries, alone[i].retries);
        EXPECT_EQ(together[i].ended, alone[i].ended);
      }
    }
  }
  EXPECT_GT(lengths_of_all, 16U) << "pieces must end at different times, or none leaves before the others";
  EXPECT_GT(retries, 0U);
}

using Sounds = std::vector<std::vector<float>>;

Sounds compose_together(const SoundComposer& composer, const ComposeSoundOptions& options, std::size_t count,
                        int threads) {
  Sounds sounds(count);
  std::size_t taken = 0;
  compose_sounds(
      composer, options, count, threads,
      [&](std::size_t i) -> SampleSink {
        return
            [&sound = sounds[i]](std::span<const float> more) { sound.insert(sound.end(), more.begin(), more.end()); };
      },
      [&](std::size_t, SoundComposition&& piece) {
        ++taken;
        EXPECT_FALSE(piece.interrupted);
      });
  EXPECT_EQ(taken, count);
  return sounds;
}

void expect_the_same_alone(const SoundComposer& composer, const ComposeSoundOptions& options) {
  constexpr std::size_t kPieces = 19;
  const Sounds one = compose_together(composer, options, kPieces, 1);
  EXPECT_EQ(compose_together(composer, options, kPieces, 3), one);
  for (std::size_t i = 0; i < kPieces; ++i) {
    auto mine = options;
    mine.stream = i;
    std::vector<float> alone;
    compose_sound(composer, mine,
                  [&](std::span<const float> more) { alone.insert(alone.end(), more.begin(), more.end()); });
    ASSERT_EQ(one[i], alone) << composer.model->spec().name() << ", piece " << i;
    if (i > 0 && composer.representation->steps() == representation::Steps::kSymbols) {
      EXPECT_NE(one[i], one[0]);
    }
  }
}

TEST(LockStep, ASoundAmongOthersIsTheSoundAlone) {
  Random random(42);
  const std::shared_ptr<const representation::SoundRepresentation> mulaw =
      representation::make_sound({.name = "mulaw", .settings = {{"sample_rate", "8000"}}});
  for (int kind = 0; kind < 8; ++kind) {
    const SoundComposer composer{.model = random_model(random, kind, mulaw->width()), .representation = mulaw};
    ComposeSoundOptions options{.random_length = 50, .seconds = 0.05, .seed = random.below(1000)};
    if (kind % 3 == 1) options.start = StartKind::kRandom;
    if (kind % 3 == 2) {
      options.start = StartKind::kPrompt;
      for (int i = 0; i < 5000; ++i) options.prompt.push_back(static_cast<float>(random.normal() * 0.1));
    }
    expect_the_same_alone(composer, options);
  }
}

TEST(LockStep, WhatOnePieceThrowsEndsAllAndIsThrown) {
  Random random(43);
  const std::shared_ptr<const representation::SoundRepresentation> mulaw =
      representation::make_sound({.name = "mulaw"});
  const SoundComposer composer{.model = random_model(random, 0, mulaw->width()), .representation = mulaw};
  for (const int threads : {1, 4}) {
    try {
      compose_sounds(
          composer, {.seconds = 1000}, 8, threads,
          [](std::size_t i) -> SampleSink {
            return [i](std::span<const float>) {
              if (i == 5) throw Error(ErrorCode::kOutOfSpace, "the disk is full");
            };
          },
          [](std::size_t, SoundComposition&& piece) { EXPECT_TRUE(piece.interrupted); });
      FAIL() << "must throw";
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr("the disk is full"));
    }
  }
}

TEST(LockStep, AStopEndsAllPieces) {
  Random random(44);
  const std::shared_ptr<const representation::SoundRepresentation> mulaw =
      representation::make_sound({.name = "mulaw"});
  const SoundComposer composer{.model = random_model(random, 0, mulaw->width()), .representation = mulaw};
  std::stop_source stop;
  std::size_t begun = 0;
  std::size_t ended = 0;
  compose_sounds(
      composer, {.seconds = 1000}, 40, 1,
      [&](std::size_t) -> SampleSink {
        ++begun;
        return [&](std::span<const float>) { stop.request_stop(); };
      },
      [&](std::size_t, SoundComposition&& piece) {
        ++ended;
        EXPECT_TRUE(piece.interrupted);
        EXPECT_GT(piece.steps, 0U);
      },
      {}, stop.get_token());
  EXPECT_EQ(begun, 16U);
  EXPECT_EQ(ended, 16U);
}

}  // namespace
}  // namespace continuo::generation
