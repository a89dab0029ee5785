// Steering by continuo.h.
#include <gtest/gtest.h>

#include <cstring>

#include "continuo.h"
#include "continuo/midi/midi.h"
#include "unit/steering/checker.h"
#include "unit/steering/random_request.h"

namespace continuo::steering {
namespace {

TEST(SteerCTest, WritesAroundAFileAndStopsWhenAsked) {
  continuo_model* const model = continuo_model_load(CONTINUO_SOURCE_DIR "/models/default.safetensors");
  ASSERT_NE(model, nullptr) << continuo_last_error();
  Random random(3);
  const Score given = random_duo(random, 6);
  const auto file = midi::write(given);
  const char* const request = R"({"free": [{"bars": [3, 4]}], "particles": 8, "count": 2})";
  double share = -1;
  const auto tell = [](double now, void* user) {
    *static_cast<double*>(user) = now;
    return 0;
  };
  continuo_results* const results = continuo_steer(model, request, file.data(), file.size(), tell, &share);
  ASSERT_NE(results, nullptr) << continuo_last_error();
  EXPECT_GT(share, 0);
  EXPECT_EQ(continuo_results_count(results), 2U);
  std::vector<std::uint8_t> bytes(continuo_results_midi(results, 1, nullptr, 0));
  EXPECT_EQ(continuo_results_midi(results, 1, bytes.data(), bytes.size()), bytes.size());
  const Score score = midi::read(bytes).score;
  EXPECT_EQ(lost_notes(score, without_free(gap(3, 4), given)), "");
  EXPECT_NE(std::strstr(continuo_results_facts(results, 0), "\"joint_bits\""), nullptr);
  EXPECT_EQ(continuo_results_midi(results, 2, nullptr, 0), 0U);
  continuo_results_free(results);

  EXPECT_EQ(continuo_steer(
                model, request, file.data(), file.size(), [](double, void*) { return 1; }, nullptr),
            nullptr);
  EXPECT_EQ(continuo_last_error_code(), CONTINUO_ERROR_INTERRUPTED);
  EXPECT_EQ(continuo_steer(model, R"({"free": []})", nullptr, 0, nullptr, nullptr), nullptr);
  EXPECT_EQ(continuo_steer(model, nullptr, nullptr, 0, nullptr, nullptr), nullptr);
  continuo_model_free(model);
}

}  // namespace
}  // namespace continuo::steering
