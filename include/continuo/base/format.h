// Numbers as people read them, and fields of comma-separated values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace continuo {

std::string format_duration(double seconds);    ///< "1:23" or "2:03:04"
std::string format_count(std::uint64_t count);  ///< "1,234,567"
/// "0.123", or a dash where the value is not finite.
std::string format_decimals(double value, int digits);
/// Four significant digits, or a dash.
std::string format_significant(double value);
/// "1 bar", "1,234 bars".
std::string counted(std::uint64_t count, std::string_view singular);

/// As RFC 4180 wants it: quoted where a comma, a quote or a line break is in it.
std::string csv_field(std::string_view text);
/// A number with six digits; nothing where it is not finite.
std::string csv_number(double value);

}  // namespace continuo
