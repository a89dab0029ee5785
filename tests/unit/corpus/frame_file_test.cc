// Files of frames in the common JSON form.
#include "continuo/corpus/frame_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "unit/corpus/fixtures.h"

namespace continuo::corpus {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class FrameFile : public ::testing::Test {
 protected:
  Dataset open(const std::string& text) const {
    write_file_atomically(folder_ / "some.json", text);
    return open_frame_file(folder_ / "some.json", {.name = "frames"}, folder_ / "cache");
  }
  std::string error_of(const std::string& text) const {
    try {
      open(text);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }
  TemporaryFolder folder_{"frames"};
};

TEST_F(FrameFile, KeepsPartsPiecesAndFrames) {
  const std::string text =
      R"({"train": [[[60, 64.0], [], [60]], [[21], [108]]], "valid": [[[72]]], "test": [[[64, 60, 60], [62]]]})";
  const Dataset dataset = open(text);
  ASSERT_EQ(dataset.pieces().size(), 4U);
  EXPECT_EQ(dataset.indices(Part::kTrain).size(), 2U);
  EXPECT_EQ(dataset.indices(Part::kValidation).size(), 1U);
  EXPECT_EQ(dataset.indices(Part::kTest).size(), 1U);
  const auto symbols = [&](std::size_t i) { return dataset.pieces()[i].symbols.to_vector(); };
  // Start 0, End 1, EndOfFrame 2, key 21 is 3.
  EXPECT_THAT(symbols(0), ElementsAre(0, 42, 46, 2, 2, 42, 2, 1));
  EXPECT_THAT(symbols(1), ElementsAre(0, 3, 2, 90, 2, 1));
  EXPECT_THAT(symbols(3), ElementsAre(0, 42, 46, 2, 44, 2, 1)) << "in rising order, each key once";
  EXPECT_EQ(dataset.pieces()[3].name, "test/0");
  EXPECT_EQ(dataset.pieces()[0].notes, 3U);
  EXPECT_EQ(open(text).path(), dataset.path()) << "made once";
}

TEST_F(FrameFile, SaysWhatCannotBe) {
  EXPECT_THAT(error_of("[]"), HasSubstr("is not a JSON object"));
  EXPECT_THAT(error_of("{\"train\": ["), HasSubstr("is not a JSON object"));
  EXPECT_THAT(error_of(R"({"train": [], "test": []})"), HasSubstr("has no \"valid\""));
  EXPECT_THAT(error_of(R"({"train": 3, "valid": [], "test": []})"), HasSubstr("train is not a list"));
  EXPECT_THAT(error_of(R"({"train": [[[60], 61]], "valid": [], "test": []})"),
              HasSubstr("frame 1 of train/0 is not a list"));
  EXPECT_THAT(error_of(R"({"train": [], "valid": [[[60], [20]]], "test": []})"),
              HasSubstr("frame 1 of valid/0 holds 20, which is no pitch from 21 to 108"));
  EXPECT_THAT(error_of(R"({"train": [[["60"]]], "valid": [], "test": []})"), HasSubstr("holds \"60\""));
  EXPECT_THAT(error_of(R"({"train": [[[60.5]]], "valid": [], "test": []})"), HasSubstr("60.5"));
}

}  // namespace
}  // namespace continuo::corpus
