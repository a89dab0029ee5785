// parse_recipe(to_toml(r)) is r, for recipes drawn at random over everything that an option may be.
#include <gtest/gtest.h>

#include <cmath>

#include "continuo/base/random.h"
#include "continuo/training/recipe.h"

namespace continuo::training {
namespace {

class RandomRecipe {
 public:
  explicit RandomRecipe(std::uint64_t seed) : random_(seed) {}

  Recipe draw() {
    Recipe r;
    auto& c = r.collection;
    c.min_seconds = real(0, 100);
    c.max_seconds = real(100, 1e9);
    c.min_notes = random_.below(1000);
    c.max_notes = random_.next() >> 2U;
    c.programs.clear();
    for (std::uint64_t i = random_.below(4); i > 0; --i) c.programs.push_back(integer(0, 127));
    c.drums = coin();
    c.max_pieces = random_.below(1000);
    c.seed = random_.next() >> 2U;
    c.label_column = text();
    c.label_min_pieces = random_.below(1000);
    c.leave_out_label = text();
    c.select_column = text();
    c.threads = integer(0, 64);
    r.split.train = real(0, 0.7);
    r.split.validation = real(0, 0.3);
    r.split.seed = random_.next() >> 2U;
    const char* names[] = {"remi", "events", "notes"};
    r.representation.name = names[random_.below(3)];
    for (const auto& setting : representation::default_settings(r.representation.name)) {
      r.representation.settings[setting.name] = setting.value;
    }
    if (r.representation.name == "notes") r.representation.settings["min_count"] = std::to_string(integer(1, 99));
    switch (random_.below(3)) {
      case 0:
        r.network.network = wavenet();
        break;
      case 1: {
        weights::LstmSpec net;
        net.embedding = integer(1, 512);
        net.hidden = integer(1, 512);
        net.layers = integer(1, 8);
        net.dropout = static_cast<float>(real(0, 0.9));
        r.network.network = net;
        break;
      }
      default: {
        weights::WaveNetLstmSpec net;
        net.wavenet = wavenet();
        net.hidden = integer(1, 512);
        net.layers = integer(1, 8);
        r.network.network = net;
      }
    }
    r.condition_on_label = coin();
    auto& t = r.training;
    t.objective = coin() ? Objective::kEveryPosition : Objective::kManyToOne;
    t.chunk = integer(1, 5000);
    t.batch = integer(1, 500);
    t.learning_rate = std::pow(10, real(-8, 0));
    t.weight_decay = real(0, 1);
    t.beta1 = real(0, 0.99);
    t.beta2 = real(0, 0.9999);
    t.warmup = real(0, 1);
    t.final_rate = real(0, 1);
    t.clip_norm = real(0, 100);
    t.epochs = real(0, 100);
    t.minutes = real(0, 100);
    t.steps = static_cast<std::int64_t>(random_.next() >> 2U);
    t.evaluate_every = real(0.01, 10);
    t.transpose = integer(0, 12);
    t.tempo = real(0, 1);
    t.label_dropout = real(0, 1);
    t.freeze = integer(0, 64);
    t.precision = static_cast<TrainingPrecision>(integer(0, 2));
    t.accumulate = integer(1, 64);
    t.ema = real(0, 0.9999);
    t.spike = real(0, 1000);
    t.patience = integer(0, 100);
    t.seed = random_.next() >> 2U;
    t.threads = integer(0, 64);
    return r;
  }

 private:
  weights::WaveNetSpec wavenet() {
    weights::WaveNetSpec net;
    net.residual_channels = integer(1, 256);
    net.skip_channels = integer(1, 256);
    net.head_channels = integer(1, 256);
    net.kernel_size = integer(2, 4);
    net.input_kernel_size = integer(1, 4);
    net.stacks = integer(1, 4);
    net.dilations.clear();
    for (std::uint64_t i = 1 + random_.below(6); i > 0; --i) net.dilations.push_back(integer(1, 512));
    if (coin()) {
      net.block = weights::Block::kPaper;
      net.skip_channels = net.residual_channels;
    }
    net.dropout = static_cast<float>(real(0, 0.9));
    return net;
  }

  double real(double low, double high) { return low + (high - low) * random_.uniform(); }
  int integer(int low, int high) { return static_cast<int>(random_.between(low, high)); }
  bool coin() { return random_.below(2) == 1; }
  std::string text() {
    static constexpr char kLetters[] = "ab \"\\\n\t#='[]\x01\x7F";
    std::string out;
    for (std::uint64_t i = random_.below(8); i > 0; --i) out += kLetters[random_.below(sizeof kLetters - 1)];
    return out;
  }

  Random random_;
};

TEST(RecipeProperty, WhatIsWrittenReadsBack) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const Recipe r = RandomRecipe(seed).draw();
    const std::string toml = to_toml(r);
    const Recipe back = parse_recipe(toml);
    ASSERT_EQ(to_toml(back), toml) << "seed " << seed;
    ASSERT_EQ(back.training, r.training) << toml;
    ASSERT_EQ(back.network, r.network) << toml;
    ASSERT_EQ(back.representation, r.representation) << toml;
    ASSERT_EQ(back.condition_on_label, r.condition_on_label);
    ASSERT_EQ(back.collection.label_column, r.collection.label_column) << toml;
    ASSERT_EQ(back.collection.label_min_pieces, r.collection.label_min_pieces);
    ASSERT_EQ(back.collection.leave_out_label, r.collection.leave_out_label);
    ASSERT_EQ(back.collection.max_seconds, r.collection.max_seconds);
    ASSERT_EQ(back.collection.programs, r.collection.programs);
    ASSERT_EQ(back.collection.seed, r.collection.seed);
    ASSERT_EQ(back.split.train, r.split.train);
    ASSERT_EQ(back.split.seed, r.split.seed);
  }
}

}  // namespace
}  // namespace continuo::training
