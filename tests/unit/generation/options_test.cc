// Options of composing as a list: JSON to and fro, limits, and what is refused.
#include "continuo/generation/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "continuo/base/error.h"

namespace continuo::generation {
namespace {

using ::testing::HasSubstr;

ComposeOptions unusual() {
  return {.sampling = {.argmax = true,
                       .temperature = 0.5,
                       .top_k = 7,
                       .top_p = 0.25,
                       .kinds = {{representation::SymbolKind::kPitch, 0.8}}},
          .start = StartKind::kRandom,
          .random_length = 12,
          .keep_random = true,
          .seconds = 12.5,
          .bars = 3,
          .symbols = 99,
          .stop_at_end = false,
          .mask_grammar = false,
          .any_ending = true,
          .allow_copies = true,
          .any_range = true,
          .allow_loops = true,
          .label = "bach \"the elder\"",
          .style_strength = 2.5,
          .seed = (std::uint64_t{1} << 63) - 1};
}

std::vector<OptionValue> values(std::span<const Option> options) {
  std::vector<OptionValue> found;
  for (const Option& option : options) found.push_back(option.get());
  return found;
}

TEST(Options, EveryValueSurvivesJson) {
  ComposeOptions from = unusual(), to;
  const auto a = options_of(from), b = options_of(to);
  for (std::size_t i = 0; i < a.size(); ++i)
    EXPECT_NE(a[i].get(), b[i].get()) << a[i].name << " is as it is by default: the test would not see it";
  options_from_json(options_to_json(a), b);
  EXPECT_EQ(values(a), values(b));
  EXPECT_EQ(to.seed, from.seed) << "to the last bit";
  EXPECT_FALSE(to.stop_at_end);
}

TEST(Options, DefaultsAreAllowedAndNamesAreUnique) {
  ComposeOptions options;
  std::set<std::string> names;
  std::set<char> letters;
  for (const Option& option : options_of(options)) {
    const OptionValue value = option.get();
    EXPECT_TRUE(std::holds_alternative<std::monostate>(value) || option.allows(value)) << option.name;
    EXPECT_TRUE(names.insert(option.name).second) << option.name;
    if (option.letter != 0) {
      EXPECT_TRUE(letters.insert(option.letter).second) << option.name;
    }
    EXPECT_FALSE(option.explanation.empty() || option.explanation.ends_with('.')) << option.name;
  }
}

TEST(Options, WhatIsNotSetIsNotWritten) {
  ComposeOptions options;
  const auto list = options_of(options);
  EXPECT_EQ(
      options_to_json(list),
      R"({"start":"beginning","random_length":0,"keep_random":false,"go_on":false,"argmax":false,)"
      R"("temperature":1.0,"top_k":0,"top_p":0.97,"no_mask":false,"style_strength":1.0,"seed":1,"allow_copies":false,)"
      R"("any_ending":false,"any_range":false,"allow_loops":false})");
  options_from_json(R"({"seconds": 20})", list);
  EXPECT_EQ(options.seconds, 20.0) << "a whole number is a number";
  EXPECT_EQ(options.sampling.top_p, 0.97) << "what the text does not say stays";
}

struct Refused {
  const char* text;
  const char* about;
  const char* says;
};

TEST(Options, WhatDoesNotFitIsRefusedByNameAndNothingIsSet) {
  const Refused refused[] = {
      {R"({"seed": 2, "tempo": 3})", "tempo", "there is no option 'tempo'"},
      {R"({"seed": 2, "temperature": 0})", "temperature", "a number above 0"},
      {R"({"seed": 2, "top_p": 1.5})", "top_p", "1 at most"},
      {R"({"seed": 2, "bars": 0})", "bars", "a whole number from 1 to 1000000"},
      {R"({"seed": 2, "bars": 2.5})", "bars", "a whole number"},
      {R"({"seed": 2, "bars": -1})", "bars", "a whole number"},
      {R"({"seed": 2, "argmax": 1})", "argmax", "true or false"},
      {R"({"seed": 2, "start": "end"})", "start", "one of beginning, random"},
      {R"({"seed": 2, "style": 5})", "style", "a text"},
      {R"({"seed": 9223372036854775808})", "seed", "a whole number"},
      {R"([1])", "", "JSON object"},
      {"nonsense", "", "JSON object"},
  };
  for (const Refused& one : refused) {
    ComposeOptions options;
    try {
      options_from_json(one.text, options_of(options));
      ADD_FAILURE() << one.text;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kInvalidArgument) << one.text;
      EXPECT_EQ(error.info().about, one.about);
      EXPECT_THAT(error.info().message + error.info().hint, HasSubstr(one.says));
    }
    EXPECT_EQ(options.seed, 1U) << one.text;
  }
}

TEST(Options, AFormFindsKindsLimitsAndChoices) {
  ComposeOptions options{.seed = 5};
  const std::string form = describe_options_as_json(options_of(options));
  EXPECT_THAT(form,
              HasSubstr(R"({"name":"top_p","kind":"number","explanation":"Choose among the most probable symbols )"
                        R"(that together have this probability","above":0.0,"to":1,"value":0.97})"));
  EXPECT_THAT(form, HasSubstr(R"("choices":["beginning","random"],"value":"beginning")"));
  EXPECT_THAT(form, HasSubstr(R"("from":0.0,"to":9223372036854775807,"value":5)"));
}

}  // namespace
}  // namespace continuo::generation
