#include "studio/routes.h"

#include <algorithm>
#include <charconv>

#include "continuo/base/error.h"
#include "continuo/base/text.h"
#include "studio/view.h"

namespace continuo::studio {
namespace {

constexpr std::size_t kMaxJson = std::size_t{2} << 20;

}  // namespace

Reply json_reply(const Json& json, int status) {
  return {.status = status, .type = "application/json", .body = text_of_json(json)};
}

Reply stream_reply(const char* type, std::function<void(Sink&)> stream) {
  return {.type = type, .stream = std::move(stream)};
}

[[noreturn]] void no_route() {
  throw Error({.message = "there is nothing under this address",
               .hint = "docs/http-api.md lists what there is.",
               .code = ErrorCode::kNotFound});
}

std::vector<std::string> parts_of(const std::string& path) {
  std::vector<std::string> parts;
  for (std::size_t at = 1; at <= path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    parts.push_back(path.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

Json body_of(const Request& request) {
  if (request.type != "application/json")
    throw Error({.message = "the body must be JSON",
                 .hint = "Send it with Content-Type: application/json.",
                 .code = ErrorCode::kUnsupported});
  if (request.body.size() > kMaxJson)
    throw Error({.message = "the body is larger than 2 MiB", .code = ErrorCode::kInvalidArgument});
  Json json = json_depth(request.body) > kMaxJsonDepth ? Json() : Json::parse(request.body, nullptr, false);
  if (!json.is_object()) throw Error({.message = "the body is no JSON object", .code = ErrorCode::kInvalidArgument});
  return json;
}

double number_in(const std::string& query, const std::string& name, double otherwise, double low, double high) {
  for (std::size_t at = 0; at <= query.size();) {
    const std::size_t end = std::min(query.find('&', at), query.size());
    const std::string part = query.substr(at, end - at);
    at = end + 1;
    if (!part.starts_with(name + "=")) continue;
    double value = 0;
    const char* const begin = part.data() + name.size() + 1;
    const auto [stop, error] = std::from_chars(begin, part.data() + part.size(), value);
    if (error == std::errc() && stop == part.data() + part.size() && value >= low && value <= high) return value;
    throw Error({.message = name + " must be a number from " + std::to_string(static_cast<long>(low)) + " to " +
                            std::to_string(static_cast<long>(high)),
                 .code = ErrorCode::kInvalidArgument,
                 .about = name});
  }
  return otherwise;
}

std::string title_in(const std::string& query) {
  if (!query.starts_with("title=")) return "";
  std::string text;
  for (std::size_t i = 6; i < query.size() && query[i] != '&'; ++i) {
    int code = 0;
    if (query[i] == '%' && i + 2 < query.size() &&
        std::from_chars(query.data() + i + 1, query.data() + i + 3, code, 16).ptr == query.data() + i + 3) {
      text += static_cast<char>(code);
      i += 2;
    } else {
      text += query[i];
    }
  }
  return text;
}

}  // namespace continuo::studio
