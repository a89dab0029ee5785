// Examples: every batch is made of real successions of symbols, every target has its due, restored sources go on alike.
#include "continuo/training/examples.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "continuo/base/error.h"
#include "continuo/base/random.h"

namespace continuo::training {
namespace {

using representation::Symbol;
using Order = ExampleOptions::Order;

constexpr int kPieceStep = 1000;

/// Piece p holds 1000 p, 1000 p + 1, ...: each symbol tells its piece and place.
struct Pieces {
  std::vector<std::vector<Symbol>> symbols;
  std::vector<ExamplePiece> list;
  explicit Pieces(const std::vector<int>& lengths) {
    for (std::size_t p = 0; p < lengths.size(); ++p) {
      auto& piece = symbols.emplace_back();
      for (int i = 0; i < lengths[p]; ++i)
        piece.push_back(static_cast<Symbol>(kPieceStep * (static_cast<int>(p) + 1) + i));
    }
    for (std::size_t p = 0; p < symbols.size(); ++p) list.push_back({symbols[p], static_cast<int>(p) + 1});
  }
};

int piece_of(std::int64_t symbol) { return static_cast<int>(symbol / kPieceStep); }
int place_of(std::int64_t symbol) { return static_cast<int>(symbol % kPieceStep); }

struct Row {
  std::vector<std::int64_t> inputs, targets;
  std::int64_t label = 0;
  bool resets_state = false;
};

std::vector<Row> rows_of(const Batch& batch) {
  std::vector<Row> rows;
  for (int r = 0; r < batch.rows; ++r) {
    const auto begin = static_cast<std::ptrdiff_t>(r) * batch.length;
    rows.push_back({{batch.inputs.begin() + begin, batch.inputs.begin() + begin + batch.length},
                    {batch.targets.begin() + begin, batch.targets.begin() + begin + batch.length},
                    batch.labels[static_cast<std::size_t>(r)],
                    batch.resets_state[static_cast<std::size_t>(r)] != 0});
  }
  return rows;
}

/// Holds for every order: one piece a row, each target the successor of its input, context not scored, padding behind.
void check_rows(const Batch& batch, const Pieces& pieces) {
  ASSERT_EQ(batch.inputs.size(), static_cast<std::size_t>(batch.rows) * static_cast<std::size_t>(batch.length));
  ASSERT_EQ(batch.targets.size(), batch.inputs.size());
  std::uint64_t scored = 0;
  for (const Row& row : rows_of(batch)) {
    const int piece = piece_of(row.inputs[0]);
    ASSERT_GE(piece, 1);
    ASSERT_EQ(row.label, piece);
    const auto& symbols = pieces.symbols[static_cast<std::size_t>(piece) - 1];
    bool padding = false;
    for (int i = 0; i < batch.length; ++i) {
      const std::int64_t input = row.inputs[static_cast<std::size_t>(i)];
      const std::int64_t target = row.targets[static_cast<std::size_t>(i)];
      const bool in_context = i < batch.first;
      if (!in_context && target == kNotScored) padding = true;
      if (padding) {
        ASSERT_EQ(target, kNotScored);
        ASSERT_EQ(input, representation::kStart);
        continue;
      }
      ASSERT_EQ(input, row.inputs[0] + i) << "a row reads one piece without a gap";
      if (in_context) {
        ASSERT_EQ(target, kNotScored);
      } else {
        ASSERT_EQ(target, input + 1);
        ASSERT_LT(place_of(target), static_cast<int>(symbols.size()));
        ++scored;
      }
    }
    ASSERT_NE(row.targets[static_cast<std::size_t>(batch.first)], kNotScored) << "every row scores something";
  }
  ASSERT_EQ(scored, batch.scored);
}

TEST(ContiguousExamples, RowsGoOnWhereTheyWereAndReadEveryPieceOncePerEpoch) {
  const Pieces pieces({2, 40, 100, 333, 7, 64, 65, 128});
  ExampleSource source(pieces.list, {.order = Order::kContiguous, .chunk = 32, .batch = 3, .seed = 5});
  EXPECT_EQ(source.epoch_symbols(), 1U + 39 + 99 + 332 + 6 + 63 + 64 + 127);
  std::vector<std::int64_t> next(3, -1);  // input that each row must go on with; -1: a new piece
  std::map<std::int64_t, int> seen;
  std::set<int> lengths;
  std::uint64_t scored = 0;
  while (scored < 20 * source.epoch_symbols()) {
    const Batch batch = source.next();
    check_rows(batch, pieces);
    if (HasFatalFailure()) return;
    EXPECT_EQ(batch.first, 0);
    EXPECT_LE(batch.length, 32);
    lengths.insert(batch.length);
    scored += batch.scored;
    const auto rows = rows_of(batch);
    for (std::size_t r = 0; r < rows.size(); ++r) {
      const Row& row = rows[r];
      ASSERT_EQ(row.resets_state, next[r] < 0);
      if (next[r] >= 0) {
        ASSERT_EQ(row.inputs[0], next[r]);
      } else {
        ASSERT_EQ(place_of(row.inputs[0]), 0) << "a new piece is read from its beginning";
      }
      std::int64_t last = -1;
      for (const std::int64_t target : row.targets) {
        if (target == kNotScored) continue;
        ++seen[target];
        last = target;
      }
      const auto& symbols = pieces.symbols[static_cast<std::size_t>(piece_of(last)) - 1];
      next[r] = place_of(last) + 1 == static_cast<int>(symbols.size()) ? -1 : last;
    }
  }
  EXPECT_GT(lengths.size(), 1U) << "chunk edges move";
  for (std::size_t p = 0; p < pieces.symbols.size(); ++p) {
    for (std::size_t i = 1; i < pieces.symbols[p].size(); ++i) {
      const int count = seen[pieces.symbols[p][i]];
      ASSERT_GE(count, 18) << "piece " << p << ", place " << i;
      ASSERT_LE(count, 22) << "piece " << p << ", place " << i;
    }
  }
}

TEST(RandomExamples, ChunksHaveTheirContextAndLieInsideTheirPiece) {
  const Pieces pieces({2, 40, 100, 333, 7});
  constexpr int kContext = 50;
  ExampleSource source(pieces.list, {.order = Order::kRandom, .chunk = 16, .batch = 4, .context = kContext, .seed = 6});
  std::set<std::int64_t> seen;
  int whole = 0;
  for (int step = 0; step < 2000; ++step) {
    const Batch batch = source.next();
    check_rows(batch, pieces);
    if (HasFatalFailure()) return;
    ASSERT_LE(batch.length - batch.first, 16);
    whole += batch.first == kContext ? 1 : 0;
    for (const Row& row : rows_of(batch)) {
      ASSERT_TRUE(row.resets_state);
      if (batch.first < kContext) {
        ASSERT_EQ(place_of(row.inputs[0]), 0) << "less context only where there is no more";
      }
      for (const std::int64_t target : row.targets) seen.insert(target);
    }
  }
  EXPECT_GT(whole, 500);
  for (const auto& symbols : pieces.symbols) {
    for (std::size_t i = 1; i < symbols.size(); ++i) EXPECT_TRUE(seen.contains(symbols[i])) << symbols[i];
  }
}

TEST(ManyToOneExamples, ScoreTheLastOfAWindowAndEveryTargetEqually) {
  const Pieces pieces({30, 12, 5});
  ExampleSource source(pieces.list, {.order = Order::kManyToOne, .chunk = 8, .batch = 4, .seed = 7});
  std::map<std::int64_t, int> seen;
  constexpr int kSteps = 11'000;
  for (int step = 0; step < kSteps; ++step) {
    const Batch batch = source.next();
    check_rows(batch, pieces);
    if (HasFatalFailure()) return;
    ASSERT_EQ(batch.first, batch.length - 1);
    ASSERT_EQ(batch.scored, 4U);
    ASSERT_LE(batch.length, 8);
    for (const Row& row : rows_of(batch)) {
      if (batch.length < 8) {
        ASSERT_EQ(place_of(row.inputs[0]), 0);
      }
      ++seen[row.targets.back()];
    }
  }
  // 29 + 11 + 4 targets share 44,000 draws: 1,000 each. Rows of one batch are not independent where it is short.
  EXPECT_EQ(seen.size(), 44U);
  for (const auto& [target, count] : seen) {
    EXPECT_GT(count, 750) << target;
    EXPECT_LT(count, 1250) << target;
  }
}

class EveryOrder : public ::testing::TestWithParam<Order> {
 protected:
  ExampleOptions options() const {
    return {.order = GetParam(), .chunk = 16, .batch = 3, .context = 20, .transpose = 3, .tempo = 0.5, .seed = 8};
  }
};

TEST_P(EveryOrder, GoesOnFromARestoredPosition) {
  const Pieces pieces({50, 80, 30, 200});
  const Augment vary = [](auto symbols, const auto& how, auto& out) {
    out.assign(symbols.begin(), symbols.end());
    for (Symbol& symbol : out) symbol = static_cast<Symbol>(symbol + 10'000 * (how.semitones + 3));
    return true;
  };
  ExampleSource source(pieces.list, options(), vary);
  for (int i = 0; i < 37; ++i) source.next();
  ExampleSource other(pieces.list, options(), vary);
  other.restore(source.position());
  for (int i = 0; i < 30; ++i) {
    const Batch a = source.next();
    const Batch b = other.next();
    ASSERT_EQ(a.inputs, b.inputs);
    ASSERT_EQ(a.targets, b.targets);
    ASSERT_EQ(a.resets_state, b.resets_state);
    ASSERT_EQ(a.first, b.first);
  }
  EXPECT_THROW(other.restore("nonsense"), Error);
}

TEST_P(EveryOrder, VariesEachExampleAndKeepsWhatCannotBeVaried) {
  const Pieces pieces({50, 80, 30, 200});
  std::map<int, int> semitones;
  double slowest = 1;
  double fastest = 1;
  const Augment vary = [&](auto symbols, const auto& how, auto& out) {
    ++semitones[how.semitones];
    slowest = std::min(slowest, how.tempo_factor);
    fastest = std::max(fastest, how.tempo_factor);
    out.assign(symbols.begin(), symbols.end());
    for (Symbol& symbol : out) symbol = static_cast<Symbol>(symbol + 10'000);
    return how.semitones > 0;  // the others must be drawn again, or left as they are
  };
  ExampleSource source(pieces.list, options(), vary);
  int augmented = 0;
  int plain = 0;
  for (int i = 0; i < 400; ++i) {
    const Batch batch = source.next();
    for (const Row& row : rows_of(batch)) (row.inputs[0] >= 10'000 ? augmented : plain) += 1;
  }
  for (int s = -3; s <= 3; ++s) EXPECT_GT(semitones[s], 0) << s;
  EXPECT_EQ(semitones.size(), 7U);
  EXPECT_GT(augmented, plain);
  EXPECT_GT(plain, 0);
  EXPECT_LT(slowest, 0.75);
  EXPECT_GE(slowest, 1 / 1.5 - 1e-9);
  EXPECT_GT(fastest, 1.3);
  EXPECT_LE(fastest, 1.5 + 1e-9);
}

TEST_P(EveryOrder, CopesWithVariationsOfAnotherLength) {
  const Pieces pieces({50, 80, 30, 200});
  int calls = 0;
  const Augment vary = [&](auto symbols, const auto&, auto& out) {
    const std::size_t change = static_cast<std::size_t>(++calls % 7);
    out.assign(symbols.begin(), symbols.end());
    if (calls % 2 == 0) {
      out.resize(out.size() - std::min(out.size(), change));
    } else {
      for (std::size_t i = 0; i < change; ++i) out.push_back(static_cast<Symbol>(out.back() + 1));
    }
    return true;
  };
  ExampleSource source(pieces.list, options(), vary);
  for (int i = 0; i < 300; ++i) {
    const Batch batch = source.next();
    ASSERT_GT(batch.scored, 0U);
    for (const Row& row : rows_of(batch)) {
      for (int j = 0; j < batch.length; ++j) {
        const std::int64_t target = row.targets[static_cast<std::size_t>(j)];
        if (target != kNotScored) {
          ASSERT_EQ(target, row.inputs[static_cast<std::size_t>(j)] + 1);
        }
      }
    }
  }
}

TEST_P(EveryOrder, HidesLabelsAsOftenAsAsked) {
  const Pieces pieces({50, 80, 30, 200});
  ExampleOptions how = options();
  how.label_dropout = 0.3;
  ExampleSource source(pieces.list, how);
  int hidden = 0;
  int all = 0;
  for (int i = 0; i < 3000; ++i) {
    for (const std::int64_t label : source.next().labels) {
      hidden += label == 0 ? 1 : 0;
      ++all;
    }
  }
  EXPECT_NEAR(static_cast<double>(hidden) / all, 0.3, 0.03);
}

INSTANTIATE_TEST_SUITE_P(Orders, EveryOrder, ::testing::Values(Order::kContiguous, Order::kRandom, Order::kManyToOne),
                         [](const auto& order) {
                           return order.param == Order::kContiguous ? "Contiguous"
                                  : order.param == Order::kRandom   ? "Random"
                                                                    : "ManyToOne";
                         });

TEST(Examples, NothingToLearnFromIsSaid) {
  EXPECT_THROW(ExampleSource({}, {}), Error);
  const Pieces pieces({1, 0});
  EXPECT_THROW(ExampleSource(pieces.list, {}), Error);
}

/// A piece of bytes, as sound has them: place i holds i mod 251.
std::vector<std::uint8_t> long_sound(std::size_t steps) {
  std::vector<std::uint8_t> sound(steps);
  for (std::size_t i = 0; i < steps; ++i) sound[i] = static_cast<std::uint8_t>(i % 251);
  return sound;
}

TEST(Excerpts, OfLongPiecesComeFromEverywhereAndAreReadOn) {
  const auto sound = long_sound(200'000);
  const std::vector<ExamplePiece> pieces = {
      {.symbols = std::span<const std::uint8_t>(sound), .label = 0, .context = 0, .frames = {}, .width = 0}};
  const ExampleOptions options{
      .order = Order::kContiguous, .chunk = 64, .batch = 4, .epoch_symbols = 10'000, .seed = 3};
  ExampleSource source(pieces, options);
  EXPECT_EQ(source.epoch_symbols(), 10'000U);
  EXPECT_EQ(source.targets(), 199'999U);
  std::vector<std::int64_t> last(4, -1);
  std::set<std::int64_t> beginnings;
  std::size_t warm_rows = 0;
  for (int n = 0; n < 200; ++n) {
    const Batch batch = source.next();
    const auto rows = rows_of(batch);
    for (std::size_t r = 0; r < rows.size(); ++r) {
      const Row& row = rows[r];
      if (row.resets_state) {
        beginnings.insert(row.inputs[0]);
        std::size_t warm = 0;
        while (row.targets[warm] == kNotScored) ++warm;
        warm_rows += warm == 32 ? 1 : 0;
        EXPECT_TRUE(warm == 32 || warm == 0) << warm;
      } else {
        ASSERT_EQ(row.inputs[0], (last[r] + 1) % 251);
      }
      for (std::size_t i = 0; i < row.targets.size(); ++i) {
        if (row.targets[i] == kNotScored) continue;
        ASSERT_EQ(row.targets[i], (row.inputs[i] + 1) % 251);
        last[r] = row.inputs[i];
      }
    }
  }
  EXPECT_GT(beginnings.size(), 15U);
  EXPECT_GT(warm_rows, 15U);
  ExampleSource again(pieces, options);
  again.restore(source.position());
  EXPECT_EQ(again.next().inputs, source.next().inputs);
}

TEST(Excerpts, ChosenForEvaluationHoldWhatWasAskedForWithTheirContext) {
  const auto sound = long_sound(100'000);
  const auto short_one = long_sound(300);
  const auto piece = [](const std::vector<std::uint8_t>& symbols) {
    return ExamplePiece{
        .symbols = std::span<const std::uint8_t>(symbols), .label = 0, .context = 0, .frames = {}, .width = 0};
  };
  const std::vector<ExamplePiece> pieces = {piece(sound), piece(short_one)};
  const auto chosen = choose_excerpts(pieces, 6400, 50, 9);
  std::uint64_t scored = 0;
  std::set<const std::uint8_t*> places;
  for (const ExamplePiece& excerpt : chosen) {
    scored += excerpt.targets();
    EXPECT_TRUE(excerpt.context == 50 || excerpt.symbols.bytes().data() == sound.data() ||
                excerpt.symbols.bytes().data() == short_one.data())
        << "less context only at a piece's beginning";
    EXPECT_EQ(excerpt.targets(), 200U);
    places.insert(excerpt.symbols.bytes().data());
  }
  EXPECT_GE(scored, 6400U);
  EXPECT_LT(scored, 6400U + 200);
  EXPECT_GT(places.size(), 20U);
  const auto again = choose_excerpts(pieces, 6400, 50, 9);
  ASSERT_EQ(again.size(), chosen.size());
  EXPECT_EQ(again[3].symbols.bytes().data(), chosen[3].symbols.bytes().data());
  EXPECT_EQ(choose_excerpts(pieces, 1'000'000, 50, 9).size(), 2U) << "all of it where there is no more";
}

TEST(FrameExamples, AreTheFramesAndTheirSuccessors) {
  constexpr std::size_t kWidth = 3;
  std::vector<std::vector<float>> frames(3);
  std::vector<ExamplePiece> pieces;
  for (std::size_t p = 0; p < frames.size(); ++p) {
    for (std::size_t t = 0; t < 20 + 9 * p; ++t)
      for (std::size_t v = 0; v < kWidth; ++v) frames[p].push_back(static_cast<float>(1000 * (p + 1) + 10 * t + v));
    pieces.push_back({.symbols = {}, .label = 0, .context = 0, .frames = frames[p], .width = kWidth});
  }
  for (const Order order : {Order::kContiguous, Order::kRandom, Order::kManyToOne}) {
    ExampleSource source(pieces, {.order = order, .chunk = 8, .batch = 3, .context = 4, .seed = 2});
    for (int n = 0; n < 30; ++n) {
      const Batch batch = source.next();
      ASSERT_EQ(batch.width, 3);
      ASSERT_TRUE(batch.inputs.empty());
      std::uint64_t scored = 0;
      for (std::size_t i = 0; i < batch.targets.size(); ++i) {
        if (batch.targets[i] == kNotScored) continue;
        ++scored;
        for (std::size_t v = 0; v < kWidth; ++v)
          ASSERT_EQ(batch.target_frames[i * kWidth + v], batch.input_frames[i * kWidth + v] + 10);
      }
      ASSERT_EQ(scored, batch.scored);
      ASSERT_GT(scored, 0U);
    }
  }
}

}  // namespace
}  // namespace continuo::training
