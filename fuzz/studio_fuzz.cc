// Arbitrary requests: each gets an answer in JSON, a file or a stream, and leaves nothing outside the folder. Lines of
// the input: method, path, query, media type; the rest is the body. Works are not run: theirs is the compose and the
// steering code.
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "continuo/studio/studio.h"

namespace {

namespace fs = std::filesystem;
using namespace continuo::studio;

std::string next_line(std::string& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string line = text.substr(0, end);
  text.erase(0, std::min(end + 1, text.size()));
  return line;
}

struct Place {
  Place() : folder(fs::temp_directory_path() / ("studio-fuzz-" + std::to_string(::getpid()))) {
    fs::remove_all(folder);
    fs::create_directories(folder / "pieces");
    StudioOptions options;
    options.folder = folder / "pieces";
    studio = std::make_unique<Studio>(options);
  }
  ~Place() {
    studio.reset();
    fs::remove_all(folder);
  }
  fs::path folder;
  std::unique_ptr<Studio> studio;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Place place;
  std::string text(reinterpret_cast<const char*>(data), size);
  Request request;
  request.method = next_line(text);
  request.path = next_line(text);
  request.query = next_line(text);
  request.type = next_line(text);
  request.body = std::move(text);
  const Reply reply = place.studio->answer(request);
  if (reply.status < 200 || reply.status > 599) std::abort();
  if (reply.status >= 400) {
    const auto json = nlohmann::json::parse(reply.body, nullptr, false);
    if (!json.is_object() || json["error"]["message"].get<std::string>().empty()) std::abort();
  }
  for (const auto& entry : fs::directory_iterator(place.folder))
    if (entry.path().filename() != "pieces") std::abort();
  return 0;
}
