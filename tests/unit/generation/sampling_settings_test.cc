// Sampling settings to and from text.
#include "continuo/generation/sampling_settings.h"

#include <gtest/gtest.h>

#include "continuo/base/error.h"

namespace continuo::generation {
namespace {

using representation::SymbolKind;

SamplingOptions after(std::string_view text, SamplingOptions options = {}) {
  set_temperatures(options, text);
  return options;
}

TEST(SamplingSettings, TemperaturesFromText) {
  const SamplingOptions model{.temperature = 1, .kinds = {{SymbolKind::kPitch, 0.9}}};
  EXPECT_EQ(after("0.8", model), (SamplingOptions{.temperature = 0.8}));
  EXPECT_EQ(after("velocity=1.2", model),
            (SamplingOptions{.kinds = {{SymbolKind::kPitch, 0.9}, {SymbolKind::kVelocity, 1.2}}}));
  EXPECT_EQ(
      after("0.8,time-signature=1,pitch=0.7", model),
      (SamplingOptions{.temperature = 0.8, .kinds = {{SymbolKind::kTimeSignature, 1}, {SymbolKind::kPitch, 0.7}}}));
  for (const char* wrong :
       {"", "0", "-1", "warm", "0.8,", "pitch=", "pitch=0", "pitches=1", "pitch=1,0.8", "1e999", "nan"})
    EXPECT_THROW(after(wrong), Error) << wrong;
}

TEST(SamplingSettings, TextReadsBack) {
  const SamplingOptions options{.temperature = 0.95, .kinds = {{SymbolKind::kVelocity, 1.1}, {SymbolKind::kBar, 0.5}}};
  EXPECT_EQ(temperatures_text(options), "0.95,bar=0.5,velocity=1.1");
  EXPECT_EQ(after(temperatures_text(options)), options);
}

TEST(SamplingSettings, WhatTheUserHasNotSaidIsTheModels) {
  const SamplingOptions model{.temperature = 0.9, .top_p = 0.8, .kinds = {{SymbolKind::kPitch, 0.7}}};
  const SamplingOptions asked{.top_k = 4, .kinds = {{SymbolKind::kVelocity, 1.2}}};
  EXPECT_EQ(with_defaults(asked, model, {}),
            (SamplingOptions{.temperature = 0.9,
                             .top_k = 4,
                             .top_p = 0.8,
                             .kinds = {{SymbolKind::kPitch, 0.7}, {SymbolKind::kVelocity, 1.2}}}));
  EXPECT_EQ(with_defaults(asked, model, {.temperature = true, .top_p = true}), asked);
}

TEST(SamplingSettings, JsonReadsBackAndUnknownKeysArePassedOver) {
  const SamplingOptions options{.temperature = 0.95, .top_p = 0.9, .kinds = {{SymbolKind::kTempo, 1.1}}};
  EXPECT_EQ(sampling_from_json(to_json(options)), options);
  EXPECT_EQ(sampling_from_json(R"({"kinds": {"pitch": 0.9, "colour": 2}, "later": [1]})"),
            (SamplingOptions{.kinds = {{SymbolKind::kPitch, 0.9}}}));
  EXPECT_EQ(sampling_from_json("{}"), SamplingOptions{});
  for (const char* wrong : {"", "[1]", R"({"temperature": "warm"})", R"({"kinds": {"pitch": 0}})", R"({"top_p": 2})"})
    EXPECT_THROW(sampling_from_json(wrong), Error) << wrong;
}

}  // namespace
}  // namespace continuo::generation
