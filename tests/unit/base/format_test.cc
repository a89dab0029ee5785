// Numbers as people and tables have them.
#include "continuo/base/format.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace continuo {
namespace {

TEST(Format, DurationsRoundToSeconds) {
  EXPECT_EQ(format_duration(0.4), "0:00");
  EXPECT_EQ(format_duration(59.5), "1:00");
  EXPECT_EQ(format_duration(3599.4), "59:59");
  EXPECT_EQ(format_duration(7384), "2:03:04");
  EXPECT_EQ(format_duration(-3), "0:00");
}

TEST(Format, CountsHaveCommas) {
  EXPECT_EQ(format_count(999), "999");
  EXPECT_EQ(format_count(1000), "1,000");
  EXPECT_EQ(format_count(1234567), "1,234,567");
  EXPECT_EQ(counted(1, "bar"), "1 bar");
  EXPECT_EQ(counted(0, "bar"), "0 bars");
  EXPECT_EQ(counted(1234, "bar"), "1,234 bars");
}

TEST(Format, WhatIsNotFiniteIsADashOrNothing) {
  EXPECT_EQ(format_decimals(0.12345, 3), "0.123");
  EXPECT_EQ(format_significant(12345.6), "1.235e+04");
  EXPECT_EQ(format_decimals(std::nan(""), 3), "-");
  EXPECT_EQ(format_significant(std::numeric_limits<double>::infinity()), "-");
  EXPECT_EQ(csv_number(std::nan("")), "");
  EXPECT_EQ(csv_number(1.0 / 3), "0.333333");
  EXPECT_EQ(format_decimals(std::numeric_limits<double>::max(), 40).size(), 309U + 41U);
}

TEST(Format, FieldsAreQuotedOnlyWhereTheyMustBe) {
  EXPECT_EQ(csv_field("Bach"), "Bach");
  EXPECT_EQ(csv_field("Bach, J. S."), "\"Bach, J. S.\"");
  EXPECT_EQ(csv_field("\"Moonlight\""), "\"\"\"Moonlight\"\"\"");
}

}  // namespace
}  // namespace continuo
