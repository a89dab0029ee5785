// Recipes and model files have the same options with the same limits: what one refuses the other refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "continuo/base/error.h"
#include "continuo/training/recipe.h"
#include "continuo/weights/network_info.h"

namespace continuo::weights {
namespace {

using nlohmann::json;

/// An option with values to try, as texts that are both TOML and JSON.
struct Trial {
  std::string section, name;
  std::vector<std::string> values;
  bool learned = false;
};

class Trials final : public OptionVisitor {
 public:
  std::vector<Trial> all;
  void section(std::string_view name) override { section_ = name; }
  void option(const OptionInfo& info, int& value) override {
    add(info, {std::to_string(value)});
    for (const auto edge : edges(info)) all.back().values.push_back(std::to_string(edge));
  }
  void option(const OptionInfo& info, float&) override {
    add(info, {"-0.1", "0.0", "0.5", "0.96", "0.999", "1.0", "2.0", "-1e30", "1e30"});
  }
  void option(const OptionInfo& info, std::vector<int>& values) override {
    add(info, {json(values).dump(), "[]"});
    for (const auto edge : edges(info)) all.back().values.push_back(json(std::vector(values.size(), edge)).dump());
    all.back().values.push_back(json(std::vector(300, 1)).dump());
  }
  void option(const OptionInfo& info, std::string&, std::span<const std::string_view> choices) override {
    add(info, {"\"other\"", "\"\""});
    for (const auto choice : choices) all.back().values.push_back(json(choice).dump());
  }

 private:
  void add(const OptionInfo& info, std::vector<std::string> values) {
    EXPECT_FALSE(info.explanation.empty()) << info.name;
    all.push_back({section_, std::string(info.name), std::move(values), info.learned});
  }
  static std::vector<std::int64_t> edges(const OptionInfo& info) {
    const auto low = static_cast<std::int64_t>(info.limits.low), high = static_cast<std::int64_t>(info.limits.high);
    return {low - 1, low, low + 1, high - 1, high, high + 1, 1LL << 40};
  }
  std::string section_;
};

template <class Try>
bool refused(const Try& attempt) {
  try {
    attempt();
  } catch (const Error&) {
    return true;
  }
  return false;
}

TEST(Limits, AreTheSameInRecipesAndModelFiles) {
  for (const NetworkInfo* row : network_infos()) {
    NetworkSpec spec = default_network(std::string(row->name));
    spec.vocabulary_size = 2;
    const json file = json::parse(to_json(spec));
    Trials trials;
    row->visit(spec, trials);
    EXPECT_FALSE(trials.all.empty()) << row->name;
    std::set<std::string> names;
    for (const Trial& trial : trials.all) {
      EXPECT_TRUE(names.insert(trial.name).second) << row->name << " has two options " << trial.name;
      const auto in_recipe = [&](const std::string& value) {
        training::parse_recipe(
            "[network]\nname = \"" + std::string(row->name) + "\"\n" + trial.name + " = " + value + "\n", "");
      };
      if (trial.learned) {
        EXPECT_TRUE(refused([&] { in_recipe("[3]"); })) << trial.name;
        continue;
      }
      int accepted = 0, not_accepted = 0;
      for (const std::string& value : trial.values) {
        json changed = file;
        changed[trial.section][trial.name] = json::parse(value);
        const bool by_file = refused([&] { network_spec_from_json(changed.dump()); });
        EXPECT_EQ(refused([&] { in_recipe(value); }), by_file) << row->name << "." << trial.name << " = " << value;
        ++(by_file ? not_accepted : accepted);
      }
      EXPECT_GT(accepted, 0) << row->name << "." << trial.name;
      EXPECT_GT(not_accepted, 0) << row->name << "." << trial.name;
    }
  }
}

TEST(Limits, WhatWasTooLargeForAFileIsRefusedByTheRecipe) {
  const auto recipe = [](const std::string& text) { return [text] { training::parse_recipe(text, "a.toml"); }; };
  EXPECT_THAT(recipe("[network]\nname = \"lstm\"\nhidden = 8193\n"),
              ::testing::ThrowsMessage<Error>(
                  ::testing::HasSubstr("network.hidden must be a number of at least 1 and at most 8192")));
  EXPECT_FALSE(refused(recipe("[network]\nname = \"gru\"\nhidden = 8\nlayers = 256\n")));
  EXPECT_THAT(recipe("[network]\nname = \"gru\"\ndropout = 1.0\n"),
              ::testing::ThrowsMessage<Error>(::testing::HasSubstr("of at least 0 and below 1")));
}

}  // namespace
}  // namespace continuo::weights
