// A folder of small pieces and a small model, for what works on files.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "continuo/base/random.h"
#include "continuo/midi/midi.h"
#include "continuo/representation/representation.h"
#include "continuo/weights/model_file.h"

namespace continuo::workbench {

/// A random walk of eighths over the notes of C major.
inline Score walk(std::uint64_t seed, int notes = 64) {
  constexpr int kMajor[] = {0, 2, 4, 5, 7, 9, 11};
  Random random(seed);
  Score score{.ppq = 480};
  Track track;
  int degree = 14;
  for (int i = 0; i < notes; ++i) {
    degree = std::clamp(degree + static_cast<int>(random.between(-3, 3)), 0, 28);
    track.notes.push_back({.onset = i * 240,
                           .duration = 240,
                           .pitch = static_cast<std::uint8_t>(36 + 12 * (degree / 7) + kMajor[degree % 7]),
                           .velocity = 80});
  }
  score.tracks.push_back(track);
  return score;
}

/// A folder of its own for each test, removed at the end.
class FolderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(::testing::TempDir()) /
              (std::string("continuo-") + info->test_suite_name() + "-" + info->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  /// `count` pieces, walk-0.mid and so on.
  std::filesystem::path pieces(const std::string& name, int count, std::uint64_t seed, int notes = 64) const {
    const auto folder = folder_ / name;
    std::filesystem::create_directories(folder);
    for (int i = 0; i < count; ++i)
      midi::write_file(folder / ("walk-" + std::to_string(i) + ".mid"),
                       walk(seed + static_cast<std::uint64_t>(i), notes));
    return folder;
  }

  /// A WaveNet over `remi` with random weights. `sampling`: what it proposes, empty: nothing.
  std::filesystem::path model(const std::string& name = "random.safetensors", const std::string& sampling = "") const {
    const auto remi = representation::make({.name = "remi"});
    weights::ModelContents contents;
    contents.network.vocabulary_size = static_cast<int>(remi->vocabulary().size());
    contents.network.network = weights::WaveNetSpec{
        .residual_channels = 8, .skip_channels = 8, .head_channels = 8, .stacks = 1, .dilations = {1, 2}};
    contents.metadata["continuo.representation"] = representation::to_json(remi->spec());
    if (!sampling.empty()) contents.metadata[weights::kSamplingKey] = sampling;
    Random random(1);
    for (const auto& tensor : weights::tensor_specs(contents.network)) {
      std::size_t size = 1;
      for (const auto extent : tensor.shape) size *= static_cast<std::size_t>(extent);
      for (auto& values = contents.tensors[tensor.name]; values.size() < size;)
        values.push_back(static_cast<float>(0.3 * random.normal()));
    }
    weights::save(folder_ / name, contents);
    return folder_ / name;
  }

  std::filesystem::path folder_;
};

}  // namespace continuo::workbench
