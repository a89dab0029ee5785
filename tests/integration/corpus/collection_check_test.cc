// Duplicates in a real collection, where one lies beside the project: the figures of docs/collections.md hold.
#include <gtest/gtest.h>

#include <filesystem>

#include "continuo/corpus/duplicate_check.h"
#include "continuo/corpus/manifest.h"

namespace continuo::corpus {
namespace {

TEST(RealCollection, DuplicatesAreThoseOfTheManifest) {
  const std::filesystem::path folder = std::filesystem::path(CONTINUO_SOURCE_DIR).parent_path() / "shared" / "corpus";
  if (!std::filesystem::exists(folder / kManifestName)) GTEST_SKIP() << "no collection at " << folder;
  const Collection collection = scan(folder, {.min_seconds = 0, .max_seconds = 1e9});
  EXPECT_EQ(collection.pieces.size(), 4810u);
  const ColumnCheck check = check_column(collection, "work_group");
  EXPECT_EQ(check.figures.expected, 353u);
  EXPECT_GE(check.figures.recall(), 0.95);
  EXPECT_GE(check.figures.precision(), 0.8);  // most of the rest are duplicates that the manifest does not know
  EXPECT_LE(check.largest_group, 12u);
  const auto planted = check_planted(collection, {.copies = 60});
  for (const Alteration exact :
       {Alteration::kTransposed, Alteration::kRetimed, Alteration::kTracksMerged, Alteration::kTracksSplit}) {
    const auto& figures = planted[static_cast<std::size_t>(exact)];
    EXPECT_EQ(figures.recall(), 1.0) << alteration_name(exact);
    EXPECT_EQ(figures.precision(), 1.0) << alteration_name(exact);
  }
}

}  // namespace
}  // namespace continuo::corpus
