// The files of learnings; the thread that starts continuo-learn, waits for it, and composes meanwhile.
#include "studio/learnings.h"

#include <algorithm>
#include <charconv>
#include <chrono>

#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/base/format.h"
#include "continuo/base/partial_files.h"
#include "continuo/base/text.h"
#include "continuo/generation/compose.h"
#include "continuo/midi/midi.h"
#include "continuo/workbench/piece_view.h"
#include "studio/child.h"

namespace continuo::studio {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFile = "learning.json";
constexpr std::array kStates = {"new", "learning", "stopped", "done", "failed"};
constexpr std::size_t kMaxFiles = 20'000;
constexpr std::uintmax_t kMaxBytes = std::uintmax_t{1} << 30;
constexpr double kSampleSeconds = 20;
constexpr std::chrono::minutes kBetweenSamples{1};
constexpr int kInterrupted = 130;

[[noreturn]] void reject(const std::string& message, const std::string& hint, ErrorCode code) {
  throw Error({.message = message, .hint = hint, .code = code});
}

LearningState state_of(const std::string& word) {
  const auto found = std::ranges::find(kStates, word);
  return found == kStates.end() ? LearningState::kNew : static_cast<LearningState>(found - kStates.begin());
}

/// A name for a file of the folder, whatever the sender calls it.
std::string safe_name(std::size_t number, const std::string& name) {
  std::string safe = plain_title(name);
  std::ranges::replace(safe, '/', ' ');
  std::ranges::replace(safe, '\\', ' ');
  constexpr std::size_t kLongest = 80;
  while (safe.size() > kLongest || !is_utf8(safe)) safe.pop_back();
  std::string digits = std::to_string(number);
  return std::string(5 - std::min<std::size_t>(5, digits.size()), '0') + digits + " " + safe + ".mid";
}

/// What the program said last: why it ended.
std::string last_words(const fs::path& log) {
  constexpr std::size_t kMost = 600;
  std::string text;
  try {
    text = read_text_file(log);
  } catch (const Error&) {
    return "the program ended";
  }
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  const std::size_t error = text.rfind("continuo: ");
  if (error != std::string::npos) text.erase(0, error + 10);
  if (text.size() > kMost) text.erase(0, text.size() - kMost);
  return shown(text.empty() ? "the program ended" : text, true);
}

/// The length of the curve's last line, in minutes.
double minutes_learned(const std::string& curve) {
  const std::size_t line = curve.rfind('\n', curve.size() < 2 ? 0 : curve.size() - 2);
  if (line == std::string::npos) return 0;
  std::size_t at = line + 1;
  for (int comma = 0; comma < 2 && at != std::string::npos; ++comma) at = curve.find(',', at) + 1;
  double minutes = 0;
  std::from_chars(curve.data() + at, curve.data() + curve.size(), minutes);
  return minutes;
}

}  // namespace

Learnings::Learnings(LearningsOptions options, Store& store, Models& models)
    : options_(std::move(options)), store_(store), models_(models) {
  for (const fs::path& folder : options_.music)
    if (!fs::is_directory(folder))
      throw Error({.message = "is no folder", .path = folder.string(), .code = ErrorCode::kNotFound});
  for (const Learning& learning : all())
    if (learning.state == LearningState::kLearning) set_state(learning.id, LearningState::kStopped, "");
}

Learnings::~Learnings() { stop_all(); }

std::vector<std::string> Learnings::music_names() const {
  std::vector<std::string> names;
  for (const fs::path& folder : options_.music) {
    const std::string name = workbench::name_in_page(fs::absolute(folder));
    names.push_back(is_utf8(name) ? name : from_latin1(name));
  }
  return names;
}

fs::path Learnings::folder_of(const std::string& id) const {
  Store::check_id(id);
  const fs::path all = options_.folder / "learning";
  std::error_code code;
  for (const fs::path& folder : {all, all / id})
    if (fs::symlink_status(folder, code).type() != fs::file_type::directory)
      reject("there is no such learning", "Look at the list of them.", ErrorCode::kNotFound);
  return all / id;
}

fs::path Learnings::cache() const { return options_.folder / "learning" / "cache"; }

fs::path Learnings::music_of(const Learning& learning) const {
  if (learning.music == 0) return folder_of(learning.id) / "music";
  const auto found = std::ranges::find_if(
      options_.music, [&](const fs::path& folder) { return fs::absolute(folder).string() == learning.music_folder; });
  if (found == options_.music.end())
    reject("the studio was started without the folder of this music", "Name it: continuo studio --music FOLDER.",
           ErrorCode::kNotFound);
  return fs::absolute(*found);
}

