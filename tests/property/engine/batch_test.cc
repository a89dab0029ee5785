// For random networks of every kind: a stream of a batch gives, to the last bit, what a stream of its own gives.
#include <gmock/gmock.h>

#include <cstring>

#include "continuo/base/error.h"
#include "unit/engine/random_model.h"

namespace continuo::engine {
namespace {

/// The bits, so that zeros of either sign and NaNs would not hide.
std::vector<std::uint32_t> bits(std::span<const float> values) {
  std::vector<std::uint32_t> result(values.size());
  std::memcpy(result.data(), values.data(), values.size_bytes());
  return result;
}

/// A batch and as many streams, which are told the same.
class Twins {
 public:
  Twins(const Model& model, int streams)
      : width_(static_cast<std::size_t>(model.vocabulary_size())),
        inputs_(static_cast<std::size_t>(model.spec().input_size())),
        batch_(model.new_batch(streams)) {
    for (int i = 0; i < streams; ++i) streams_.push_back(model.new_stream());
  }
  std::size_t size() const { return streams_.size(); }
  void set_label(std::size_t i, int label) {
    batch_->set_label(static_cast<int>(i), label);
    streams_[i]->set_label(label);
  }
  void reset(std::size_t i) {
    batch_->reset(static_cast<int>(i));
    streams_[i]->reset();
  }
  void reset() {
    batch_->reset();
    for (auto& stream : streams_) stream->reset();
  }
  void remove(std::size_t i) {
    batch_->remove(static_cast<int>(i));
    streams_.erase(streams_.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_EQ(batch_->streams(), static_cast<int>(size()));
  }
  /// Whether a step of all gives the same bits.
  bool agree(const std::vector<std::uint16_t>& symbols) {
    return compare(batch_->step(symbols), [&](std::size_t i) { return streams_[i]->step(symbols[i]); });
  }
  bool agree(const std::vector<float>& frames) {
    return compare(batch_->step(std::span(frames)),
                   [&](std::size_t i) { return streams_[i]->step(std::span(frames).subspan(i * inputs_, inputs_)); });
  }

 private:
  template <class F>
  bool compare(std::span<const float> logits, const F& own) {
    if (logits.size() != size() * width_) return false;
    for (std::size_t i = 0; i < size(); ++i)
      if (bits(logits.subspan(i * width_, width_)) != bits(own(i))) return false;
    return true;
  }

  std::size_t width_, inputs_;
  std::unique_ptr<Batch> batch_;
  std::vector<std::unique_ptr<Stream>> streams_;
};

TEST(Batches, GiveWhatStreamsGiveWhoeverComesAndGoes) {
  Random random(30);
  for (int round = 0; round < 2 * kKinds; ++round) {
    const weights::NetworkSpec spec = random_spec(random, round % kKinds);
    const auto file = random_file(spec, random);
    for (const Precision precision : {Precision::kFp32, Precision::kBf16, Precision::kInt8}) {
      const auto model = Model::create(file, {.precision = precision});
      Twins twins(*model, pick(random, 1, 11));
      for (std::size_t i = 0; i < twins.size(); ++i) twins.set_label(i, static_cast<int>(i % 5));
      for (int t = 0; t < 120 && twins.size() > 0; ++t) {
        switch (random.below(12)) {
          case 0:
            twins.reset(random.below(twins.size()));
            break;
          case 1:
            if (t > 30 && t % 4 == 0) twins.remove(random.below(twins.size()));
            break;
          case 2:
            twins.set_label(random.below(twins.size()), pick(random, 0, 4));
            break;
          case 3:
            if (t > 60) twins.reset();
            break;
          default:
            break;
        }
        const bool same = spec.reads_frames() && t % 3 > 0
                              ? twins.agree(random_frames(random, twins.size(), spec))
                              : twins.agree(random_symbols(random, twins.size(), spec.vocabulary_size));
        ASSERT_TRUE(same) << weights::to_json(spec) << weights::name(precision) << " step " << t;
      }
    }
  }
}

TEST(Batches, OfEverySizeOnEveryInstructionSet) {
  Random random(31);
  for (int kind = 0; kind < kKinds; ++kind) {
    const weights::NetworkSpec spec = random_spec(random, kind);
    const auto file = random_file(spec, random);
    for (const InstructionSet set : available_instruction_sets())
      for (const int streams : {1, 2, 3, 8, 13, 16, 17}) {
        const auto precision = static_cast<Precision>(random.below(3));
        Twins twins(*Model::create(file, {.precision = precision, .instruction_set = set}), streams);
        for (int t = 0; t < 20; ++t)
          ASSERT_TRUE(twins.agree(random_symbols(random, twins.size(), spec.vocabulary_size)))
              << weights::to_json(spec) << weights::name(precision) << name(set) << " " << streams;
      }
  }
}

TEST(Batches, TakeWhatIsMissingAsZeroAndWhatIsBeyondAsNothing) {
  Random random(32);
  for (int kind = 0; kind < kKinds; ++kind) {
    const auto model = random_model(random_spec(random, kind), random);
    const auto missing = model->new_batch(3);
    const auto given = model->new_batch(3);
    const std::uint16_t beyond = 60'000;
    EXPECT_EQ(bits(missing->step(std::span(&beyond, 1))), bits(given->step(std::vector<std::uint16_t>(3, 0))));
    for (const int nobody : {-1, 3, 1000}) {
      missing->reset(nobody);
      missing->set_label(nobody, 1);
      missing->remove(nobody);
    }
    EXPECT_EQ(missing->streams(), 3);
    const std::vector<float> none(3 * static_cast<std::size_t>(model->vocabulary_size()));
    EXPECT_EQ(bits(missing->step(std::span<const float>())), bits(given->step(std::span(none))));
    for (int i = 0; i < 3; ++i) missing->remove(0);
    EXPECT_TRUE(missing->step(std::span(&beyond, 1)).empty());
    EXPECT_THROW(model->new_batch(0), Error);
  }
}

}  // namespace
}  // namespace continuo::engine
