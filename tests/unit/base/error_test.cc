// What a user reads when something is wrong.
#include "continuo/base/error.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <set>

#include "continuo/base/file.h"

namespace continuo {
namespace {

TEST(Error, SaysFileOffsetMessageAndHint) {
  const Error error({.message = "the chunk is cut off",
                     .path = "a.mid",
                     .offset = 14,
                     .hint = "Copy it again.",
                     .code = ErrorCode::kDamaged});
  EXPECT_STREQ(error.what(), "a.mid: at byte 14: the chunk is cut off\nCopy it again.");
}

TEST(Error, LeavesOutWhatIsAbsent) {
  EXPECT_STREQ(Error(ErrorCode::kEmpty, "nothing to do").what(), "nothing to do");
  EXPECT_STREQ(Error({.message = "is empty", .path = "b.mid", .code = ErrorCode::kEmpty}).what(), "b.mid: is empty");
}

TEST(Error, HasACodeForPrograms) {
  EXPECT_EQ(Error(ErrorCode::kEmpty, "nothing to do").code(), ErrorCode::kEmpty);
  EXPECT_EQ(Error({.message = "is empty", .code = ErrorCode::kDamaged}).code(), ErrorCode::kDamaged);
  EXPECT_EQ(Interrupted("stopped").code(), ErrorCode::kInterrupted);
  EXPECT_EQ(Interrupted({.message = "stopped", .path = "a.mid", .code = ErrorCode::kInterrupted}).info().path, "a.mid");
}

TEST(Error, EveryCodeHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (int code = 0; code <= static_cast<int>(ErrorCode::kDiverged); ++code)
    names.insert(name(static_cast<ErrorCode>(code)));
  EXPECT_EQ(names.size(), 1U + static_cast<std::size_t>(ErrorCode::kDiverged));
}

TEST(Error, TheSystemsErrorsHaveCodes) {
  EXPECT_EQ(error_code_of(ENOSPC), ErrorCode::kOutOfSpace);
  EXPECT_EQ(error_code_of(EACCES), ErrorCode::kAccessDenied);
  EXPECT_EQ(error_code_of(EIO), ErrorCode::kSystem);
  try {
    read_file("/nowhere/at/all");
    ADD_FAILURE() << "a missing file was read";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kNotFound);
  }
}

}  // namespace
}  // namespace continuo
