// Comparing, evaluating and looking for copies in folders of small pieces.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/evaluation/originality.h"
#include "continuo/workbench/compare.h"
#include "continuo/workbench/evaluate.h"
#include "continuo/workbench/passages.h"
#include "continuo/workbench/quantize.h"
#include "continuo/workbench/recipe_data.h"
#include "unit/workbench/collection.h"

namespace continuo::workbench {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class Collections : public FolderTest {};

ErrorCode code_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode::kUnspecified;
}

TEST_F(Collections, APieceSetNamesItsPiecesAndDrawsFromThemBySeed) {
  const auto folder = pieces("some", 6, 1);
  write_file_atomically(folder / "broken.mid", std::string_view("nothing of a MIDI file"));
  const PieceSet all = open_piece_set({folder}, {});
  EXPECT_THAT(all.pieces, SizeIs(6));
  EXPECT_EQ(all.pieces.front().name, "walk-0.mid");
  ASSERT_THAT(all.left_out, SizeIs(1));
  EXPECT_EQ(all.left_out.front().name, "broken.mid");
  const PieceSet drawn = open_piece_set({folder}, {.max_pieces = 3, .seed = 5});
  EXPECT_THAT(drawn.pieces, SizeIs(3));
  EXPECT_EQ(drawn.drawn_from, 6U);
  EXPECT_EQ(open_piece_set({folder / "walk-1.mid", folder}, {}).pieces.size(), 6U) << "none twice";
  EXPECT_EQ(code_of([&] { open_piece_set({folder_ / "absent"}, {}); }), ErrorCode::kNotFound);
}

TEST_F(Collections, TheSameCollectionOverlapsMoreThanOneOfAnotherKind) {
  const auto real = pieces("real", 8, 1), same = pieces("same", 8, 100), longer = pieces("longer", 8, 200, 512);
  CompareOptions options{.real = real, .generated = same, .heard = 0};
  const CompareReport near = compare(options);
  EXPECT_THAT(near.real.survey.pieces, SizeIs(8));
  EXPECT_THAT(near.measures, SizeIs(evaluation::measures().size()));
  options.generated = longer;
  const CompareReport far = compare(options);
  EXPECT_GT(evaluation::mean_overlapping_area(near.features), evaluation::mean_overlapping_area(far.features));
  options.first = 16;  // 64 eighths at 120 quarters a minute: now they are as long as the others
  EXPECT_NEAR(compare(options).measures.at(0).mean_a, far.measures.at(0).mean_a, 1e-9);

  write_compare_table(folder_ / "table.csv", near);
  const std::string table = read_text_file(folder_ / "table.csv");
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'),
            1 + static_cast<std::ptrdiff_t>(near.features.size() + near.measures.size()));
  write_compare_page(folder_ / "page.html", near);
  EXPECT_THAT(read_text_file(folder_ / "page.html"), HasSubstr("8 generated pieces compared with 8 real ones"));
}

TEST_F(Collections, ComparingNeedsTwoSidesOfTwoPieces) {
  const auto real = pieces("real", 3, 1), one = pieces("one", 1, 9);
  EXPECT_EQ(code_of([&] { compare({.real = real, .heard = 0}); }), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_of([&] { compare({.real = real, .generated = one, .model = "m", .heard = 0}); }),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_of([&] { compare({.real = real, .generated = one, .heard = 0}); }), ErrorCode::kEmpty);
}

