// Store: pieces as plain files. FOLDER/PIECE/piece.json says which take is shown; a take is N.mid and N.json, written
// once and never changed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "continuo/base/file.h"
#include "continuo/midi/midi.h"
#include "continuo/music/score.h"
#include "studio/plain_files.h"

namespace continuo::studio {

/// By track and note of the take's score: whether a model wrote it.
using Composed = std::vector<std::vector<bool>>;

struct Take {
  int id = 0;
  int parent = 0;                     ///< 0: none
  std::string kind;                   ///< "compose", "import", "edit", "continue", "regenerate" ...
  std::string words;                  ///< what was done, in a few words
  std::string name;                   ///< that the user gave; empty: none
  std::string at;                     ///< UTC, ISO 8601
  Json how;                           ///< the settings of what composed it; null: nothing did
  std::string command;                ///< that makes the same music; empty: none does
  std::vector<std::string> warnings;  ///< of reading or composing
};

struct Channel {      ///< of the mixer
  double volume = 1;  ///< 0 to 1.25
  bool mute = false, solo = false, locked = false;
};

struct Piece {
  std::string id, title;
  int current = 0;  ///< the take that is shown; 0: none yet
  std::map<int, Take> takes;
  std::map<int, int> forward;  ///< take -> the one after it that was shown last
  std::vector<Channel> mixer;  ///< by track
};

/// A take with its music.
struct TakeMusic {
  Score score;
  Composed composed;
  std::vector<std::uint8_t> bytes;  ///< of the MIDI file
};

/// What a new take is made from.
struct NewTake {
  Take take;  ///< `id` and `at` are given by the store
  std::vector<std::uint8_t> bytes;
  bool new_is_composed = false;  ///< notes that the parent does not have are the model's
  bool show = true;              ///< it becomes the current one
};

/// Thread-safe. What a call has acknowledged by returning is on the disk.
class Store {
 public:
  explicit Store(std::filesystem::path folder);  ///< throws Error

  std::vector<Piece> pieces();         ///< the latest first
  Piece piece(const std::string& id);  ///< throws Error (kNotFound)
  Piece create(const std::string& title);
  int add(const std::string& id, NewTake take);
  std::shared_ptr<const TakeMusic> music(const std::string& id, int take);
  /// The MIDI file, absolute.
  std::filesystem::path file_of(const std::string& id, int take) const;
  void show(const std::string& id, int take);
  void undo(const std::string& id);  ///< throws Error where there is nothing to undo
  void redo(const std::string& id);
  void rename(const std::string& id, const std::string& title);
  void name_take(const std::string& id, int take, const std::string& name);
  void set_mixer(const std::string& id, std::vector<Channel> mixer);
  void remove(const std::string& id);  ///< its files move to the folder "removed"

  /// Throws Error unless the text may be the name of a piece.
  static void check_id(const std::string& id);

 private:
  std::filesystem::path folder_of(const std::string& id) const;
  Piece& loaded(const std::string& id);
  void write_piece(const Piece& piece) const;
  void write_take(const std::string& id, const Take& take, const Composed& composed) const;

  std::filesystem::path folder_;
  FolderLock lock_;
  std::recursive_mutex mutex_;
  std::map<std::string, Piece> pieces_;
  std::vector<std::pair<std::string, std::shared_ptr<const TakeMusic>>> recent_;
};

/// Which notes of `score` a model wrote: as in `before` where that has them, else as `fresh` says.
Composed mark_composed(const TakeMusic* before, const Score& score, bool fresh);

/// As text for a title: UTF-8, one line, 120 bytes at most.
std::string plain_title(std::string_view text);

}  // namespace continuo::studio
