// Files that a page carries, and their types.
#include <array>
#include <utility>

#include "continuo/base/base64.h"
#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "page/html.h"

namespace continuo::page {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kTypes = {{{".png", "image/png"},
                                                                                   {".jpg", "image/jpeg"},
                                                                                   {".jpeg", "image/jpeg"},
                                                                                   {".svg", "image/svg+xml"},
                                                                                   {".mp3", "audio/mpeg"},
                                                                                   {".ogg", "audio/ogg"},
                                                                                   {".wav", "audio/wav"},
                                                                                   {".flac", "audio/flac"},
                                                                                   {".mid", "audio/midi"},
                                                                                   {".midi", "audio/midi"},
                                                                                   {".csv", "text/csv"},
                                                                                   {".toml", "text/plain"}}};

}  // namespace

Media load(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  for (char& c : extension)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  for (const auto& [known, type] : kTypes) {
    if (extension == known) return {std::string(type), read_file(path), path.filename().string()};
  }
  throw Error({.message = "is no kind of file that a page can hold",
               .path = path.string(),
               .hint = "Pictures (.png, .svg, .jpg), sounds (.mp3, .ogg, .wav, .flac), MIDI (.mid), .csv and .toml.",
               .code = ErrorCode::kUnsupported});
}

std::string data_address(const Media& media) { return "data:" + media.type + ";base64," + base64(media.bytes); }

}  // namespace continuo::page
