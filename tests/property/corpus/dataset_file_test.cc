// The fuzzer's seeds and random damage to good dataset files are refused or read, never more.
#include <gtest/gtest.h>

#include <filesystem>

#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/base/random.h"
#include "continuo/corpus/dataset.h"
#include "property/fuzz_mutate.h"

// The fuzzer's own entry point, so that the seeds run through the same code.
#include "../fuzz/corpus_fuzz.cc"

namespace continuo::corpus {
namespace {

const std::filesystem::path kSeeds = std::filesystem::path(CONTINUO_SOURCE_DIR) / "fuzz" / "corpus" / "corpus";

TEST(DatasetFile, FuzzSeedsReplay) {
  int seeds = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kSeeds)) {
    const auto bytes = read_file(entry.path());
    EXPECT_EQ(LLVMFuzzerTestOneInput(bytes.data(), bytes.size()), 0) << entry.path();
    ++seeds;
  }
  EXPECT_GE(seeds, 4);
  for (const char* const good : {"remi", "notes", "events", "mulaw"}) {
    const Dataset dataset(kSeeds / good);
    EXPECT_EQ(dataset.spec().name, good);
    EXPECT_EQ(dataset.pieces().size(), 2U);
  }
}

TEST(DatasetFile, DamagedFilesAreRefusedOrRead) {
  Random random(3);
  for (const char* const good : {"remi", "notes", "mulaw"}) {
    const auto whole = read_file(kSeeds / good);
    for (int round = 0; round < 300; ++round) {
      auto bytes = whole;
      for (auto i = random.between(1, 4); i > 0; --i)
        bytes[random.below(bytes.size())] = static_cast<std::uint8_t>(random.below(256));
      if (random.below(4) == 0) bytes.resize(random.below(bytes.size()));
      EXPECT_EQ(LLVMFuzzerTestOneInput(bytes.data(), bytes.size()), 0);
    }
  }
}

TEST(DatasetFile, FilesThatLieAreRefusedOrRead) {
  Random random(4);
  for (const char* const good : {"remi", "notes", "events", "mulaw"})
    run_mutations(read_file(kSeeds / good), 200, random);
}

}  // namespace
}  // namespace continuo::corpus
