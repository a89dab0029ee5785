// Numbers in words and fields of tables.
#include "continuo/base/format.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace continuo {
namespace {

std::string printed(const char* format, int digits, double value) {
  char text[400];  // the largest double has 309 digits before the point
  std::snprintf(text, sizeof text, format, digits, value);
  return text;
}

}  // namespace

std::string format_duration(double seconds) {
  const auto whole = std::llround(std::max(0.0, seconds));
  const auto two = [](long long number) { return (number < 10 ? ":0" : ":") + std::to_string(number); };
  if (whole >= 3600) return std::to_string(whole / 3600) + two(whole / 60 % 60) + two(whole % 60);
  return std::to_string(whole / 60) + two(whole % 60);
}

std::string format_count(std::uint64_t count) {
  std::string digits = std::to_string(count);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
}

std::string format_decimals(double value, int digits) {
  return std::isfinite(value) ? printed("%.*f", std::min(digits, 40), value) : "-";
}

std::string format_significant(double value) { return std::isfinite(value) ? printed("%.*g", 4, value) : "-"; }

std::string counted(std::uint64_t count, std::string_view singular) {
  std::string text = format_count(count) + " " + std::string(singular);
  return count == 1 ? text : text + "s";
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

std::string csv_number(double value) { return std::isfinite(value) ? printed("%.*g", 6, value) : ""; }

}  // namespace continuo
