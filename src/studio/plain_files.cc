#include "studio/plain_files.h"

#include <chrono>
#include <ctime>

#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/base/text.h"

namespace continuo::studio {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMaxJsonBytes = std::uintmax_t{8} << 20;

}  // namespace

void require_plain(const fs::path& path, fs::file_type type) {
  std::error_code code;
  const auto found = fs::symlink_status(path, code).type();
  if (found != type)
    throw Error({.message = found == fs::file_type::symlink ? "a link lies in place of a part of the piece"
                                                            : "no such piece or take",
                 .hint = "Look at the list of pieces.",
                 .code = ErrorCode::kNotFound});
}

void require_no_link(const fs::path& path) {
  std::error_code code;
  if (fs::symlink_status(path, code).type() == fs::file_type::symlink)
    throw Error({.message = "a link lies where a file of the piece belongs",
                 .hint = "Remove it.",
                 .code = ErrorCode::kWouldOverwrite});
}

Json read_json(const fs::path& path) {
  require_plain(path, fs::file_type::regular);
  const auto bytes = read_file(path, kMaxJsonBytes);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  Json json = json_depth(text) > kMaxJsonDepth ? Json() : Json::parse(text, nullptr, false);
  if (!json.is_object())
    throw Error({.message = "is no JSON object", .path = path.string(), .code = ErrorCode::kDamaged});
  return json;
}

std::string text_of_file(const Json& json) { return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n"; }

std::string time_in_words(const char* format) {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[64];
  return {text, std::strftime(text, sizeof text, format, &parts)};
}

std::string make_dated_folder(const fs::path& folder) {
  const std::string day = time_in_words("%Y-%m-%d");
  std::string name;
  std::error_code code;
  for (int number = 1;; ++number) {
    name = day + "-" + std::to_string(number);
    if (!fs::exists(fs::symlink_status(folder / name, code))) break;
  }
  fs::create_directories(folder / name);
  return name;
}

void move_to_removed(const fs::path& folder, const std::string& name) {
  fs::create_directories(folder / "removed");
  require_no_link(folder / "removed");
  fs::path to = folder / "removed" / name;
  for (int number = 2; fs::exists(fs::symlink_status(to)); ++number)
    to = folder / "removed" / (name + "-" + std::to_string(number));
  fs::rename(folder / name, to);
}

}  // namespace continuo::studio
