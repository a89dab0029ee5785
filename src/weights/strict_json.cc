// The strictness hangs on nlohmann's parser callback, which sees every key and container before it is kept.
#include "weights/strict_json.h"

#include <set>
#include <string>
#include <vector>

#include "continuo/base/error.h"

namespace continuo::weights {

nlohmann::json parse_strict_json(std::string_view text, int max_depth) {
  using Event = nlohmann::json::parse_event_t;
  std::vector<std::set<std::string, std::less<>>> keys;
  int open = 0;
  const auto check = [&](int, Event event, nlohmann::json& parsed) {
    switch (event) {
      case Event::object_start:
      case Event::array_start:
        if (++open > max_depth) throw Error("the JSON text nests deeper than " + std::to_string(max_depth) + " levels");
        keys.emplace_back();
        break;
      case Event::object_end:
      case Event::array_end:
        --open;
        keys.pop_back();
        break;
      case Event::key: {
        const auto& key = parsed.get_ref<const std::string&>();
        if (!keys.back().insert(key).second) throw Error("the JSON text has the key " + in_quotes(key) + " twice");
        break;
      }
      case Event::value:
        break;
    }
    return true;
  };
  try {
    return nlohmann::json::parse(text.begin(), text.end(), check);
  } catch (const nlohmann::json::exception&) {
    throw Error("is not valid JSON");
  }
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t kLongest = 80;
  std::string out = "\"";
  for (const char c : text.substr(0, kLongest)) out += (c < ' ' || c == 0x7F) ? '?' : c;
  out += text.size() > kLongest ? "...\"" : "\"";
  return out;
}

}  // namespace continuo::weights
