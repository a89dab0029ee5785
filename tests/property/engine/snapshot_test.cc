// For random networks of every kind: what goes on from a snapshot gives, to the last bit, what goes on straight.
#include <gmock/gmock.h>

#include <cstring>

#include "unit/engine/random_model.h"

namespace continuo::engine {
namespace {

std::vector<std::uint32_t> bits_of(std::span<const float> values) {
  std::vector<std::uint32_t> result(values.size());
  std::memcpy(result.data(), values.data(), values.size_bytes());
  return result;
}

/// One step of every stream of a batch; the bits of each one's output.
std::vector<std::vector<std::uint32_t>> step(Batch& batch, const std::vector<std::uint16_t>& symbols) {
  const auto output = batch.step(symbols);
  const std::size_t width = output.size() / symbols.size();
  std::vector<std::vector<std::uint32_t>> result;
  for (std::size_t i = 0; i < symbols.size(); ++i) result.push_back(bits_of(output.subspan(i * width, width)));
  return result;
}

void advance(Stream& stream, Random& random, int steps, int vocabulary) {
  for (const std::uint16_t symbol : random_symbols(random, static_cast<std::size_t>(steps), vocabulary))
    stream.step(symbol);
}

/// Both hear the same and give the same.
void expect_alike(Stream& one, Stream& other, Random& random, int steps, const weights::NetworkSpec& spec) {
  for (int t = 0; t < steps; ++t) {
    if (spec.reads_frames() && t % 2 > 0) {
      const auto frame = random_frames(random, 1, spec);
      ASSERT_EQ(bits_of(one.step(std::span(frame))), bits_of(other.step(std::span(frame))))
          << weights::to_json(spec) << " step " << t;
    } else {
      const auto symbol = static_cast<std::uint16_t>(random.below(70));
      ASSERT_EQ(bits_of(one.step(symbol)), bits_of(other.step(symbol))) << weights::to_json(spec) << " step " << t;
    }
  }
}

TEST(Snapshots, GoOnAsTheStraightRunDoes) {
  Random random(40);
  for (int round = 0; round < 2 * kKinds; ++round) {
    const weights::NetworkSpec spec = random_spec(random, round % kKinds);
    const auto file = random_file(spec, random);
    for (const Precision precision : {Precision::kFp32, Precision::kBf16, Precision::kInt8}) {
      const auto model = Model::create(file, {.precision = precision, .threads = 1 + round % 2});
      const auto straight = model->new_stream();
      const auto other = model->new_stream();
      const auto snapshot = model->new_snapshot();
      straight->set_label(2);
      for (int times = 0; times < 3; ++times) {
        advance(*straight, random, pick(random, 0, 40), spec.vocabulary_size);
        ASSERT_TRUE(straight->save(*snapshot));
        advance(*other, random, pick(random, 0, 40), spec.vocabulary_size);  // another past, another time
        ASSERT_TRUE(other->restore(*snapshot));
        expect_alike(*straight, *other, random, 40, spec);
        // A snapshot can be gone back to more than once.
        ASSERT_TRUE(straight->restore(*snapshot));
        ASSERT_TRUE(other->restore(*snapshot));
        expect_alike(*straight, *other, random, 10, spec);
      }
    }
  }
}

TEST(Snapshots, OfAStreamGoOnInABatchOnEveryInstructionSet) {
  Random random(41);
  for (int kind = 0; kind < kKinds; ++kind) {
    const weights::NetworkSpec spec = random_spec(random, kind);
    const auto file = random_file(spec, random);
    for (const InstructionSet set : available_instruction_sets())
      for (const int threads : {1, 2}) {
        const auto precision = static_cast<Precision>(random.below(3));
        const auto model = Model::create(file, {.precision = precision, .instruction_set = set, .threads = threads});
        const int streams = pick(random, 1, 5);
        const auto batch = model->new_batch(streams);
        const auto count = static_cast<std::size_t>(streams);
        std::vector<std::unique_ptr<Stream>> alone;
        for (int i = 0; i < streams; ++i) alone.push_back(model->new_stream());
        const auto snapshot = model->new_snapshot();
        for (int times = 0; times < 6; ++times) {
          const auto at = random.below(count);
          const auto to = random.below(count);
          switch (random.below(3)) {
            case 0:  // one of the batch takes over a stream's past
              advance(*alone[at], random, pick(random, 1, 30), spec.vocabulary_size);
              ASSERT_TRUE(alone[at]->save(*snapshot));
              ASSERT_TRUE(batch->restore(static_cast<int>(at), *snapshot));
              break;
            case 1:  // one stream takes over a past of the batch, so that it has both twice
              ASSERT_TRUE(batch->save(static_cast<int>(at), *snapshot));
              ASSERT_TRUE(alone[to]->restore(*snapshot));
              ASSERT_TRUE(batch->restore(static_cast<int>(to), *snapshot));
              break;
            default:
              batch->fork(static_cast<int>(at), static_cast<int>(to));
              if (at == to) break;
              ASSERT_TRUE(alone[at]->save(*snapshot));
              ASSERT_TRUE(alone[to]->restore(*snapshot));
          }
          for (int t = pick(random, 1, 20); t > 0; --t) {
            const auto symbols = random_symbols(random, count, spec.vocabulary_size);
            const auto together = step(*batch, symbols);
            for (std::size_t i = 0; i < count; ++i)
              ASSERT_EQ(together[i], bits_of(alone[i]->step(symbols[i])))
                  << weights::to_json(spec) << weights::name(precision) << name(set) << " threads " << threads;
          }
        }
      }
  }
}

TEST(Snapshots, KeepTheLabelAndTellModelsApart) {
  Random random(42);
  weights::NetworkSpec spec = random_spec(random, 5, 12);
  spec.labels = 4;
  spec.vocabulary_size = 20;
  const auto file = random_file(spec, random);
  const auto model = Model::create(file);
  const auto labelled = model->new_stream();
  labelled->set_label(3);
  const auto snapshot = model->new_snapshot();
  const auto fresh = model->new_stream();
  const auto unlabelled = bits_of(fresh->step(1));
  ASSERT_TRUE(labelled->save(*snapshot));
  ASSERT_TRUE(fresh->restore(*snapshot));
  EXPECT_EQ(bits_of(fresh->step(1)), bits_of(labelled->step(1)));
  ASSERT_TRUE(fresh->restore(*model->new_snapshot()));  // nothing was saved to it: the beginning
  EXPECT_EQ(bits_of(fresh->step(1)), unlabelled);
  EXPECT_NE(bits_of(labelled->step(1)), unlabelled);

  const auto other = Model::create(file);
  const auto foreign = other->new_stream();
  EXPECT_FALSE(foreign->restore(*snapshot));
  EXPECT_FALSE(foreign->save(*snapshot));
  EXPECT_EQ(bits_of(foreign->step(1)), unlabelled);  // nothing has changed
  const auto batch = model->new_batch(2);
  for (const int nobody : {-1, 2}) {
    EXPECT_FALSE(batch->save(nobody, *snapshot));
    EXPECT_FALSE(batch->restore(nobody, *snapshot));
    batch->fork(0, nobody);
    batch->fork(nobody, 0);
  }
  EXPECT_EQ(step(*batch, {1, 1}), (std::vector{unlabelled, unlabelled}));
}

}  // namespace
}  // namespace continuo::engine
