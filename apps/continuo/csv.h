// Fields of comma-separated values.
#pragma once

#include <string>
#include <string_view>

namespace continuo::app {

/// As RFC 4180 wants it: quoted where a comma, a quote or a line break is in it.
std::string csv_field(std::string_view text);

/// A number with six digits; nothing where it is not finite.
std::string csv_number(double value);

}  // namespace continuo::app
