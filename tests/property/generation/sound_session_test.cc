// For networks of every kind: a sound session gives the samples that compose_sound() gives, and what there is after a
// stop.
#include "continuo/generation/sound_session.h"

#include <gmock/gmock.h>

#include "unit/engine/random_model.h"

namespace continuo::generation {
namespace {

using Samples = std::vector<float>;

SoundComposer random_sound_composer(Random& random, int kind) {
  const std::shared_ptr<const representation::SoundRepresentation> mulaw =
      representation::make_sound({.name = "mulaw", .settings = {{"sample_rate", "8000"}}});
  weights::NetworkSpec spec = engine::random_spec(random, kind, 4);
  spec.vocabulary_size = mulaw->width();
  spec.labels = 0;
  return {.model = engine::Model::create(engine::random_file(spec, random)), .representation = mulaw};
}

TEST(SoundSessions, GiveTheSamplesOfComposeSound) {
  Random random(71);
  for (int kind = 0; kind < 8; ++kind) {
    const SoundComposer composer = random_sound_composer(random, kind);
    ComposeSoundOptions options{.random_length = 30, .seconds = 0.05, .seed = 4};
    if (kind % 3 == 1) options.start = StartKind::kRandom;
    if (kind % 3 == 2) {
      options.start = StartKind::kPrompt;
      options.prompt.assign(500, 0.25F);
    }
    Samples whole;
    const SoundComposition expected = compose_sound(
        composer, options, [&](std::span<const float> more) { whole.insert(whole.end(), more.begin(), more.end()); });
    SoundSession session(composer, options);
    Samples settled;
    const auto take = [&] {
      for (const float sample : session.settled_samples()) settled.push_back(sample);
    };
    std::size_t chosen = 0;
    for (StepResult result{}; !finished(result = session.next());) {
      chosen += result == StepResult::kSymbol ? 1 : 0;
      if (random.below(40) == 0) take();
    }
    take();
    EXPECT_EQ(settled, whole) << composer.model->spec().name();
    const SoundComposition piece = session.result();
    EXPECT_EQ(piece.steps, expected.steps);
    EXPECT_EQ(piece.steps, chosen);
    EXPECT_DOUBLE_EQ(piece.seconds, expected.seconds);
    EXPECT_EQ(piece.warnings, expected.warnings);
    EXPECT_FALSE(piece.interrupted);
    EXPECT_DOUBLE_EQ(session.share(), 1);
    EXPECT_EQ(session.next(), StepResult::kEnded);
    EXPECT_TRUE(session.settled_samples().empty());
  }
}

TEST(SoundSessions, KeepWhatThereIsAfterAStop) {
  Random random(72);
  const SoundComposer composer = random_sound_composer(random, 5);
  std::stop_source stop;
  SoundSession session(composer, {.seconds = 1}, stop.get_token());
  for (int i = 0; i < 100; ++i) session.next();
  stop.request_stop();
  EXPECT_EQ(session.next(), StepResult::kStopped);
  EXPECT_GT(session.settled_samples().size(), 90U);
  EXPECT_TRUE(session.result().interrupted);
  EXPECT_GT(session.result().seconds, 0.01);
}

}  // namespace
}  // namespace continuo::generation
