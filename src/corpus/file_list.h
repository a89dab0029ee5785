// The MIDI files below a folder, by name.
#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

namespace continuo::corpus {

struct FileList {
  std::vector<std::string> files;  ///< relative to the folder, sorted
  struct Unread {
    std::string name, why;
  };
  std::vector<Unread> unread;  ///< folders that could not be read
};

/// Files whose extension is .mid, .midi, .kar or .rmi in any case. Folders are entered once each, by their own name
/// before any link's. Throws Error when `folder` is no folder that can be read; Interrupted.
FileList list_midi_files(const std::filesystem::path& folder, std::stop_token stop);

}  // namespace continuo::corpus
