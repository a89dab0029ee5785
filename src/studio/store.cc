// Pieces and takes on the disk.
#include "studio/store.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "continuo/base/error.h"
#include "continuo/base/format.h"
#include "continuo/base/partial_files.h"
#include "continuo/base/text.h"

namespace continuo::studio {
namespace {

namespace fs = std::filesystem;

constexpr int kVersion = 1;
constexpr std::size_t kRecentTakes = 48;
constexpr std::size_t kMaxIdBytes = 64;
constexpr std::uint64_t kMaxMidiBytes = std::uint64_t{64} << 20;

[[noreturn]] void no_such(const std::string& what, const std::string& hint) {
  throw Error({.message = what, .hint = hint, .code = ErrorCode::kNotFound});
}

/// For each track the spans of its composed notes: [begin, end, begin, end ...].
Json spans_of(const Composed& composed) {
  Json tracks = Json::array();
  for (const auto& notes : composed) {
    Json spans = Json::array();
    for (std::size_t i = 0; i <= notes.size(); ++i)
      if ((i < notes.size() && notes[i]) != (i > 0 && notes[i - 1])) spans.push_back(i);
    tracks.push_back(std::move(spans));
  }
  return tracks;
}

Composed composed_of(const Json& json, const Score& score) {
  Composed composed;
  for (const auto& track : score.tracks) composed.emplace_back(track.notes.size(), false);
  const auto found = json.find("composed");
  if (found == json.end() || !found->is_array()) return composed;
  for (std::size_t t = 0; t < composed.size() && t < found->size(); ++t) {
    const Json& spans = (*found)[t];
    for (std::size_t i = 0; spans.is_array() && i + 1 < spans.size(); i += 2) {
      if (!spans[i].is_number_unsigned() || !spans[i + 1].is_number_unsigned()) continue;
      const auto end = std::min(spans[i + 1].get<std::size_t>(), composed[t].size());
      for (std::size_t n = spans[i].get<std::size_t>(); n < end; ++n) composed[t][n] = true;
    }
  }
  return composed;
}

Take take_of(const Json& json, int id) {
  Take take{.id = id,
            .parent = member(json, "parent", 0),
            .kind = member(json, "kind", std::string("import")),
            .words = member(json, "words", std::string()),
            .name = member(json, "name", std::string()),
            .at = member(json, "at", std::string()),
            .how = {},
            .command = member(json, "command", std::string()),
            .warnings = member(json, "warnings", std::vector<std::string>())};
  if (const auto how = json.find("how"); how != json.end() && how->is_object()) take.how = *how;
  return take;
}

/// "12" of "12.json"; 0 for other names.
int number_in(const fs::path& path) {
  const std::string stem = path.stem().string();
  if (path.extension() != ".json" || stem.empty() || stem.size() > 8 ||
      !std::ranges::all_of(stem, [](char c) { return c >= '0' && c <= '9'; }))
    return 0;
  return std::stoi(stem);
}

Piece read_piece(const fs::path& folder, const std::string& id) {
  const Json json = read_json(folder / "piece.json");
  Piece piece{.id = id, .title = plain_title(member(json, "title", id)), .current = member(json, "current", 0)};
  for (const auto& entry : fs::directory_iterator(folder))
    if (const int number = number_in(entry.path()); number > 0)
      piece.takes[number] = take_of(read_json(entry.path()), number);
  std::erase_if(piece.takes, [&](const auto& take) {
    return take.second.parent != 0 && (take.second.parent >= take.first || !piece.takes.contains(take.second.parent));
  });
  if (!piece.takes.contains(piece.current)) piece.current = piece.takes.empty() ? 0 : piece.takes.rbegin()->first;
  for (const auto& [from, to] : member(json, "forward", std::map<std::string, int>()))
    if (const int take = number_in(from + ".json"); piece.takes.contains(to) && piece.takes[to].parent == take)
      piece.forward[take] = to;
  if (const auto mixer = json.find("mixer"); mixer != json.end() && mixer->is_array())
    for (const Json& one : *mixer)
      piece.mixer.push_back({.volume = std::clamp(member(one, "volume", 1.0), 0.0, 1.25),
                             .mute = member(one, "mute", false),
                             .solo = member(one, "solo", false),
                             .locked = member(one, "locked", false)});
  return piece;
}

}  // namespace

Composed mark_composed(const TakeMusic* before, const Score& score, bool fresh) {
  using Key = std::tuple<int, int, bool, double, int>;
  const auto key = [](const Score& whole, const Track& track, const Note& note) {
    return Key(track.line(), track.program, track.is_drums(), static_cast<double>(note.onset) / whole.ppq, note.pitch);
  };
  std::map<Key, bool> known;
  if (before != nullptr)
    for (std::size_t t = 0; t < before->score.tracks.size(); ++t)
      for (std::size_t n = 0; n < before->score.tracks[t].notes.size(); ++n)
        known[key(before->score, before->score.tracks[t], before->score.tracks[t].notes[n])] = before->composed[t][n];
  Composed composed;
  for (const Track& track : score.tracks) {
    composed.emplace_back();
    for (const Note& note : track.notes) {
      const auto found = known.find(key(score, track, note));
      composed.back().push_back(found != known.end() ? found->second : fresh);
    }
  }
  return composed;
}

std::string plain_title(std::string_view text) {
  std::string title = is_utf8(text) ? std::string(text) : from_latin1(text);
  std::erase_if(title, [](unsigned char c) { return c < 0x20 || c == 0x7F; });
  constexpr std::size_t kMaxBytes = 120;
  while (title.size() > kMaxBytes || !is_utf8(title)) title.pop_back();
  return title;
}

Store::Store(fs::path folder) : folder_(std::move(folder)), lock_(folder_) {
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(folder_, code))
    if (entry.is_directory(code) && !entry.is_symlink(code)) remove_partial_files(entry.path());
}

