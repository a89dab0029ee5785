// The choice is kept in FOLDER/studio.json, copies of models in FOLDER/models.
#include "studio/models.h"

#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/base/hash.h"
#include "continuo/weights/default_model.h"
#include "studio/plain_files.h"

namespace continuo::studio {
namespace {

namespace fs = std::filesystem;

constexpr const char* kChoiceFile = "studio.json";

}  // namespace

Models::Models(fs::path base, fs::path folder) : folder_(std::move(folder)) {
  const bool named = !base.empty();
  base_ = named ? std::move(base) : weights::default_model();
  if (!named) restore();
  if (!current_) current_ = std::make_shared<const StudioModel>(load_model(base_));
}

void Models::restore() {
  try {
    if (!fs::exists(folder_ / kChoiceFile)) return;
    const Json json = read_json(folder_ / kChoiceFile);
    const std::string file = json.value("model", "");
    if (file.empty() || fs::path(file).has_parent_path()) return;
    const fs::path path = folder_ / "models" / file;
    require_plain(path, fs::file_type::regular);
    current_ = std::make_shared<const StudioModel>(load_model(path));
    learning_ = json.value("learning", "");
  } catch (const std::exception&) {  // what was chosen is gone: the base counts
    current_.reset();
  }
}

std::shared_ptr<const StudioModel> Models::current() const {
  const std::scoped_lock guard(mutex_);
  return current_;
}

std::string Models::learning() const {
  const std::scoped_lock guard(mutex_);
  return learning_;
}

void Models::choose(std::shared_ptr<const StudioModel> model, const std::string& learning, const std::string& file) {
  const std::scoped_lock guard(mutex_);
  const fs::path path = folder_ / kChoiceFile;
  require_no_link(path);
  write_file_atomically(path, text_of_file(Json{{"continuo", 1}, {"model", file}, {"learning", learning}}));
  current_ = std::move(model);
  learning_ = learning;
}

void Models::use(const std::string& learning, const fs::path& file) {
  require_plain(file, fs::file_type::regular);
  const auto bytes = read_file(file);
  const std::string name = content_hash(bytes).substr(0, 12) + ".safetensors";
  const fs::path copy = folder_ / "models" / name;
  require_no_link(folder_ / "models");
  require_no_link(copy);
  write_file_atomically(copy, bytes);
  choose(std::make_shared<const StudioModel>(load_model(copy)), learning, name);
}

void Models::use_base() { choose(std::make_shared<const StudioModel>(load_model(base_)), "", ""); }

}  // namespace continuo::studio
