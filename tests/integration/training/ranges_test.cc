// A model file says how far its collection takes the instruments.
#include <gmock/gmock.h>

#include "continuo/midi/midi.h"
#include "continuo/music/instrument_range.h"
#include "integration/training/fixture.h"

namespace continuo::training {
namespace {

/// Four pieces to learn from and one that is held out, in which violins go lower and lower.
class RangesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < 5; ++i) {
      Score score;
      score.tracks.resize(1);
      score.tracks[0].program = 40;
      for (int n = 0; n < 40; ++n)
        score.tracks[0].notes.push_back(
            {n * 480, 480, static_cast<std::uint8_t>(n == 20 ? lowest(i) : 60 + n % 12), 64});
      midi::write_file(folder_ / ("music/" + std::to_string(i) + ".mid"), score);
    }
  }
  static int lowest(int piece) { return piece == 4 ? 40 : 53 - piece; }

  weights::ModelFile counted(const representation::RepresentationSpec& representation) {
    Recipe recipe;
    recipe.representation = representation;
    recipe.network.network = weights::MarkovSpec{.order = 2};
    const auto collection = corpus::scan(folder_ / "music", {.min_seconds = 0, .max_seconds = 1e6});
    const auto dataset = corpus::open_dataset(collection, {.train = {0, 1, 2, 3}, .validation = {}, .test = {4}},
                                              representation, folder_ / "cache");
    return weights::ModelFile::load(train(dataset, recipe, {.folder = folder_ / representation.name}).best_model);
  }

  TemporaryFolder folder_{"ranges"};
};

TEST_F(RangesTest, AreThoseThatTheTrainingPartShows) {
  // Three of the four learned from go to 51 or lower or to 52: the third lowest counts, and the held-out 40 does not.
  EXPECT_EQ(counted({.name = "remi"}).metadata(weights::kRangesKey), "40:52-103");
}

TEST_F(RangesTest, AreAbsentWhereTheRepresentationHasNoInstruments) {
  EXPECT_FALSE(
      counted({.name = "notes", .settings = {{"min_count", "1"}}}).all_metadata().contains(weights::kRangesKey));
}

}  // namespace
}  // namespace continuo::training
