// Files of takes: in memory, but for sound, which passes through a file without a name.
#include "studio/export.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "continuo/audio/render.h"
#include "continuo/base/error.h"
#include "continuo/midi/midi.h"
#include "continuo/plot/plot.h"
#include "continuo/workbench/outputs.h"
#include "continuo/workbench/piece_view.h"
#include "studio/sound.h"
#include "studio/view.h"
#include "studio/work_tools.h"

namespace continuo::studio {
namespace {

namespace fs = std::filesystem;

/// "My waltz, take 3": letters and digits as they are, the rest as dashes.
std::string file_name(const Piece& piece, int take, const std::string& extension) {
  std::string name;
  for (const unsigned char c : piece.title)
    if (std::isalnum(c) != 0 && c < 0x80)
      name += static_cast<char>(c);
    else if (!name.empty() && name.back() != '-')
      name += '-';
  while (!name.empty() && name.back() == '-') name.pop_back();
  return (name.empty() ? piece.id : name) + "-" + std::to_string(take) + extension;
}

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (fs::temp_directory_path() / "continuo-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr)
      throw Error({.message = "no temporary folder can be made", .code = ErrorCode::kSystem});
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code code;
    fs::remove_all(path_, code);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const fs::path& path() const noexcept { return path_; }

 private:
  fs::path path_;
};

/// Renders while the one who asked waits, then sends the file. Throws Error.
void send_sound(const Desk& desk, const Score& score, const std::string& extension, Sink& sink) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / ("sound" + extension);
  {
    const Place place(desk.gate, sink);
    std::stop_source stop;
    const auto look = [&](const Progress&) {
      if (!sink.alive() || desk.gate.closed()) stop.request_stop();
    };
    audio::render_to_files(score, {&path, 1}, {.soundfont = desk.soundfont}, look, stop.get_token());
  }
  std::ifstream file(path, std::ios::binary);
  std::array<char, 65'536> block;
  while (file.read(block.data(), block.size()), file.gcount() > 0)
    if (!sink.write({block.data(), static_cast<std::size_t>(file.gcount())})) return;
}

}  // namespace

Reply export_take(const Desk& desk, const Piece& piece, int take, const std::string& extension) {
  const auto music = desk.store.music(piece.id, take);
  Reply reply{.file_name = file_name(piece, take, extension)};
  if (extension == ".json") {
    const Take& its = piece.takes.at(take);
    reply.body = text_of_json({{"title", piece.title}, {"how", its.how}, {"command", its.command}});
    return reply;
  }
  for (const auto& format : workbench::output_formats())
    if (format.extension == extension) reply.type = format.media_type;
  if (extension == ".mid") {
    reply.body.assign(music->bytes.begin(), music->bytes.end());
  } else if (extension == ".png" || extension == ".svg") {
    std::vector<std::uint8_t> picture;
    plot::piano_roll(plot::Target(extension, picture), music->score, workbench::roll_of(music->score, piece.title));
    reply.body.assign(picture.begin(), picture.end());
  } else if (extension == ".wav" || extension == ".flac" || extension == ".ogg") {
    reply.stream = [desk, score = mixed(music->score, piece.mixer), extension](Sink& sink) {
      send_sound(desk, score, extension, sink);
    };
  } else {
    throw Error({.message = "a take cannot be had as '" + extension + "'",
                 .hint = "There are .mid, .wav, .flac, .ogg, .png, .svg and .json.",
                 .code = ErrorCode::kNotFound});
  }
  return reply;
}

}  // namespace continuo::studio
