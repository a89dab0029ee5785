// Forms as people write them.
#include "continuo/steering/form.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "continuo/base/error.h"

namespace continuo::steering {
namespace {

TEST(Form, IsReadAsItIsWritten) {
  const std::vector<Section> song = {{'A', 0, 8}, {'A', 1, 8}, {'B', 0, 16}, {'A', 0, 4}};
  EXPECT_EQ(form_from_text("A A' B16 A4"), song);
  EXPECT_EQ(form_from_text("a8a'8b16a4"), song);
  EXPECT_EQ(form_from_text(" A8, A', B16, A4 "), song);
  EXPECT_EQ(to_text(song), "A8 A'8 B16 A4");
  EXPECT_EQ(form_from_text("C''4"), (std::vector<Section>{{'C', 2, 4}}));
  EXPECT_EQ(form_from_text("A4 A A'"), (std::vector<Section>{{'A', 0, 4}, {'A', 0, 4}, {'A', 1, 4}}));
}

TEST(Form, WhatCannotBeReadIsRefusedWithAnExample) {
  std::string many;
  for (int i = 0; i < 65; ++i) many += "A1";
  for (const std::string& text :
       std::vector<std::string>{"", "  ", "A-B", "8", "A4 A8", "A2000", "A999 B2", many, "\xC3\x84"}) {
    try {
      form_from_text(text);
      FAIL() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kInvalidArgument);
      EXPECT_NE(std::string(error.what()).find("A A' B A"), std::string::npos) << text;
    }
  }
}

}  // namespace
}  // namespace continuo::steering
