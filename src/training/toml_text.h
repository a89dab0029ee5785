// Values as TOML writes them.
#pragma once

#include <string>
#include <string_view>

namespace continuo::training {

/// The shortest decimal text that reads back as the same value; whole numbers without a point.
std::string number_text(double value);
std::string number_text(float value);

/// A basic string with quotes and escapes.
std::string toml_string(std::string_view text);

}  // namespace continuo::training
