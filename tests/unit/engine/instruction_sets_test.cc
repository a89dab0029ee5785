// Every instruction set of this machine against the scalar oracle: the same bits, and proof of what ran.
#include <gmock/gmock.h>

#include <cmath>
#include <cstring>
#include <map>

#include "continuo/base/error.h"
#include "engine/kernels.h"
#include "unit/engine/random_model.h"

namespace continuo::engine {
namespace {

constexpr Precision kPrecisions[] = {Precision::kFp32, Precision::kBf16, Precision::kInt8};

/// The bits, so that zeros of either sign and NaNs would not hide.
std::vector<std::uint32_t> bits(const float* values, std::size_t size) {
  std::vector<std::uint32_t> result(size);
  std::memcpy(result.data(), values, size * sizeof(float));
  return result;
}

std::uint64_t hash(std::span<const float> values, std::uint64_t from) {
  for (const std::uint32_t word : bits(values.data(), values.size())) from = (from ^ word) * 0x100000001B3U;
  return from;
}

float* random_vector(Arena& arena, std::size_t size, Random& random, double scale) {
  float* const x = arena.take(size);
  for (std::size_t i = 0; i < size; ++i) x[i] = static_cast<float>(scale * random.normal());
  return x;
}

/// y of a product of random values; the same values for the same seed.
std::vector<std::uint32_t> random_product(PackingFormat packing, Start start, std::size_t rows, std::size_t columns,
                                          std::size_t streams, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> w(rows * columns);
  for (float& value : w) value = static_cast<float>(random.normal());
  Arena arena(std::size_t{1} << 17U, packing);
  const Affine affine = pack_affine(
      arena, rows, columns, [&](std::size_t row, std::size_t column) { return w[row * columns + column]; },
      [&](std::size_t row) { return w[row * columns] - 0.5F; });
  const std::size_t stride = prepared_size(packing.precision, columns);
  float* const x = arena.take(streams * stride);
  for (std::size_t s = 0; s < streams; ++s)
    prepare(*affine.kernels, packing.precision, columns, random_vector(arena, columns, random, 3.0), x + s * stride);
  float* const y = random_vector(arena, streams * padded(rows), random, 1.0);
  affine.kernels->product(affine, start, streams, x, stride, y, padded(rows));
  std::vector<std::uint32_t> result;
  for (std::size_t s = 0; s < streams; ++s) {
    const auto own = bits(y + s * padded(rows), rows);
    result.insert(result.end(), own.begin(), own.end());
  }
  return result;
}

class EverySet : public testing::TestWithParam<InstructionSet> {
 protected:
  void SetUp() override {
    const auto available = available_instruction_sets();
    if (std::find(available.begin(), available.end(), GetParam()) == available.end())
      GTEST_SKIP() << "this machine does not run " << name(GetParam());
  }
};

TEST_P(EverySet, ProductsAreThoseOfTheOracle) {
  std::uint64_t seed = 0;
  for (const Precision precision : kPrecisions)
    for (const Start start : {Start::kBias, Start::kAdd, Start::kContinue})
      for (const std::size_t rows : {1U, 15U, 16U, 17U, 40U, 64U, 65U, 128U, 200U})
        for (const std::size_t columns : {1U, 2U, 3U, 5U, 64U, 67U, 128U})
          for (const std::size_t streams : {1U, 2U, 5U, 9U, 21U}) {
            ++seed;
            ASSERT_EQ(random_product({precision, GetParam()}, start, rows, columns, streams, seed),
                      random_product({precision, InstructionSet::kScalar}, start, rows, columns, streams, seed))
                << weights::name(precision) << ", " << rows << " by " << columns << ", " << streams << " streams";
          }
}

TEST_P(EverySet, ActivationsAreThoseOfTheOracle) {
  const Kernels& mine = kernels_of(GetParam());
  const Kernels& oracle = kernels_of(InstructionSet::kScalar);
  Random random(4);
  for (const double scale : {1e-20, 0.1, 3.0, 100.0, 1e10})
    for (const std::size_t size : {1U, 7U, 16U, 37U, 64U}) {
      Arena arena(std::size_t{4096});
      const float* const pre = random_vector(arena, 4 * size, random, scale);
      const float* const other = random_vector(arena, 3 * size, random, scale);
      float* const a = random_vector(arena, size, random, 1.0);
      float* const b = arena.take(size);
      float* const c = arena.take(size);
      float* const d = arena.take(size);
      oracle.gate(size, pre, b);
      mine.gate(size, pre, c);
      ASSERT_EQ(bits(b, size), bits(c, size)) << scale;
      std::copy_n(a, size, b);
      std::copy_n(a, size, c);
      oracle.gru_cell(size, pre, other, b);
      mine.gru_cell(size, pre, other, c);
      ASSERT_EQ(bits(b, size), bits(c, size)) << scale;
      float* const cell = arena.take(size);
      std::copy_n(a, size, b);
      std::copy_n(a, size, cell);
      oracle.lstm_cell(size, pre, b, c);
      mine.lstm_cell(size, pre, cell, d);
      ASSERT_EQ(bits(b, size), bits(cell, size)) << scale;
      ASSERT_EQ(bits(c, size), bits(d, size)) << scale;
    }
}

TEST_P(EverySet, IsWhatRunsWhenAskedFor) {
  Random random(5);
  const auto file = random_file(random_spec(random, 0), random);
  const auto model = Model::create(file, {.instruction_set = GetParam()});
  EXPECT_EQ(model->instruction_set(), GetParam());
  model->new_stream()->step(0);
  EXPECT_TRUE(has_run(GetParam()));
}

TEST_P(EverySet, GivesTheOraclesLogitsForEveryNetworkAndPrecision) {
  Random random(6);
  for (int kind = 0; kind < kKinds; ++kind) {
    const weights::NetworkSpec spec = random_spec(random, kind);
    const auto file = random_file(spec, random);
    const auto symbols = random_symbols(random, 40, spec.vocabulary_size);
    for (const Precision precision : kPrecisions) {
      const auto mine = Model::create(file, {.precision = precision, .instruction_set = GetParam()});
      const auto oracle = Model::create(file, {.precision = precision, .instruction_set = InstructionSet::kScalar});
      EXPECT_EQ(mine->precision(), precision);
      ASSERT_EQ(run(*mine->new_stream(), symbols), run(*oracle->new_stream(), symbols))
          << weights::to_json(spec) << weights::name(precision);
    }
  }
}

/// Ten seconds of 16 kHz from a small network, each symbol being the most probable one moved by the time.
TEST_P(EverySet, ComposesTheOraclesTenSeconds) {
  constexpr int kSteps = 160'000;
  Random random(7);
  const weights::NetworkSpec spec{16, 0,
                                  weights::WaveNetSpec{.residual_channels = 8,
                                                       .skip_channels = 16,
                                                       .head_channels = 16,
                                                       .stacks = 1,
                                                       .dilations = {1, 2, 4, 8, 16, 32}}};
  const auto file = random_file(spec, random);
  const auto compose = [&](InstructionSet set, Precision precision) {
    const auto stream = Model::create(file, {.precision = precision, .instruction_set = set})->new_stream();
    std::uint64_t sum = 0xCBF29CE484222325U;
    std::uint16_t symbol = 0;
    for (int t = 0; t < kSteps; ++t) {
      const auto logits = stream->step(symbol);
      sum = hash(logits, sum);
      symbol =
          static_cast<std::uint16_t>((std::max_element(logits.begin(), logits.end()) - logits.begin() + t / 7) % 16);
    }
    return sum;
  };
  for (const Precision precision : kPrecisions) {
    static std::map<Precision, std::uint64_t> oracle;  // of the scalar kernels, computed once
    if (!oracle.contains(precision)) oracle[precision] = compose(InstructionSet::kScalar, precision);
    EXPECT_EQ(compose(GetParam(), precision), oracle[precision]) << weights::name(precision);
  }
}

INSTANTIATE_TEST_SUITE_P(Kernels, EverySet,
                         testing::Values(InstructionSet::kAvx2, InstructionSet::kAvxVnni, InstructionSet::kAvx512,
                                         InstructionSet::kAmx, InstructionSet::kNeon, InstructionSet::kNeonDot),
                         [](const auto& tested) {
                           std::string text(name(tested.param));
                           std::erase(text, '-');
                           return text;
                         });

TEST(InstructionSets, TheBestIsTheDefaultAndUnknownOnesAreRefused) {
  Random random(8);
  const auto file = random_file(random_spec(random, 0), random);
  const auto available = available_instruction_sets();
  EXPECT_EQ(available.front(), InstructionSet::kScalar);
  EXPECT_EQ(Model::create(file)->instruction_set(), available.back());
#if defined(__x86_64__)
  EXPECT_THROW(Model::create(file, {.instruction_set = InstructionSet::kNeon}), Error);
#endif
  for (const InstructionSet set : available) EXPECT_EQ(instruction_set_from(name(set)), set);
  EXPECT_EQ(instruction_set_from("mmx"), std::nullopt);
}

TEST(Precision, RoundingCostsWhatItMust) {
  Random random(9);
  for (int kind = 0; kind < kKinds; ++kind) {
    const weights::NetworkSpec spec = random_spec(random, kind, 12);
    const auto file = random_file(spec, random);
    const auto symbols = random_symbols(random, 30, spec.vocabulary_size);
    for (const auto& [precision, tolerance] :
         {std::pair{Precision::kFp32, 2e-5F}, {Precision::kBf16, 2e-5F}, {Precision::kInt8, 0.6F}}) {
      const auto model = Model::create(file, {.precision = precision});
      EXPECT_LE(greatest_difference(run(*model->new_stream(), symbols), model->recompute(symbols)), tolerance)
          << weights::to_json(spec) << weights::name(precision);
    }
  }
}

}  // namespace
}  // namespace continuo::engine
