// Duplicates in a real collection, where one lies beside the project: the figures of docs/collections.md hold.
#include <gtest/gtest.h>

#include <filesystem>

#include "continuo/corpus/duplicate_check.h"
#include "continuo/corpus/manifest.h"

namespace continuo::corpus {
namespace {

const std::filesystem::path kFolder = std::filesystem::path(CONTINUO_SOURCE_DIR).parent_path() / "shared" / "corpus";
const ScanOptions kAnyLength{.min_seconds = 0, .max_seconds = 1e9};

TEST(RealCollection, DuplicatesAreThoseOfTheManifest) {
  if (!std::filesystem::exists(kFolder / kManifestName)) GTEST_SKIP() << "no collection at " << kFolder;
  const Collection collection = scan(kFolder, kAnyLength);
  EXPECT_EQ(collection.pieces.size(), 4810u);
  const ColumnCheck check = check_column(collection, "work_group");
  EXPECT_EQ(check.figures.expected, 353u);
  EXPECT_GE(check.figures.recall(), 0.95);
  EXPECT_GE(check.figures.precision(), 0.82);  // most of the rest are duplicates that the manifest does not know
  EXPECT_LE(check.largest_group, 8u);
}

TEST(RealCollection, PlantedCopiesOfPerformancesAreFound) {
  const auto folder = kFolder / "piano-midi-de";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no collection at " << folder;
  const auto planted = check_planted(scan(folder, kAnyLength), {.copies = 60});
  ASSERT_EQ(planted.size(), kAlterations);
  for (std::size_t kind = 0; kind < kAlterations; ++kind) {
    const char* name = alteration_name(static_cast<Alteration>(kind));
    EXPECT_EQ(planted[kind].precision(), 1.0) << name;
    EXPECT_GE(planted[kind].recall(), kind <= static_cast<std::size_t>(Alteration::kTracksSplit) ? 1.0 : 0.85) << name;
  }
}

}  // namespace
}  // namespace continuo::corpus
