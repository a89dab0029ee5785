// Damaged sound files: reading ends with a waveform that can be used or with an Error, quickly and quietly.
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "continuo/audio/waveform.h"
#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/base/random.h"

// libsndfile 1.2.0 does not free its Vorbis state when it refuses an .ogg file; nothing of ours to mend.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:vorbis_info_init\n"; }

namespace continuo::audio {
namespace {

namespace fs = std::filesystem;

class HostileFile : public ::testing::TestWithParam<const char*> {
 protected:
  HostileFile() : folder_(fs::temp_directory_path() / ("continuo-hostile-" + std::to_string(::getpid()))) {
    fs::create_directories(folder_);
    Waveform waveform{.sample_rate = 22'050, .channels = 2, .samples = {}};
    for (int i = 0; i < 8000; ++i) waveform.samples.push_back(std::sin(static_cast<float>(i) * 0.05F) * 0.5F);
    const fs::path path = folder_ / (std::string("sound") + GetParam());
    write_file(path, waveform);
    healthy_ = continuo::read_file(path);
  }
  ~HostileFile() override {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  /// Whether the bytes could be read; checks what comes out of them.
  bool read(const std::vector<std::uint8_t>& bytes) {
    const fs::path path = folder_ / (std::string("damaged") + GetParam());
    write_file_atomically(path, std::span<const std::uint8_t>(bytes));
    try {
      const Waveform waveform = audio::read_file(path);
      EXPECT_GE(waveform.channels, 1);
      EXPECT_GE(waveform.sample_rate, 1);
      EXPECT_EQ(waveform.samples.size() % static_cast<std::size_t>(waveform.channels), 0U);
      // What is small on disk stays small in memory: no codec here gives more than this per byte.
      EXPECT_LT(waveform.samples.size(), 1'000'000 + bytes.size() * 70'000);
      for (const float sample : waveform.samples) {
        if (std::isfinite(sample)) continue;
        ADD_FAILURE() << "a sample that is not a number";
        break;
      }
      return true;
    } catch (const Error& error) {
      EXPECT_FALSE(error.info().path.empty());
      return false;
    }
  }

  fs::path folder_;
  std::vector<std::uint8_t> healthy_;
};

TEST_P(HostileFile, IsReadOrRefused) {
  ::testing::internal::CaptureStderr();
  ::testing::internal::CaptureStdout();
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_TRUE(read(healthy_));
  Random random(2023);
  int refused = 0;
  for (int round = 0; round < 300; ++round) {
    auto bytes = healthy_;
    switch (round % 3) {
      case 0:  // a tail that is missing
        bytes.resize(random.below(bytes.size()));
        break;
      case 1:  // single bytes, mostly in the header
        for (int i = 0; i < 4; ++i)
          bytes[random.below(random.below(2) == 0 ? 64 : bytes.size())] = static_cast<std::uint8_t>(random.next());
        break;
      default: {  // a run of extremes, as broken lengths are
        const std::size_t at = random.below(std::min<std::size_t>(bytes.size() - 8, 200));
        for (std::size_t i = 0; i < 4; ++i) bytes[at + i] = random.below(2) == 0 ? 0xFF : 0x7F;
      }
    }
    refused += read(bytes) ? 0 : 1;
    if (std::chrono::steady_clock::now() - begun > std::chrono::seconds(60)) {
      ADD_FAILURE() << "round " << round << " is reached only after a minute";
      break;
    }
  }
  EXPECT_GT(refused, 0);
  EXPECT_LT(refused, 300);
  for (const std::size_t size : {0U, 1U, 4U, 12U, 44U}) {
    std::vector<std::uint8_t> bytes(healthy_.begin(), healthy_.begin() + static_cast<std::ptrdiff_t>(size));
    const bool usable = read(bytes);
    EXPECT_FALSE(usable && size < 12) << size;
  }
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

INSTANTIATE_TEST_SUITE_P(Formats, HostileFile, ::testing::Values(".wav", ".flac", ".ogg"),
                         [](const auto& format) { return std::string(format.param).substr(1); });

}  // namespace
}  // namespace continuo::audio