Learning Learnings::read(const std::string& id) const {
  const Json json = read_json(folder_of(id) / kFile);
  return {.id = id,
          .title = plain_title(member(json, "title", id)),
          .music = member(json, "music_folder", std::string()).empty() ? 0 : member(json, "music", 1),
          .music_folder = member(json, "music_folder", std::string()),
          .piece = member(json, "piece", std::string()),
          .state = state_of(member(json, "state", std::string())),
          .message = member(json, "message", std::string()),
          .minutes = member(json, "minutes", 0.0),
          .readings = member(json, "readings", 0.0)};
}

void Learnings::write(const Learning& learning) const {
  const fs::path file = folder_of(learning.id) / kFile;
  require_no_link(file);
  write_file_atomically(file, text_of_file({{"continuo", 1},
                                            {"title", learning.title},
                                            {"music", learning.music},
                                            {"music_folder", learning.music_folder},
                                            {"piece", learning.piece},
                                            {"state", kStates.at(static_cast<std::size_t>(learning.state))},
                                            {"message", learning.message},
                                            {"minutes", learning.minutes},
                                            {"readings", learning.readings}}));
}

std::vector<Learning> Learnings::all() {
  const std::scoped_lock guard(mutex_);
  std::vector<std::pair<fs::file_time_type, std::string>> ids;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(options_.folder / "learning", code))
    if (const fs::path file = entry.path() / kFile; fs::is_regular_file(file, code))
      ids.emplace_back(fs::last_write_time(file, code), entry.path().filename().string());
  std::ranges::sort(ids, std::greater<>());
  std::vector<Learning> list;
  for (const auto& [time, id] : ids) {
    try {
      list.push_back(read(id));
    } catch (const Error&) {  // a folder of something else
    }
  }
  return list;
}

Learning Learnings::one(const std::string& id) {
  const std::scoped_lock guard(mutex_);
  return read(id);
}

Learning Learnings::create(const std::string& title, int music) {
  const std::scoped_lock guard(mutex_);
  if (music < 0 || music > static_cast<int>(options_.music.size()))
    reject("the studio was started without such a folder", "Send files, or start it with --music FOLDER.",
           ErrorCode::kNotFound);
  const fs::path folder = options_.folder / "learning";
  require_no_link(folder);
  Learning learning{.id = make_dated_folder(folder), .title = plain_title(title), .music = music};
  if (music > 0) learning.music_folder = fs::absolute(options_.music.at(static_cast<std::size_t>(music) - 1)).string();
  if (learning.title.empty())
    learning.title = music > 0 ? music_names().at(static_cast<std::size_t>(music) - 1) : learning.id;
  if (music == 0) fs::create_directories(folder / learning.id / "music");
  write(learning);
  return learning;
}

void Learnings::add_music(const std::string& id, const std::string& name, std::string_view bytes) {
  const std::scoped_lock guard(mutex_);
  const Learning learning = read(id);
  if (learning.music > 0) reject("its music is a folder of yours", "Put the file there.", ErrorCode::kInvalidArgument);
  if (learning.state != LearningState::kNew)
    reject("it has begun to learn from its music as it is", "Begin another one with more music.",
           ErrorCode::kWouldOverwrite);
  const fs::path folder = folder_of(id) / "music";
  require_plain(folder, fs::file_type::directory);
  std::size_t files = 0;
  std::uintmax_t size = bytes.size();
  for (const auto& entry : fs::directory_iterator(folder)) {
    ++files;
    size += entry.is_regular_file() ? entry.file_size() : 0;
  }
  if (files >= kMaxFiles || size > kMaxBytes)
    reject("it has 20,000 files or 1 GiB already", "Start the studio with --music FOLDER to learn from more.",
           ErrorCode::kInvalidArgument);
  const fs::path file = folder / safe_name(files + 1, name);
  require_no_link(file);
  write_file_atomically(file, bytes);
}

void Learnings::remove(const std::string& id) {
  const std::scoped_lock guard(mutex_);
  folder_of(id);
  if (running_ == id) reject("it is learning", "Stop it first.", ErrorCode::kBusy);
  move_to_removed(options_.folder / "learning", id);
}

fs::path Learnings::model_of(const std::string& id) {
  fs::path file = folder_of(id) / "trained" / "best.safetensors";
  std::error_code code;
  if (!fs::is_regular_file(fs::symlink_status(file, code)))
    reject("it has not learned anything yet", "Let it learn first.", ErrorCode::kEmpty);
  return file;
}

std::string Learnings::curve_of(const std::string& id) {
  const fs::path file = folder_of(id) / "trained" / "curve.csv";
  std::error_code code;
  return fs::is_regular_file(fs::symlink_status(file, code)) ? read_text_file(file) : std::string();
}

