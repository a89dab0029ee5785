// A walk over folders that remembers by device and inode which ones it has entered.
#include "corpus/file_list.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include "continuo/audio/sound_source.h"
#include "continuo/base/error.h"

namespace continuo::corpus {
namespace {

namespace fs = std::filesystem;

std::string lower_extension(const fs::path& path) {
  std::string extension = path.extension().string();
  for (char& c : extension)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return extension;
}

bool has_midi_extension(const fs::path& path) {
  const std::string extension = lower_extension(path);
  constexpr std::array<const char*, 4> kExtensions{".mid", ".midi", ".kar", ".rmi"};
  return std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end();
}

struct Format {
  const char* extension;
  const char* name;
};
constexpr std::array kNotations = {
    Format{".abc", "ABC notation"},
    Format{".musicxml", "MusicXML"},
    Format{".mxl", "MusicXML"},
    Format{".krn", "Humdrum"},
    Format{".mei", "MEI"},
    Format{".ly", "LilyPond"},
    Format{".mscz", "MuseScore"},
    Format{".mscx", "MuseScore"},
    Format{".gp", "Guitar Pro"},
    Format{".gp3", "Guitar Pro"},
    Format{".gp4", "Guitar Pro"},
    Format{".gp5", "Guitar Pro"},
    Format{".gpx", "Guitar Pro"},
    Format{".gtp", "Guitar Pro"},
    Format{".ptb", "PowerTab"},
    Format{".sib", "Sibelius"},
    Format{".mus", "Finale"},
    Format{".musx", "Finale"},
    Format{".cap", "capella"},
    Format{".capx", "capella"},
    Format{".nwc", "NoteWorthy"},
    Format{".dorico", "Dorico"},
    Format{".mod", "tracker module"},
    Format{".xm", "tracker module"},
    Format{".s3m", "tracker module"},
    Format{".it", "tracker module"},
    Format{".mmf", "SMAF"},
    Format{".xmi", "XMI"},
};
constexpr std::array kSounds = {
    Format{".m4a", "MPEG-4 audio"},   Format{".aac", "AAC"},    Format{".wma", "Windows Media Audio"},
    Format{".ape", "Monkey's Audio"}, Format{".wv", "WavPack"},
};

/// .xml may be anything.
bool holds_musicxml(const fs::path& path) {
  std::array<char, 1024> head{};
  std::ifstream in(path, std::ios::binary);
  in.read(head.data(), head.size());
  const std::string_view text(head.data(), static_cast<std::size_t>(in.gcount()));
  return text.find("score-partwise") != text.npos || text.find("score-timewise") != text.npos;
}

class Walk {
 public:
  Walk(const fs::path& folder, bool sound, std::stop_token stop)
      : folder_(folder), sound_(sound), stop_(std::move(stop)) {}

  FileList run() {
    std::vector<fs::path> pending{folder_};
    while (!pending.empty()) {
      enter_all(std::move(pending));
      pending = std::exchange(links_, {});
      std::sort(pending.rbegin(), pending.rend());
    }
    std::sort(list_.files.begin(), list_.files.end());
    std::ranges::sort(list_.other_formats, {}, &FileList::OtherFormat::name);
    std::sort(list_.unread.begin(), list_.unread.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    return std::move(list_);
  }

 private:
  std::string name_of(const fs::path& path) const { return path.lexically_relative(folder_).generic_string(); }

  /// Enters the folders, the last first, and those below them; links to folders are set aside.
  void enter_all(std::vector<fs::path> pending) {
    while (!pending.empty()) {
      const fs::path folder = std::move(pending.back());
      pending.pop_back();
      struct stat info {};
      if (::stat(folder.c_str(), &info) == 0 && !entered_.emplace(info.st_dev, info.st_ino).second) continue;
      std::error_code code;
      fs::directory_iterator entries(folder, code);
      for (; !code && entries != fs::directory_iterator(); entries.increment(code)) {
        if (stop_.stop_requested()) throw Interrupted("interrupted");
        take(*entries, pending);
      }
      if (code) list_.unread.push_back({name_of(folder), code.message()});
    }
  }

  void take(const fs::directory_entry& entry, std::vector<fs::path>& pending) {
    std::error_code code;
    if (entry.is_directory(code)) {
      (entry.is_symlink(code) ? links_ : pending).push_back(entry.path());
    } else if (has_midi_extension(entry.path())) {
      list_.files.push_back(name_of(entry.path()));
    } else if (has_sound_extension(entry.path())) {
      ++list_.sound_files;
      if (sound_) list_.files.push_back(name_of(entry.path()));
    } else if (std::string format = other_format(entry.path(), sound_); !format.empty()) {
      list_.other_formats.push_back({name_of(entry.path()), std::move(format)});
    }
  }

  const fs::path& folder_;
  bool sound_;
  std::stop_token stop_;
  FileList list_;
  std::vector<fs::path> links_;
  std::set<std::pair<dev_t, ino_t>> entered_;
};

}  // namespace

std::string other_format(const fs::path& path, bool sound) {
  const std::string extension = lower_extension(path);
  const auto is = [&](const Format& format) { return extension == format.extension; };
  if (const auto found = std::ranges::find_if(kNotations, is); found != kNotations.end()) return found->name;
  if (const auto found = std::ranges::find_if(kSounds, is); sound && found != kSounds.end()) return found->name;
  return extension == ".xml" && holds_musicxml(path) ? "MusicXML" : "";
}

bool has_sound_extension(const fs::path& path) {
  const auto& known = audio::sound_extensions();
  return std::binary_search(known.begin(), known.end(), lower_extension(path));
}

FileList list_files(const fs::path& folder, bool sound, std::stop_token stop) {
  std::error_code code;
  const fs::file_status status = fs::status(folder, code);
  if (!fs::exists(status))
    throw Error({.message = "there is no such folder",
                 .path = folder.string(),
                 .hint = "Check the name and the current folder.",
                 .code = ErrorCode::kNotFound});
  if (!fs::is_directory(status))
    throw Error({.message = "is a file, not a folder",
                 .path = folder.string(),
                 .hint = "Give the folder that holds the collection.",
                 .code = ErrorCode::kInvalidArgument,
                 .remedy = Remedy::kInspect});
  const fs::directory_iterator opened(folder, code);
  if (code)
    throw Error({.message = "cannot be read: " + code.message(),
                 .path = folder.string(),
                 .hint = "Check the permissions of the folder.",
                 .code = error_code_of(code.value())});
  return Walk(folder, sound, std::move(stop)).run();
}

}  // namespace continuo::corpus
