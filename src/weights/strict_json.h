// JSON from strangers: bounded depth, no duplicate keys, no stack growth with the text's nesting.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

namespace continuo::weights {

/// Throws Error (message only; the caller adds the file) for what is no JSON, deeper than `max_depth` containers, or
/// an object that says one key twice (the key is named).
nlohmann::json parse_strict_json(std::string_view text, int max_depth);

/// For error messages: what a stranger's text can do to a terminal or a log is cut off.
std::string in_quotes(std::string_view text);

}  // namespace continuo::weights
