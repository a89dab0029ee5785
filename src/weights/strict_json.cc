// A first pass sees every key and container, and keeps none.
#include "weights/strict_json.h"

#include <set>
#include <string>
#include <vector>

#include "continuo/base/error.h"

namespace continuo::weights {

namespace {

using nlohmann::json;

/// Sees the text before anything is kept of it.
class Check final : public nlohmann::json_sax<json> {
 public:
  explicit Check(int max_depth) : max_depth_(max_depth) {}

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return open(); }
  bool start_array(std::size_t) override { return open(); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& key) override {
    if (!keys_.back().insert(key).second)
      throw Error(ErrorCode::kDamaged, "the JSON text has the key " + in_quotes(key) + " twice");
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const json::exception&) override { return false; }

 private:
  bool open() {
    if (static_cast<int>(keys_.size()) == max_depth_)
      throw Error(ErrorCode::kDamaged, "the JSON text nests deeper than " + std::to_string(max_depth_) + " levels");
    keys_.emplace_back();
    return true;
  }
  bool close() {
    keys_.pop_back();
    return true;
  }

  int max_depth_;
  std::vector<std::set<std::string, std::less<>>> keys_;  ///< of the objects and arrays that are open
};

}  // namespace

nlohmann::json parse_strict_json(std::string_view text, int max_depth) {
  // In two passes: with a callback, nlohmann's parser looks through all members of an object after each of them.
  Check check(max_depth);
  if (!json::sax_parse(text.begin(), text.end(), &check)) throw Error(ErrorCode::kDamaged, "is not valid JSON");
  try {
    return json::parse(text.begin(), text.end());
  } catch (const json::exception&) {
    throw Error(ErrorCode::kDamaged, "is not valid JSON");
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
