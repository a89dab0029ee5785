// The table reader on what spreadsheets write.
#include "../src/corpus/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "continuo/base/error.h"

namespace continuo::corpus {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Csv, ReadsFieldsAndLines) {
  EXPECT_THAT(parse_csv("a,b\r\n1,2\r\n"), ElementsAre(ElementsAre("a", "b"), ElementsAre("1", "2")));
  EXPECT_THAT(parse_csv("a,b\n1,2"), ElementsAre(ElementsAre("a", "b"), ElementsAre("1", "2")));
  EXPECT_THAT(parse_csv("a\r1\r"), ElementsAre(ElementsAre("a"), ElementsAre("1")));
}

TEST(Csv, ReadsQuotedFields) {
  EXPECT_THAT(parse_csv("\"a,\"\"b\"\"\n c\",d\n"), ElementsAre(ElementsAre("a,\"b\"\n c", "d")));
  EXPECT_THAT(parse_csv("\"\",x"), ElementsAre(ElementsAre("", "x")));
  EXPECT_THAT(parse_csv("\"a\"b,c"), ElementsAre(ElementsAre("ab", "c")));  // not in the RFC, but met
}

TEST(Csv, KeepsEmptyFieldsAndSkipsEmptyLines) {
  EXPECT_THAT(parse_csv(",a,\n\n\r\n,\n"), ElementsAre(ElementsAre("", "a", ""), ElementsAre("", "")));
  EXPECT_THAT(parse_csv("a,"), ElementsAre(ElementsAre("a", "")));
  EXPECT_THAT(parse_csv(""), IsEmpty());
}

TEST(Csv, SkipsAByteOrderMark) { EXPECT_THAT(parse_csv("\xEF\xBB\xBFname\n"), ElementsAre(ElementsAre("name"))); }

TEST(Csv, RefusesAQuoteThatIsNeverClosed) {
  try {
    parse_csv("a,b\n1,\"2\n");
    FAIL() << "an Error is expected";
  } catch (const Error& error) {
    EXPECT_EQ(error.info().offset, 6u);
  }
}

}  // namespace
}  // namespace continuo::corpus
