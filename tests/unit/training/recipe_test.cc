// Recipes: what is written reads back, what is wrong is refused with its place and a proposal.
#include "continuo/training/recipe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "continuo/base/error.h"

namespace continuo::training {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string error_of(const std::string& toml) {
  try {
    parse_recipe(toml, "my.toml");
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

std::string option_error(const std::string& key, const std::string& value) {
  try {
    Recipe recipe;
    set_options(recipe, {{key, value}});
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Recipe, AnEmptyOneIsTheDefault) {
  const Recipe recipe = parse_recipe("");
  EXPECT_EQ(recipe.training, OptimisationOptions{});
  EXPECT_EQ(recipe.network, weights::NetworkSpec{});
  EXPECT_EQ(recipe.representation.name, "remi");
  EXPECT_EQ(recipe.collection.min_seconds, 60);
  EXPECT_EQ(recipe.split.train, 0.8);
}

TEST(Recipe, TakesWhatTheFileSays) {
  const Recipe recipe = parse_recipe(R"(
[collection]
min_seconds = 10
programs = [0, 40]
label_column = "composer"
[split]
validation = 0.1
[representation]
name = "notes"
min_count = 7
[network]
name = "wavenet-lstm"
dilations = [1, 3, 9]
hidden = 77
dropout = 0.25
condition_on_label = true
[training]
objective = "many-to-one"
learning_rate = 1e-4
epochs = 3
seed = 9007199254740993
)");
  EXPECT_EQ(recipe.collection.min_seconds, 10);
  EXPECT_EQ(recipe.collection.programs, (std::vector<int>{0, 40}));
  EXPECT_EQ(recipe.collection.label_column, "composer");
  EXPECT_EQ(recipe.split.validation, 0.1);
  EXPECT_EQ(recipe.representation.name, "notes");
  EXPECT_EQ(recipe.representation.settings.at("min_count"), "7");
  const auto& net = std::get<weights::WaveNetLstmSpec>(recipe.network.network);
  EXPECT_EQ(net.wavenet.dilations, (std::vector<int>{1, 3, 9}));
  EXPECT_EQ(net.wavenet.dropout, 0.25F);
  EXPECT_EQ(net.wavenet.stacks, weights::WaveNetSpec{}.stacks);
  EXPECT_EQ(net.hidden, 77);
  EXPECT_TRUE(recipe.condition_on_label);
  EXPECT_EQ(recipe.training.objective, Objective::kManyToOne);
  EXPECT_EQ(recipe.training.learning_rate, 1e-4);
  EXPECT_EQ(recipe.training.epochs, 3);
  EXPECT_EQ(recipe.training.seed, 9007199254740993ULL);
}

TEST(Recipe, EveryShippedOneReads) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(CONTINUO_SOURCE_DIR "/recipes")) {
    if (entry.path().extension() != ".toml") continue;
    const Recipe recipe = load_recipe(entry.path());
    EXPECT_GT(recipe.training.minutes + recipe.training.epochs + static_cast<double>(recipe.training.steps), 0)
        << entry.path();
    ++count;
  }
  EXPECT_GE(count, 3);
}

TEST(Recipe, ErrorsNameFileLineAndKey) {
  EXPECT_THAT(error_of("[training]\nchunk = 5\nchnk = 6\n"),
              AllOf(HasSubstr("my.toml"), HasSubstr("line 3"), HasSubstr("training.chnk"), HasSubstr("\"chunk\"")));
  EXPECT_THAT(error_of("[trainig]\nchunk = 5\n"), AllOf(HasSubstr("line 1"), HasSubstr("\"training\"")));
  EXPECT_THAT(error_of("chunk = 5\n"), HasSubstr("no section \"chunk\""));
  EXPECT_THAT(error_of("training = 5\n"), HasSubstr("[training]"));
  EXPECT_THAT(error_of("[training]\n\nbatch = 1.5\n"), AllOf(HasSubstr("line 3"), HasSubstr("whole number")));
  EXPECT_THAT(error_of("[training]\nbatch = 0\n"), AllOf(HasSubstr("at least 1"), HasSubstr("not 0")));
  EXPECT_THAT(error_of("[training]\nlearning_rate = nan\n"), HasSubstr("must be a number"));
  EXPECT_THAT(error_of("[training]\nobjective = \"every-postion\"\n"), HasSubstr("\"every-position\""));
  EXPECT_THAT(error_of("[training]\nthreads = 5000000000\n"), HasSubstr("training.threads"));
  EXPECT_THAT(error_of("[collection]\ndrums = 1\n"), HasSubstr("true or false"));
  EXPECT_THAT(error_of("[collection]\nprograms = 3\n"), HasSubstr("list"));
  EXPECT_THAT(error_of("[collection]\nprograms = [3, 128]\n"), HasSubstr("at most 127"));
  EXPECT_THAT(error_of("[representation]\nname = \"rem\"\n"), HasSubstr("\"remi\""));
  EXPECT_THAT(error_of("[representation]\nvelocites = 4\n"), HasSubstr("\"velocities\""));
  EXPECT_THAT(error_of("[representation]\npositions = 7\n"), HasSubstr("line 1"));
  EXPECT_THAT(error_of("[representation]\nname = \"mulaw\"\nsample_rate = 7\n"),
              AllOf(HasSubstr("line 1"), HasSubstr("sample_rate")));
  EXPECT_EQ(error_of("[representation]\nname = \"mulaw\"\nsample_rate = 8000\n"), "accepted");
  EXPECT_THAT(error_of("[split]\ntrain = 0.8\nvalidation = 0.3\n"), HasSubstr("more than the whole"));
  EXPECT_THAT(error_of("[training]\nchunk 5\n"), AllOf(HasSubstr("my.toml"), HasSubstr("line 2")));
}

TEST(Recipe, NetworksHaveTheirOwnOptions) {
  EXPECT_THAT(error_of("[network]\nhidden = 5\n"), AllOf(HasSubstr("network.hidden"), HasSubstr("\"lstm\"")));
  EXPECT_THAT(error_of("[network]\nname = \"lstm\"\nstacks = 5\n"), HasSubstr("\"wavenet\""));
  EXPECT_THAT(error_of("[network]\nblock = \"paper\"\nskip_channels = 3\n"),
              AllOf(HasSubstr("line 1"), HasSubstr("skip_channels")));
  EXPECT_THAT(error_of("[network]\nname = \"lstm\"\n[training]\norder = \"random\"\n"), HasSubstr("recurrent"));
  EXPECT_THAT(error_of("[network]\nname = \"wavenet\"\nmatch = 8\n[training]\norder = \"random\"\n"),
              HasSubstr("match model"));
}

TEST(SetOptions, ChangesSingleOptions) {
  Recipe recipe;
  set_options(recipe, {{"training.chunk", "64"},
                       {"training.objective", "many-to-one"},  // no quotes
                       {"network.dilations", "[1, 2]"},
                       {"network.stacks", "1"},
                       {"network.stacks", "3"}});
  EXPECT_EQ(recipe.training.chunk, 64);
  EXPECT_EQ(recipe.training.objective, Objective::kManyToOne);
  const auto& net = std::get<weights::WaveNetSpec>(recipe.network.network);
  EXPECT_EQ(net.dilations, (std::vector<int>{1, 2}));
  EXPECT_EQ(net.stacks, 3);
  set_options(recipe, {{"training.batch", "2"}});
  EXPECT_EQ(recipe.training.chunk, 64) << "what is not named stays";
}

TEST(SetOptions, AreCheckedTogetherAndAllOrNothing) {
  Recipe recipe;
  set_options(recipe, {{"network.block", "paper"}, {"network.skip_channels", "64"}});  // either alone is refused
  EXPECT_EQ(std::get<weights::WaveNetSpec>(recipe.network.network).block, weights::Block::kPaper);
  EXPECT_THROW(set_options(recipe, {{"training.chunk", "9"}, {"training.batch", "0"}}), Error);
  EXPECT_NE(recipe.training.chunk, 9);
}

TEST(SetOptions, AnotherNetworkOrRepresentationBringsItsDefaults) {
  Recipe recipe;
  set_options(recipe, {{"network.hidden", "32"}, {"network.name", "lstm"}, {"representation.name", "notes"}});
  EXPECT_EQ(std::get<weights::LstmSpec>(recipe.network.network).hidden, 32);
  EXPECT_EQ(recipe.representation.settings.at("min_count"), "50");
  EXPECT_EQ(recipe.representation.settings.count("velocities"), 0U);
}

TEST(SetOptions, RefusesWhatIsNoOption) {
  EXPECT_THAT(option_error("chunk", "5"), HasSubstr("SECTION.NAME"));
  EXPECT_THAT(option_error("training.", "5"), HasSubstr("SECTION.NAME"));
  EXPECT_THAT(option_error("training.bach", "5"), HasSubstr("\"batch\""));
  EXPECT_THAT(option_error("network.dilations", "1,2"), HasSubstr("[1, 2, 4]"));
  EXPECT_THAT(option_error("training.chunk", "many"), HasSubstr("whole number"));
}

}  // namespace
}  // namespace continuo::training