TEST_F(Collections, AModelIsEvaluatedOnEveryPieceOfAFolderThatItDoesNotKnow) {
  const auto folder = pieces("music", 4, 1);
  const auto first = model("first.safetensors");
  EvaluateOptions options;
  options.models = {first, first};
  options.data = folder;
  options.cache = folder_ / "cache";
  const Evaluation evaluation = evaluate(options);
  EXPECT_EQ(evaluation.selection.part, "every piece");
  ASSERT_THAT(evaluation.selection.names, SizeIs(4));
  ASSERT_THAT(evaluation.rows, SizeIs(2)) << "without a training part there is no baseline";
  const auto nats = evaluation.figure(0, Likelihood::kNatsPerSymbol);
  const auto bits = evaluation.figure(0, Likelihood::kBitsPerSymbol);
  ASSERT_TRUE(nats && bits);
  EXPECT_NEAR(nats->value, bits->value * std::log(2.0), 1e-12);
  EXPECT_GT(bits->value, 1.0);
  double sum = 0, notes = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    sum += evaluation.rows[0].pieces[i].bits;
    notes += static_cast<double>(evaluation.selection.piece(0, i).notes);
  }
  EXPECT_EQ(notes, 4 * 64);
  EXPECT_NEAR(evaluation.figure(0, Likelihood::kBitsPerNote)->value, sum / notes, 1e-9);
  const auto difference = evaluation.difference(1);
  ASSERT_TRUE(difference);
  EXPECT_EQ(difference->measure, Likelihood::kBitsPerNote);
  EXPECT_EQ(difference->figure.value, 0);
  EXPECT_FALSE(evaluation.difference(0));
  EXPECT_THAT(evaluation.heading(), HasSubstr("4 pieces"));

  write_evaluation_table(folder_ / "table.csv", evaluation);
  const std::string table = read_text_file(folder_ / "table.csv");
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 1 + 2 * 4);
  write_evaluation_page(folder_ / "page.html", evaluation);
  EXPECT_THAT(read_text_file(folder_ / "page.html"), HasSubstr("Likelihood of held-out music"));

  options.part = EvaluatedPart::kTest;
  EXPECT_ANY_THROW(evaluate(options)) << "nobody knows its parts";
}

TEST_F(Collections, AQuantisedModelIsSmallerAndPredictsNearlyTheSame) {
  const auto file = weights::ModelFile::load(model());
  const auto bytes = quantised(file, weights::Precision::kInt8);
  EXPECT_LT(bytes.size(), std::filesystem::file_size(folder_ / "random.safetensors"));
  const auto small = weights::ModelFile::parse(bytes, "small");
  EXPECT_EQ(small.precision(), weights::Precision::kInt8);
  EXPECT_EQ(small.metadata("continuo.representation"), file.metadata("continuo.representation"));
  const auto engine = engine::Model::create(file);
  const auto composed = composed_sequence(*engine, 50);
  EXPECT_THAT(composed, SizeIs(50));
  EXPECT_EQ(composed, composed_sequence(*engine, 50));
}

TEST_F(Collections, ARecipeSaysWhatAFolderBecomes) {
  training::Recipe recipe;
  recipe.collection.min_seconds = 0;
  recipe.split = {.train = 0.5, .validation = 0.25};
  const auto dataset = dataset_of(recipe, pieces("music", 8, 1), folder_ / "cache");
  EXPECT_THAT(dataset.pieces(), SizeIs(8));
  EXPECT_EQ(dataset.spec().name, recipe.representation.name);
  EXPECT_FALSE(dataset.indices(corpus::Part::kTest).empty());
  EXPECT_TRUE(fs::is_regular_file(dataset.path()));
  EXPECT_EQ(dataset.path().parent_path(), folder_ / "cache");
  recipe.collection.min_seconds = 200;
  EXPECT_EQ(code_of([&] { scan_for(recipe, folder_ / "music"); }), ErrorCode::kEmpty);
}

TEST_F(Collections, PlantedPassagesAreFoundAndStrangersAreNot) {
  const PassageOptions options{.corpus = pieces("corpus", 24, 1, 128), .cache = folder_ / "cache"};
  const auto index = open_index(options, nullptr);
  EXPECT_EQ(index.pieces(), 24U);
  EXPECT_EQ(evaluation::originality(walk(3, 128), index).longest, 128U) << "it is a piece of the collection";
  const PlantedCheck check = check_planted(options, 8, 1);
  std::size_t hidden = 0;
  for (const auto& one : check.planted) hidden += one.hidden > 0 ? 1 : 0;
  EXPECT_EQ(hidden, 8U);
  EXPECT_GE(check.found(12), 7U);
  EXPECT_EQ(check.found(0), check.found(1));
  EXPECT_FALSE(check.unrelated.empty());
  EXPECT_LE(check.unrelated_quantile(0.5), check.unrelated_quantile(1));
  EXPECT_EQ(check.blamed(0), check.unrelated.size());
  EXPECT_EQ(check.blamed(1000), 0U);
  write_file_atomically(folder_ / "broken" / "broken.mid", std::string_view("nothing of a MIDI file"));
  EXPECT_EQ(code_of([&] { open_index({.corpus = folder_ / "broken"}, nullptr); }), ErrorCode::kEmpty);
}

}  // namespace
}  // namespace continuo::workbench
