// The MIDI and sound files below a folder, by name.
#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

namespace continuo::corpus {

struct FileList {
  std::vector<std::string> files;  ///< relative to the folder, sorted
  std::size_t sound_files = 0;     ///< that were found; in `files` only where they were asked for
  struct Unread {
    std::string name, why;
  };
  std::vector<Unread> unread;  ///< folders that could not be read
  struct OtherFormat {
    std::string name, format;  ///< of the file; "MusicXML"
  };
  std::vector<OtherFormat> other_formats;  ///< music in formats that are not read, by name
};

/// The format of a file of music that is not read, by its extension in any case (for .xml by its first kilobyte, too):
/// "MusicXML", "ABC notation". Empty: another file.
std::string other_format(const std::filesystem::path& path, bool sound);

bool has_sound_extension(const std::filesystem::path& path);

/// Files whose extension is .mid, .midi, .kar or .rmi in any case, with `sound` also those of sound_extensions().
/// Folders are entered once each, by their own name before any link's. Throws Error when `folder` is no folder that can
/// be read; Interrupted.
FileList list_files(const std::filesystem::path& folder, bool sound, std::stop_token stop);

}  // namespace continuo::corpus
