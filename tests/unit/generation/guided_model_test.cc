// A style that is strengthened: two streams for one, to the bit.
#include "generation/guided_model.h"

#include <gmock/gmock.h>

#include <vector>

#include "continuo/base/error.h"
#include "continuo/generation/compose.h"
#include "continuo/generation/session.h"
#include "unit/engine/random_model.h"

namespace continuo::generation {
namespace {

std::shared_ptr<const engine::Model> random_model(Random& random, int kind, int vocabulary, int labels) {
  weights::NetworkSpec spec = engine::random_spec(random, kind, 4);
  spec.vocabulary_size = vocabulary;
  spec.labels = labels;
  return engine::Model::create(engine::random_file(spec, random), {});
}

std::vector<float> copy(std::span<const float> values) { return {values.begin(), values.end()}; }

TEST(Guide, GoesFromTheOneThroughTheOther) {
  const std::vector<float> label = {1, 2, -3}, unknown = {0, 2, 1};
  std::vector<float> out(3);
  guide(label, unknown, 2, out);
  EXPECT_THAT(out, testing::ElementsAre(2, 2, -7));
  guide(label, unknown, 0, out);
  EXPECT_EQ(out, unknown);
  guide(label, unknown, 1, out);
  EXPECT_EQ(out, label);
}

class Guided : public testing::TestWithParam<int> {
 protected:
  static constexpr int kVocabulary = 40, kLabels = 5;
  Random random_{static_cast<std::uint64_t>(GetParam()) + 1};
  std::shared_ptr<const engine::Model> plain_ = random_model(random_, GetParam(), kVocabulary, kLabels);
  std::shared_ptr<const engine::Model> guided_ =
      guided(plain_, {.strength = 2.5, .first_label_symbol = 2, .label_symbols = kLabels});
};

TEST_P(Guided, StreamIsTwoStreams) {
  const auto with = plain_->new_stream(), without = plain_->new_stream(), both = guided_->new_stream();
  with->set_label(3);
  both->set_label(3);
  std::vector<float> expected(kVocabulary);
  for (int i = 0; i < 30; ++i) {
    const auto symbol = static_cast<std::uint16_t>(i == 1 ? 5 : random_.below(kVocabulary));
    const std::uint16_t neutral = symbol >= 2 && symbol < 2 + kLabels ? 2 : symbol;
    guide(with->step(symbol), without->step(neutral), 2.5F, expected);
    ASSERT_EQ(copy(both->step(symbol)), expected) << i;
  }
}

TEST_P(Guided, StreamsGoOnFromSnapshotsAndInBatches) {
  const auto stream = guided_->new_stream(), other = guided_->new_stream();
  const auto batch = guided_->new_batch(3);
  const auto snapshot = guided_->new_snapshot();
  stream->set_label(4);
  for (int i = 0; i < 20; ++i) stream->step(static_cast<std::uint16_t>(random_.below(kVocabulary)));
  ASSERT_TRUE(stream->save(*snapshot));
  ASSERT_TRUE(other->restore(*snapshot));
  ASSERT_TRUE(batch->restore(2, *snapshot));
  batch->fork(2, 1);
  batch->remove(0);
  ASSERT_EQ(batch->streams(), 2);
  for (int i = 0; i < 20; ++i) {
    const auto symbol = static_cast<std::uint16_t>(random_.below(kVocabulary));
    const std::vector<float> expected = copy(stream->step(symbol));
    ASSERT_EQ(copy(other->step(symbol)), expected);
    const auto all = batch->step(std::vector<std::uint16_t>{symbol, symbol});
    ASSERT_EQ(copy(all.first(kVocabulary)), expected);
    ASSERT_EQ(copy(all.subspan(kVocabulary)), expected);
  }
  EXPECT_FALSE(other->restore(*plain_->new_snapshot()));
}

INSTANTIATE_TEST_SUITE_P(Kinds, Guided, testing::Range(0, 4));

TEST(StyleStrength, OnlyWhereThereIsAStyle) {
  Random random(9);
  representation::RepresentationSpec spec{.name = "remi"};
  spec.labels = {"unknown", "a", "b"};
  const std::shared_ptr<const representation::Representation> remi = representation::make(spec);
  const LoadedModel composer{.model = random_model(random, 2, static_cast<int>(remi->vocabulary().size()), 3),
                             .representation = remi};
  EXPECT_EQ(with_style(composer, {.label = "a"}).model, composer.model);
  EXPECT_EQ(with_style(composer, {.style_strength = 2}).model, composer.model);
  EXPECT_NE(with_style(composer, {.label = "a", .style_strength = 2}).model, composer.model);
  EXPECT_THROW(with_style(composer, {.label = "a", .style_strength = -1}), Error);
  EXPECT_THROW(with_style(composer, {.label = "c", .style_strength = 2}), Error);

  // Alone, among others and as a session it is the same piece, and not that of strength 1.
  ComposeOptions options{.symbols = 80, .label = "a", .style_strength = 3, .seed = 5};
  const auto several = compose_several(composer, options, 3, 1);
  options.stream = 2;
  EXPECT_EQ(compose(composer, options).symbols, several[2].symbols);
  Session session(composer, options);
  while (!finished(session.next())) {
  }
  EXPECT_EQ(session.result().symbols, several[2].symbols);
  options.style_strength = 1;
  EXPECT_NE(compose(composer, options).symbols, several[2].symbols);
}

}  // namespace
}  // namespace continuo::generation