void Store::check_id(const std::string& id) {
  const bool plain =
      std::ranges::all_of(id, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
  if (id.empty() || id.size() > kMaxIdBytes || !plain || id == "removed" || id == "learning" || id == "models")
    no_such("no piece can have this name", "Names of pieces have lower-case letters, digits and dashes.");
}

fs::path Store::folder_of(const std::string& id) const {
  check_id(id);
  fs::path folder = folder_ / id;
  require_plain(folder, fs::file_type::directory);
  return folder;
}

Piece& Store::loaded(const std::string& id) {
  const fs::path folder = folder_of(id);
  const auto found = pieces_.find(id);
  if (found != pieces_.end()) return found->second;
  return pieces_[id] = read_piece(folder, id);
}

std::vector<Piece> Store::pieces() {
  const std::scoped_lock guard(mutex_);
  std::vector<std::pair<fs::file_time_type, std::string>> ids;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(folder_, code)) {
    const std::string id = entry.path().filename().string();
    const auto file = entry.path() / "piece.json";
    if (id != "removed" && entry.is_directory(code) && fs::is_regular_file(file, code))
      ids.emplace_back(fs::last_write_time(file, code), id);
  }
  std::ranges::sort(ids, std::greater<>());
  std::vector<Piece> list;
  for (const auto& [time, id] : ids) {
    try {
      list.push_back(loaded(id));
    } catch (const Error&) {  // a folder of something else
    }
  }
  return list;
}

Piece Store::piece(const std::string& id) {
  const std::scoped_lock guard(mutex_);
  return loaded(id);
}

Piece Store::create(const std::string& title) {
  const std::scoped_lock guard(mutex_);
  const std::string id = make_dated_folder(folder_);
  Piece piece{.id = id, .title = plain_title(title)};
  if (piece.title.empty()) piece.title = id;
  write_piece(piece);
  return pieces_[id] = piece;
}

int Store::add(const std::string& id, NewTake added) {
  const auto read = midi::read(added.bytes);
  std::shared_ptr<const TakeMusic> before;
  if (added.take.parent != 0) before = music(id, added.take.parent);
  auto music = std::make_shared<TakeMusic>();
  music->composed = mark_composed(before.get(), read.score, added.new_is_composed);
  music->score = read.score;
  music->bytes = std::move(added.bytes);

  const std::scoped_lock guard(mutex_);
  Piece& piece = loaded(id);
  Take take = std::move(added.take);
  take.id = piece.takes.empty() ? 1 : piece.takes.rbegin()->first + 1;
  take.at = time_in_words("%Y-%m-%dT%H:%M:%SZ");
  const fs::path file = folder_of(id) / (std::to_string(take.id) + ".mid");
  require_no_link(file);
  write_file_atomically(file, music->bytes);
  write_take(id, take, music->composed);
  const int number = take.id;
  piece.takes[number] = std::move(take);
  recent_.insert(recent_.begin(), {id + "/" + std::to_string(number), music});
  if (recent_.size() > kRecentTakes) recent_.pop_back();
  if (added.show) show(id, number);
  return number;
}

