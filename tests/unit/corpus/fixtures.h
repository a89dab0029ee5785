// Made-up pieces and folders of them.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <string>

#include "continuo/base/random.h"
#include "continuo/midi/midi.h"

namespace continuo::corpus {

/// A tune over a bass with chords in the middle, different for every seed: three tracks, `bars` bars of 4/4 at
/// 120 a minute (2 seconds each).
inline Score made_up_piece(std::uint64_t seed, int bars = 40) {
  Random random(seed, 99);
  constexpr int kScale[] = {0, 2, 4, 5, 7, 9, 11};
  const auto pitch_at = [&](int degree) { return 12 * (degree / 7) + kScale[degree % 7]; };
  Score score;
  score.ppq = 480;
  score.tempos = {{0, 500'000}};
  score.time_signatures = {{0, 4, 4}};
  score.tracks.resize(3);
  score.tracks[0].program = 73;
  score.tracks[1].channel = 1;
  score.tracks[2].channel = 2;
  score.tracks[2].program = 42;
  int degree = 40;
  for (int bar = 0; bar < bars; ++bar) {
    const Tick begin = bar * 1920;
    for (Tick at = 0; at < 1920;) {
      const Tick step = std::min<Tick>(1920 - at, random.below(3) == 0 ? 480 : 240);
      degree = static_cast<int>(std::clamp<std::int64_t>(degree + random.between(-4, 4), 34, 50));
      score.tracks[0].notes.push_back({begin + at, step, static_cast<std::uint8_t>(pitch_at(degree)), 80});
      at += step;
    }
    const int root = static_cast<int>(random.between(17, 26));
    for (const int third : {9, 11, 13})
      score.tracks[1].notes.push_back({begin, 1920, static_cast<std::uint8_t>(pitch_at(root + third)), 60});
    for (int beat = 0; beat < 4; ++beat)
      score.tracks[2].notes.push_back(
          {begin + beat * 480, 480, static_cast<std::uint8_t>(pitch_at(root + static_cast<int>(random.below(5)))), 70});
  }
  normalise(score);
  return score;
}

/// A folder of its own that goes when the test ends.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(const std::string& name)
      : path_(std::filesystem::temp_directory_path() / ("continuo-" + name + "-" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace continuo::corpus
