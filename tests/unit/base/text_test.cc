#include "continuo/base/text.h"

#include <gtest/gtest.h>

using namespace std::string_view_literals;

namespace continuo {
namespace {

TEST(Text, KnowsUtf8FromWhatIsNone) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("Frère Jacques, 𝄞"));
  EXPECT_TRUE(is_utf8("\xF4\x8F\xBF\xBF"));   // U+10FFFF, the last
  EXPECT_FALSE(is_utf8("Fr\xE8re"));          // Latin-1
  EXPECT_FALSE(is_utf8("\xC0\xAF"));          // overlong '/'
  EXPECT_FALSE(is_utf8("\xE0\x80\xAF"));      // overlong '/'
  EXPECT_FALSE(is_utf8("\xED\xA0\x80"));      // a surrogate
  EXPECT_FALSE(is_utf8("\xF4\x90\x80\x80"));  // past the last
  EXPECT_FALSE(is_utf8("\xE2\x82"));          // cut short
  EXPECT_FALSE(is_utf8("a\x80"));             // begins in the middle
  EXPECT_EQ(utf8_length("𝄞", 0), 4U);
  EXPECT_EQ(utf8_length("a\xC3\xA9", 1), 2U);
}

TEST(Text, ReadsLatin1) {
  EXPECT_EQ(from_latin1("Fr\xE8re \xA9 \xFF"), "Frère © ÿ");
  EXPECT_EQ(from_latin1("a\0b"sv), "a\0b"sv);
}

TEST(Text, TheDepthOfJsonCountsNoBracketsInStrings) {
  EXPECT_EQ(json_depth("12"), 0U);
  EXPECT_EQ(json_depth(R"({"a": [1, [2]], "b": {}})"), 3U);
  EXPECT_EQ(json_depth(R"(["[[[", "\\", "\"[[", [0]])"), 2U);
  EXPECT_EQ(json_depth("]]][["), 2U);
  EXPECT_EQ(json_depth(std::string(100'000, '[')), 100'000U);
}

TEST(Shown, NamesCannotCommandATerminal) {
  EXPECT_EQ(shown("Für Elise, 月光"), "Für Elise, 月光");
  EXPECT_EQ(shown("a\x1b[2Jb\r\n\x7f"), "a\\x1b[2Jb\\x0d\\x0a\\x7f");
  EXPECT_EQ(shown("\xc2\x9b"), "\\xc2\\x9b") << "a control character of the second set";
  EXPECT_EQ(shown("\xe4rger"), "\\xe4rger") << "no UTF-8";
  EXPECT_EQ(shown("one\ntwo\x07", true), "one\ntwo\\x07");
}

}  // namespace
}  // namespace continuo