std::shared_ptr<const TakeMusic> Store::music(const std::string& id, int take) {
  const std::string key = id + "/" + std::to_string(take);
  fs::path folder;
  {
    const std::scoped_lock guard(mutex_);
    if (!loaded(id).takes.contains(take)) no_such("no such take", "Look at the takes of the piece.");
    const auto found = std::ranges::find(recent_, key, [](const auto& entry) { return entry.first; });
    if (found != recent_.end()) {
      std::rotate(recent_.begin(), found, found + 1);
      return recent_.front().second;
    }
    folder = folder_of(id);
  }
  const fs::path file = folder / (std::to_string(take) + ".mid");
  require_plain(file, fs::file_type::regular);
  auto music = std::make_shared<TakeMusic>();
  music->bytes = read_file(file, kMaxMidiBytes);
  music->score = midi::read(music->bytes).score;
  music->composed = composed_of(read_json(folder / (std::to_string(take) + ".json")), music->score);
  const std::scoped_lock guard(mutex_);
  recent_.insert(recent_.begin(), {key, music});
  if (recent_.size() > kRecentTakes) recent_.pop_back();
  return music;
}

fs::path Store::file_of(const std::string& id, int take) const {
  return fs::absolute(folder_of(id) / (std::to_string(take) + ".mid"));
}

void Store::show(const std::string& id, int take) {
  const std::scoped_lock guard(mutex_);
  Piece& piece = loaded(id);
  if (!piece.takes.contains(take)) no_such("no such take", "Look at the takes of the piece.");
  const auto remember = [&](int from) {
    for (int at = from; at != 0; at = piece.takes[at].parent)
      if (const int parent = piece.takes[at].parent; parent != 0) piece.forward[parent] = at;
  };
  remember(piece.current);
  remember(take);
  piece.current = take;
  write_piece(piece);
}

void Store::undo(const std::string& id) {
  const std::scoped_lock guard(mutex_);
  Piece& piece = loaded(id);
  const int parent = piece.current == 0 ? 0 : piece.takes[piece.current].parent;
  if (parent == 0) throw Error({.message = "there is nothing to undo", .code = ErrorCode::kEmpty});
  piece.forward[parent] = piece.current;
  piece.current = parent;
  write_piece(piece);
}

void Store::redo(const std::string& id) {
  const std::scoped_lock guard(mutex_);
  Piece& piece = loaded(id);
  int next = piece.forward.contains(piece.current) ? piece.forward[piece.current] : 0;
  if (next == 0)
    for (const auto& [number, take] : piece.takes)
      if (take.parent == piece.current) next = number;
  if (next == 0) throw Error({.message = "there is nothing to redo", .code = ErrorCode::kEmpty});
  piece.current = next;
  write_piece(piece);
}

void Store::rename(const std::string& id, const std::string& title) {
  const std::scoped_lock guard(mutex_);
  Piece& piece = loaded(id);
  const std::string plain = plain_title(title);
  if (plain.empty())
    throw Error({.message = "a piece needs a title", .hint = "Write one.", .code = ErrorCode::kInvalidArgument});
  piece.title = plain;
  write_piece(piece);
}

void Store::name_take(const std::string& id, int take, const std::string& name) {
  const auto its_music = music(id, take);
  const std::scoped_lock guard(mutex_);
  Take& named = loaded(id).takes.at(take);
  named.name = plain_title(name);
  write_take(id, named, its_music->composed);
}

void Store::set_mixer(const std::string& id, std::vector<Channel> mixer) {
  const std::scoped_lock guard(mutex_);
  Piece& piece = loaded(id);
  piece.mixer = std::move(mixer);
  write_piece(piece);
}

void Store::remove(const std::string& id) {
  const std::scoped_lock guard(mutex_);
  folder_of(id);
  move_to_removed(folder_, id);
  pieces_.erase(id);
  std::erase_if(recent_, [&](const auto& entry) { return entry.first.starts_with(id + "/"); });
}

void Store::write_piece(const Piece& piece) const {
  Json forward = Json::object();
  for (const auto& [from, to] : piece.forward) forward[std::to_string(from)] = to;
  Json mixer = Json::array();
  for (const Channel& channel : piece.mixer)
    mixer.push_back(
        {{"volume", channel.volume}, {"mute", channel.mute}, {"solo", channel.solo}, {"locked", channel.locked}});
  const Json json = {{"continuo", kVersion},
                     {"title", piece.title},
                     {"current", piece.current},
                     {"forward", forward},
                     {"mixer", mixer}};
  const fs::path file = folder_of(piece.id) / "piece.json";
  require_no_link(file);
  write_file_atomically(file, text_of_file(json));
}

void Store::write_take(const std::string& id, const Take& take, const Composed& composed) const {
  const Json json = {{"continuo", kVersion},      {"parent", take.parent},
                     {"kind", take.kind},         {"words", take.words},
                     {"name", take.name},         {"at", take.at},
                     {"how", take.how},           {"command", take.command},
                     {"warnings", take.warnings}, {"composed", spans_of(composed)}};
  const fs::path file = folder_of(id) / (std::to_string(take.id) + ".json");
  require_no_link(file);
  write_file_atomically(file, text_of_file(json));
}

}  // namespace continuo::studio
