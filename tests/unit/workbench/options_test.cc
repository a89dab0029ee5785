// The options of use cases: JSON to and fro, limits, and what is refused.
#include "continuo/workbench/options.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "continuo/base/error.h"

namespace continuo::workbench {
namespace {

/// Allowed, and another value than the option has.
OptionValue another(const Option& option) {
  switch (option.kind) {
    case OptionKind::kFlag:
      return !std::get<bool>(option.get());
    case OptionKind::kWhole:
      return option.high;
    case OptionKind::kNumber:
      return option.get() == OptionValue(static_cast<double>(option.high)) ? option.low + 0.5 : double(option.high);
    case OptionKind::kWord:
    case OptionKind::kFile:
      break;
  }
  if (option.choices.empty()) return std::string("some \"words\"");
  return option.get() == OptionValue(option.choices.back()) ? option.choices.front() : option.choices.back();
}

/// One step beyond what is allowed, as JSON; "null" where the kind has no limit.
std::string beyond(const Option& option) {
  if (option.kind == OptionKind::kWhole) return std::to_string(option.high + 1);
  if (option.kind == OptionKind::kNumber) return std::to_string(option.high + 1);
  if (option.kind == OptionKind::kFlag) return "1";
  return option.choices.empty() ? "null" : "\"none of them\"";
}

std::vector<OptionValue> values(const std::vector<Option>& options) {
  std::vector<OptionValue> found;
  for (const Option& option : options) found.push_back(option.get());
  return found;
}

template <class Options>
class OptionLists : public ::testing::Test {};
using All =
    ::testing::Types<EvaluateOptions, CompareOptions, PieceSetOptions, evaluation::MeasureOptions, PassageOptions>;
TYPED_TEST_SUITE(OptionLists, All);

TYPED_TEST(OptionLists, EveryValueSurvivesJson) {
  TypeParam from, to;
  const std::vector<Option> a = options_of(from), b = options_of(to);
  for (const Option& option : a) option.assign(another(option));
  for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NE(a[i].get(), b[i].get()) << a[i].name;
  options_from_json(options_to_json(a), b);
  EXPECT_EQ(values(a), values(b));
}

TYPED_TEST(OptionLists, DefaultsAreAllowedAndNamesAreUnique) {
  TypeParam options;
  std::set<std::string> names;
  std::set<char> letters;
  for (const Option& option : options_of(options)) {
    SCOPED_TRACE(option.name);
    const OptionValue value = option.get();
    EXPECT_TRUE(std::holds_alternative<std::monostate>(value) || option.allows(value));
    EXPECT_TRUE(names.insert(option.name).second);
    EXPECT_TRUE(option.letter == 0 || letters.insert(option.letter).second);
    EXPECT_FALSE(option.explanation.empty() || option.explanation.ends_with('.'));
  }
}

TYPED_TEST(OptionLists, WhatIsBeyondTheLimitsIsRefusedAndNothingIsSet) {
  TypeParam options;
  const std::vector<Option> list = options_of(options);
  const std::vector<OptionValue> before = values(list);
  for (const Option& option : list) {
    try {
      options_from_json("{\"" + option.json_name() + "\": " + beyond(option) + "}", list);
      ADD_FAILURE() << option.name << " took " << beyond(option);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kInvalidArgument);
      EXPECT_EQ(error.info().about, option.json_name());
    }
  }
  EXPECT_EQ(values(list), before);
}

TYPED_TEST(OptionLists, FormsHaveLimitsAndChoices) {
  TypeParam options;
  const std::vector<Option> list = options_of(options);
  const auto form = nlohmann::json::parse(describe_options_as_json(list));
  ASSERT_EQ(form.size(), list.size());
  for (std::size_t i = 0; i < list.size(); ++i) {
    EXPECT_EQ(form[i]["name"], list[i].json_name());
    EXPECT_EQ(form[i].contains("to"), list[i].kind == OptionKind::kWhole || list[i].kind == OptionKind::kNumber);
    EXPECT_EQ(form[i].value("choices", std::vector<std::string>()), list[i].choices);
  }
}

TEST(EvaluateOptionList, WordsBecomeValues) {
  EvaluateOptions options;
  options_from_json(R"({"part": "train", "precision": "int8", "max_pieces": 7})", options_of(options));
  EXPECT_EQ(options.part, EvaluatedPart::kTrain);
  EXPECT_EQ(options.engine.precision, weights::Precision::kInt8);
  EXPECT_EQ(options.pieces, 7U);
}

TEST(CompareOptionList, WordsBecomeValues) {
  CompareOptions options;
  options_from_json(R"({"control": "moved-pitches", "seed": 9, "top_p": 0.5})", options_of(options));
  EXPECT_EQ(options.control, evaluation::Control::kMovedPitches);
  EXPECT_EQ(options.set.seed, 9U);
  EXPECT_EQ(options.top_p, 0.5);
}

}  // namespace
}  // namespace continuo::workbench
