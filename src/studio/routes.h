// What routes share: bodies, queries, replies.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "continuo/studio/studio.h"
#include "studio/plain_files.h"

namespace continuo::studio {

inline constexpr std::size_t kMaxMidi = std::size_t{8} << 20;  ///< bytes of a file that is sent

Reply json_reply(const Json& json, int status = 200);
Reply stream_reply(const char* type, std::function<void(Sink&)> stream);
[[noreturn]] void no_route();
/// "a", "b" of "/a/b".
std::vector<std::string> parts_of(const std::string& path);
/// The body as a JSON object. Throws Error.
Json body_of(const Request& request);
/// A number of the query. Throws Error for others.
double number_in(const std::string& query, const std::string& name, double otherwise, double low, double high);
/// The title of the query, with its %XX decoded.
std::string title_in(const std::string& query);

}  // namespace continuo::studio