void Learnings::write_recipe(const std::string& id) const {
  const fs::path file = folder_of(id) / "recipe.toml";
  require_no_link(file);
  if (!fs::exists(file)) write_file_atomically(file, std::string_view(kFineTuneRecipe));
}

std::vector<std::string> Learnings::command_of(const Learning& learning) const {
  const fs::path folder = fs::absolute(folder_of(learning.id));
  return {fs::absolute(options_.program).string(),
          "train",
          music_of(learning).string(),
          "--init",
          fs::absolute(models_.base()).string(),
          "--recipe",
          (folder / "recipe.toml").string(),
          "--set",
          "training.minutes=" + format_decimals(learning.minutes, 3),
          "--set",
          "training.epochs=" + format_decimals(learning.readings, 3),
          "-o",
          (folder / "trained").string(),
          "--cache",
          fs::absolute(cache()).string(),
          "--resume-if-same",
          "--checkpoint-minutes",
          "1"};
}

void Learnings::start(const std::string& id, double minutes, double readings) {
  const std::scoped_lock guard(mutex_);
  Learning learning = read(id);
  if (!available())
    reject("this build of Continuo does not learn", "Build it with libtorch: README.md says how.",
           ErrorCode::kUnsupported);
  if (!running_.empty())
    reject(running_ == id ? "it is learning already" : "another one is learning", "Wait until it is done, or stop it.",
           ErrorCode::kBusy);
  music_of(learning);
  write_recipe(id);
  learning.state = LearningState::kLearning;
  learning.message.clear();
  learning.minutes = minutes;
  learning.readings = readings;
  write(learning);
  running_ = id;
  thread_ = std::jthread([this, learning](const std::stop_token& stop) { run(learning, stop); });
}

void Learnings::stop(const std::string& id) {
  const std::scoped_lock guard(mutex_);
  folder_of(id);
  if (running_ == id) thread_.request_stop();
}

void Learnings::stop_all() noexcept { thread_.request_stop(); }

void Learnings::set_state(const std::string& id, LearningState state, const std::string& message) {
  const std::scoped_lock guard(mutex_);
  Learning learning = read(id);
  learning.state = state;
  learning.message = message;
  write(learning);
}

void Learnings::run(const Learning& learning, const std::stop_token& stop) {
  const std::string& id = learning.id;
  LearningState state = LearningState::kFailed;
  std::string message;
  try {
    const fs::path folder = folder_of(id);
    std::error_code code;
    auto sampled = fs::last_write_time(folder / "trained" / "best.safetensors", code);
    Child child(command_of(learning), folder / "log.txt");
    auto next_sample = std::chrono::steady_clock::now() + kBetweenSamples;
    bool asked = false;
    std::optional<int> status;
    while (!(status = child.ended())) {
      if (stop.stop_requested() && !std::exchange(asked, true)) child.interrupt();
      if (!asked && std::chrono::steady_clock::now() >= next_sample) {
        compose_sample(id, minutes_learned(curve_of(id)), sampled);
        next_sample += kBetweenSamples;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    state = *status == 0                       ? LearningState::kDone
            : asked || *status == kInterrupted ? LearningState::kStopped
                                               : LearningState::kFailed;
    if (state == LearningState::kFailed) message = last_words(folder / "log.txt");
    if (state == LearningState::kDone) compose_sample(id, minutes_learned(curve_of(id)), sampled);
  } catch (const std::exception& error) {
    message = error.what();
  }
  const std::scoped_lock guard(mutex_);
  try {
    set_state(id, state, message);
  } catch (const std::exception&) {  // its folder is gone
  }
  running_.clear();
}

/// The same seed each time: one hears what has changed. Nothing where the model is the one of last time.
void Learnings::compose_sample(const std::string& id, double minutes, fs::file_time_type& sampled) {
  std::error_code code;
  const fs::path file = folder_of(id) / "trained" / "best.safetensors";
  const auto written = fs::last_write_time(file, code);
  if (code || written == sampled) return;
  const StudioModel model = load_model(file);
  const Json settings = {{"seconds", kSampleSeconds}, {"seed", 1}};
  const auto piece = generation::compose(model.loaded, compose_options(settings, model));
  sampled = written;
  Learning learning = one(id);
  if (learning.piece.empty()) {
    learning.piece = store_.create("Learning: " + learning.title).id;
    const std::scoped_lock guard(mutex_);
    Learning now = read(id);
    now.piece = learning.piece;
    write(now);
  }
  store_.add(learning.piece, {.take = {.kind = "sample",
                                       .words = "after " + format_decimals(minutes, 1) + " minutes",
                                       .how = settings,
                                       .warnings = piece.warnings},
                              .bytes = midi::write(piece.score),
                              .new_is_composed = true});
}

}  // namespace continuo::studio
