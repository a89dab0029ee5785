// The registry, settings, and specs from strangers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "continuo/base/error.h"
#include "continuo/base/random.h"
#include "continuo/representation/sound.h"
#include "unit/representation/build_score.h"

namespace continuo::representation {
namespace {

using ::testing::HasSubstr;

std::string refusal(const RepresentationSpec& spec) {
  try {
    make(spec);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Registry, KnowsItsRepresentations) {
  EXPECT_THAT(representation_names(),
              ::testing::IsSupersetOf({"remi", "events", "notes", "frames", "mulaw", "spectrum"}));
  EXPECT_TRUE(needs_fitting("notes"));
  EXPECT_TRUE(needs_fitting("spectrum"));
  EXPECT_THROW(needs_fitting("abc"), Error);
}

TEST(Registry, OnlyWhatNeedsFittingCannotBeMadeWithoutIt) {
  for (const std::string& name : representation_names()) {
    if (reads_sound(name)) {
      EXPECT_NO_THROW(make_sound({.name = name})) << name;
    } else {
      EXPECT_EQ(refusal({.name = name}).find("no vocabulary yet") != std::string::npos, needs_fitting(name)) << name;
    }
  }
}

TEST(Registry, FillsInEverySetting) {
  for (const std::string& name : representation_names()) {
    if (reads_sound(name)) continue;
    RepresentationSpec spec{.name = name};
    if (needs_fitting(name)) spec.vocabulary = {"C4"};
    const auto representation = make(spec);
    for (const Setting& setting : default_settings(name)) {
      EXPECT_EQ(representation->spec().settings.at(setting.name), setting.value) << name;
      EXPECT_FALSE(setting.explanation.empty());
    }
    EXPECT_EQ(make(representation->spec())->vocabulary().names(), representation->vocabulary().names());
    EXPECT_FALSE(representation->losses().empty());
  }
}

TEST(Registry, KeepsScoresAndSoundApart) {
  EXPECT_TRUE(reads_sound("mulaw"));
  EXPECT_TRUE(reads_sound("spectrum"));
  EXPECT_FALSE(reads_sound("remi"));
  EXPECT_THROW(reads_sound("abc"), Error);
  EXPECT_THAT(refusal({.name = "mulaw"}), HasSubstr("reads sound, not scores"));
  EXPECT_THROW(make_sound({.name = "remi"}), Error);
  EXPECT_THROW(fit({.name = "mulaw"}, 0, {}), Error);
}

TEST(Registry, SaysWhatASettingMayBe) {
  EXPECT_THAT(refusal({.name = "remy"}), HasSubstr("Representations are remi, events, notes, "));
  EXPECT_THAT(refusal({.settings = {{"position", "12"}}}), HasSubstr("no setting \"position\""));
  EXPECT_THAT(refusal({.settings = {{"positions", "10"}}}), HasSubstr("a multiple of 4"));
  EXPECT_THAT(refusal({.settings = {{"positions", "12x"}}}), HasSubstr("a whole number from 4 to 96"));
  EXPECT_THAT(refusal({.settings = {{"positions", ""}}}), HasSubstr("a whole number"));
  EXPECT_THAT(refusal({.settings = {{"lowest", "80"}, {"highest", "70"}}}), HasSubstr("highest"));
  EXPECT_THAT(refusal({.settings = {{"program", "sometimes"}}}), HasSubstr("on-change or every-note or off"));
  EXPECT_THAT(refusal({.name = "events", .settings = {{"max_shift_ms", "15"}}}), HasSubstr("a multiple of step_ms"));
  EXPECT_THAT(refusal({.name = "notes", .settings = {{"step", "nan"}}}), HasSubstr("step"));
  EXPECT_THAT(refusal({.name = "notes", .settings = {{"step", "0.3"}}}), HasSubstr("twelfths"));
  EXPECT_THAT(refusal({.labels = {"Bach"}}), HasSubstr("the first label must be \"unknown\""));
  EXPECT_THAT(refusal({.labels = {"unknown", "Bach", "Bach"}}), HasSubstr("twice"));
  EXPECT_THAT(refusal({.labels = {"unknown", ""}}), HasSubstr("1 to 200"));
  EXPECT_EQ(refusal({.labels = {"unknown", "Bach"}}), "");
}

TEST(Spec, SurvivesJson) {
  const RepresentationSpec spec{.name = "notes",
                                .settings = {{"min_count", "2"}},
                                .labels = {"unknown", "Antonín \"Dvořák\""},
                                .vocabulary = {"C4", "4.7.11"},
                                .statistics = {0.1F, -3e-7F, 16'777'217.0F, 1.0F / 3}};
  EXPECT_EQ(spec_from_json(to_json(spec)), spec);
  EXPECT_EQ(spec_from_json(to_json({})), RepresentationSpec{});
  EXPECT_EQ(to_json(spec), to_json(spec_from_json(to_json(spec))));
}

TEST(Spec, RefusesWhatIsNone) {
  const std::string deep = std::string(100'000, '[');
  for (const std::string& text :
       {std::string(), std::string("7"), std::string("[]"), std::string("{}"), std::string("{\"name\":7}"), deep,
        "{\"name\":\"remi\",\"settings\":" + deep, std::string(R"({"name":"remi","settings":[]})"),
        std::string(R"({"name":"remi","settings":{"positions":12}})"), std::string(R"({"name":"remi","labels":"x"})"),
        std::string(R"({"name":"remi","labels":[null]})"), std::string(R"({"name":"remi","vocabulary":{"a":1}})"),
        std::string(R"({"name":"remi","more":1})"), std::string(R"({"name":"remi","statistics":["1"]})"),
        std::string(R"({"name":"remi","statistics":[1e300]})"), "{\"name\":\"" + std::string(300, 'x') + "\"}",
        std::string("{\"name\":\"\xff\"}"), std::string(R"({"name":"remi"} x)")}) {
    EXPECT_THROW(spec_from_json(text), Error) << text.substr(0, 80);
  }
}

TEST(Spec, SurvivesDamage) {
  const std::string good =
      to_json({.name = "notes", .settings = {{"a", "b"}}, .labels = {"unknown"}, .vocabulary = {"C4"}});
  Random random(7);
  for (int i = 0; i < 3000; ++i) {
    std::string text = good;
    for (std::uint64_t n = random.below(4) + 1; n > 0; --n) {
      text[random.below(text.size())] = static_cast<char>(random.below(256));
    }
    try {
      spec_from_json(text);
    } catch (const Error&) {
      continue;  // the only way out
    }
  }
}

TEST(Vocabulary, FindsNamesAndRefusesRepetition) {
  const Vocabulary vocabulary({{"Start", {}}, {"End", {}}, {"x", {}}});
  EXPECT_EQ(vocabulary.find("x"), Symbol{2});
  EXPECT_EQ(vocabulary.find("y"), std::nullopt);
  EXPECT_THROW(Vocabulary({{"a", {}}, {"a", {}}}), Error);
  EXPECT_THROW(Vocabulary(std::vector<NamedSymbol>(65'537)), Error);
}

}  // namespace
}  // namespace continuo::representation
