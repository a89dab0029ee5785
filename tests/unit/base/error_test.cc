// What a user reads when something is wrong.
#include "continuo/base/error.h"

#include <gtest/gtest.h>

namespace continuo {
namespace {

TEST(Error, SaysFileOffsetMessageAndHint) {
  const Error error({.message = "the chunk is cut off", .path = "a.mid", .offset = 14, .hint = "Copy it again."});
  EXPECT_STREQ(error.what(), "a.mid: at byte 14: the chunk is cut off\nCopy it again.");
}

TEST(Error, LeavesOutWhatIsAbsent) {
  EXPECT_STREQ(Error("nothing to do").what(), "nothing to do");
  EXPECT_STREQ(Error({.message = "is empty", .path = "b.mid"}).what(), "b.mid: is empty");
}

}  // namespace
}  // namespace continuo
