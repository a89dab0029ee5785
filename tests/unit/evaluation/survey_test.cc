// Surveys: what is measured, what is left out, and that threads change nothing.
#include "continuo/evaluation/survey.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "continuo/base/error.h"
#include "unit/music/build_score.h"

namespace continuo::evaluation {
namespace {

using testing::ElementsAre;

std::vector<SurveySource> sources() {
  return {
      {"two",
       [] {
         return piano({{0, 4, 60}, {4, 4, 72}});
       }},
      {"broken",
       []() -> Score { throw Error({.message = "is no music", .path = "broken.mid", .code = ErrorCode::kDamaged}); }},
      {"silent", [] { return Score{}; }},
      {"one", [] {
         return piano({{0, 4, 64}});
       }}};
}

TEST(Survey, MeasuresWhatCanBeReadInOrder) {
  const Survey result = survey(sources());
  ASSERT_EQ(result.pieces.size(), 2U);
  EXPECT_EQ(result.pieces[0].name, "two");
  EXPECT_EQ(result.pieces[1].source, 3U);
  EXPECT_THAT(result.values(Measure::kPitchRange), ElementsAre(12, 0));
  EXPECT_THAT(result.values(Measure::kNotes), ElementsAre(2, 1));
  EXPECT_EQ(result.pieces[0].features.pitch_interval, 12);
  ASSERT_EQ(result.left_out.size(), 2U);
  EXPECT_EQ(result.left_out[0].name, "broken");
  EXPECT_EQ(result.left_out[0].why, "is no music");
  EXPECT_EQ(result.left_out[1].why, "has no notes");
}

TEST(Survey, DoesNotDependOnThreads) {
  std::vector<SurveySource> many;
  for (int i = 0; i < 40; ++i)
    many.push_back({std::to_string(i), [i] { return piano({{0, 4, 60}, {i, 4, 61}, {i + 3, 2, 70}}); }});
  const Survey one = survey(many, {.threads = 1}), four = survey(many, {.threads = 4});
  for (std::size_t i = 0; i < measures().size(); ++i)
    EXPECT_THAT(four.values(static_cast<Measure>(i)),
                testing::Pointwise(testing::NanSensitiveDoubleEq(), one.values(static_cast<Measure>(i))));
}

TEST(Survey, ReportsAndStops) {
  std::vector<std::uint64_t> done;
  const auto all = sources();
  survey(all, {.threads = 2}, [&](const Progress& progress) {
    EXPECT_EQ(progress.total, 4U);
    done.push_back(progress.done);
  });
  EXPECT_THAT(done, ElementsAre(1, 2, 3, 4));
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(survey(all, {}, {}, stop.get_token()), Interrupted);
}

}  // namespace
}  // namespace continuo::evaluation
