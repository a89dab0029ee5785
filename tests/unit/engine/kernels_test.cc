// The scalar kernels against sums in double precision and the C library.
#include "engine/kernels.h"

#include <gmock/gmock.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "continuo/base/random.h"
#include "engine/arena.h"

namespace continuo::engine {
namespace {

TEST(Kernels, PackedMatricesHoldEveryWeight) {
  for (const auto& [rows, columns] :
       std::vector<std::pair<std::size_t, std::size_t>>{{1, 1}, {31, 3}, {32, 5}, {33, 2}, {100, 7}}) {
    const auto weight = [](std::size_t row, std::size_t column) { return static_cast<float>(1000 * row + column); };
    const auto bias = [](std::size_t row) { return -static_cast<float>(row); };
    Arena measure;
    pack_affine(measure, rows, columns, weight, bias);
    Arena arena(measure.used());
    const Affine affine = pack_affine(arena, rows, columns, weight, bias);
    EXPECT_EQ(arena.used(), measure.used());
    for (std::size_t row = 0; row < rows; ++row) {
      EXPECT_EQ(affine.bias[row], bias(row));
      for (std::size_t column = 0; column < columns; ++column)
        ASSERT_EQ(affine.weight(row, column), weight(row, column)) << row << ", " << column;
    }
  }
}

TEST(Kernels, ProductsAreThoseOfTheDefinition) {
  Random random(3);
  for (std::size_t rows = 1; rows < 70; rows += 3) {
    for (std::size_t columns = 1; columns < 50; columns += 7) {
      std::vector<float> w(rows * columns);
      std::vector<float> b(rows);
      for (float& value : w) value = static_cast<float>(random.normal());
      for (float& value : b) value = static_cast<float>(random.normal());
      Arena arena(padded(rows) * columns + 3 * padded(rows) + padded(columns), PackingFormat{});
      const Affine affine = pack_affine(
          arena, rows, columns, [&](std::size_t row, std::size_t column) { return w[row * columns + column]; },
          [&](std::size_t row) { return b[row]; });
      float* const x = arena.take(columns);
      float* const y = arena.take(rows);
      float* const sum = arena.take(rows);
      for (std::size_t i = 0; i < columns; ++i) x[i] = static_cast<float>(random.normal());
      for (std::size_t row = 0; row < rows; ++row) sum[row] = static_cast<float>(row);
      assign(affine, 1, x, 0, y, nullptr);
      add(affine, 1, x, 0, sum, nullptr);
      for (std::size_t row = 0; row < rows; ++row) {
        double expected = b[row];
        for (std::size_t i = 0; i < columns; ++i) expected += static_cast<double>(w[row * columns + i]) * x[i];
        ASSERT_NEAR(y[row], expected, 2e-5) << rows << " by " << columns;
        ASSERT_NEAR(sum[row], expected + static_cast<double>(row), 4e-5) << rows << " by " << columns;
      }
    }
  }
}

TEST(Kernels, SumsRunFromTheFirstColumnToTheLast) {
  // 2^24 + 1 is 2^24 in single precision, so the order shows: only left to right gives this.
  const std::vector<float> w = {16777216.0F, 1.0F, 1.0F, -16777216.0F};
  Arena arena(kLanes * 4 + 3 * kLanes);
  const Affine affine = pack_affine(
      arena, 1, 4, [&](std::size_t, std::size_t column) { return w[column]; }, [](std::size_t) { return 0.0F; });
  float* const x = arena.take(4);
  for (int i = 0; i < 4; ++i) x[i] = 1.0F;
  float* const y = arena.take(1);
  assign(affine, 1, x, 0, y, nullptr);
  EXPECT_EQ(y[0], 0.0F);
}

TEST(Kernels, ActivationsAreThoseOfTheCLibrary) {
  for (int i = -200'000; i <= 200'000; ++i) {
    const float x = static_cast<float>(i) * 1e-4F;
    ASSERT_NEAR(tanh(x), std::tanh(static_cast<double>(x)), 2e-7) << x;
    ASSERT_NEAR(sigmoid(x), 1.0 / (1.0 + std::exp(-static_cast<double>(x))), 2e-7) << x;
  }
  EXPECT_EQ(tanh(0.0F), 0.0F);
  EXPECT_EQ(sigmoid(0.0F), 0.5F);
  for (const float large : {50.0F, 1e3F, 1e30F, INFINITY}) {
    EXPECT_EQ(tanh(large), 1.0F);
    EXPECT_EQ(tanh(-large), -1.0F);
    EXPECT_EQ(sigmoid(large), 1.0F);
    EXPECT_NEAR(sigmoid(-large), 0.0F, 1e-20F);
  }
}

TEST(Kernels, GateAndCellAreTheirEquations) {
  constexpr std::size_t kSize = 37;
  Random random(5);
  Arena arena(padded(4 * kSize) + 3 * padded(kSize));
  float* const pre = arena.take(4 * kSize);
  float* const out = arena.take(kSize);
  float* const cell = arena.take(kSize);
  float* const hidden = arena.take(kSize);
  for (std::size_t i = 0; i < 4 * kSize; ++i) pre[i] = static_cast<float>(3 * random.normal());
  const auto logistic = [](double x) { return 1.0 / (1.0 + std::exp(-x)); };
  kernels_of(InstructionSet::kScalar).gate(kSize, pre, out);
  for (std::size_t i = 0; i < kSize; ++i) EXPECT_NEAR(out[i], std::tanh(pre[i]) * logistic(pre[kSize + i]), 1e-6);
  for (std::size_t i = 0; i < kSize; ++i) cell[i] = static_cast<float>(i) - 18.0F;
  kernels_of(InstructionSet::kScalar).lstm_cell(kSize, pre, cell, hidden);
  for (std::size_t i = 0; i < kSize; ++i) {
    const double expected =
        logistic(pre[kSize + i]) * (static_cast<double>(i) - 18.0) + logistic(pre[i]) * std::tanh(pre[2 * kSize + i]);
    EXPECT_NEAR(cell[i], expected, 1e-5);
    EXPECT_NEAR(hidden[i], logistic(pre[3 * kSize + i]) * std::tanh(expected), 1e-6);
  }
}

TEST(Arena, GivesAlignedZeroedPieces) {
  Arena arena(3 * kLanes);
  for (const std::size_t size : {std::size_t{1}, kLanes, std::size_t{5}}) {
    const float* const piece = arena.take(size);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(piece) % kAlignment, 0U);
    for (std::size_t i = 0; i < size; ++i) EXPECT_EQ(piece[i], 0.0F);
  }
  EXPECT_EQ(arena.used(), 3 * kLanes);
  EXPECT_EQ(Arena().take(7), nullptr);
}

}  // namespace
}  // namespace continuo::engine
