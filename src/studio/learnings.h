// Learnings: music that a model learns from, how far it has come, and what it composes meanwhile. FOLDER/learning/ID
// has learning.json, the music (or learning.json names its folder), and what continuo-learn keeps of a training.
#pragma once

#include <filesystem>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "continuo/base/progress.h"
#include "continuo/workbench/evaluate.h"
#include "studio/models.h"
#include "studio/store.h"

namespace continuo::studio {

enum class LearningState : std::uint8_t { kNew, kLearning, kStopped, kDone, kFailed };

struct Learning {
  std::string id, title;
  int music = 0;             ///< number of the folder that the studio was started with, from 1; 0: files of its own
  std::string music_folder;  ///< that folder
  std::string piece;         ///< whose takes are what it composed; empty: nothing yet
  LearningState state = LearningState::kNew;
  std::string message;  ///< why it failed
  double minutes = 0;   ///< asked for, of all its runs together
  double readings = 0;  ///< of the music, at most
};

struct LearningsOptions {
  std::filesystem::path folder;              ///< of the studio
  std::filesystem::path program;             ///< continuo-learn; empty: this build does not learn
  std::vector<std::filesystem::path> music;  ///< folders that may be learned from beside files that are sent
};

/// Thread-safe. One at a time learns.
class Learnings {
 public:
  Learnings(LearningsOptions options, Store& store, Models& models);
  /// Ends the one that learns; its state is kept.
  ~Learnings();
  Learnings(const Learnings&) = delete;
  Learnings& operator=(const Learnings&) = delete;

  bool available() const noexcept { return !options_.program.empty(); }
  std::vector<std::string> music_names() const;

  std::vector<Learning> all();  ///< the latest first
  Learning one(const std::string& id);
  /// `music`: as Learning::music. Throws Error.
  Learning create(const std::string& title, int music);
  /// A file of music, whatever it holds. Throws Error: it has learned already, too many or too large files.
  void add_music(const std::string& id, const std::string& name, std::string_view bytes);
  void remove(const std::string& id);

  /// Begins, or goes on where it was stopped. Throws Error.
  void start(const std::string& id, double minutes, double readings);
  void stop(const std::string& id);
  void stop_all() noexcept;

  std::filesystem::path music_of(const Learning& learning) const;
  std::filesystem::path cache() const;
  /// The best model so far. Throws Error (kEmpty) where there is none.
  std::filesystem::path model_of(const std::string& id);
  /// "step,epoch,minutes,..." as the training keeps it; empty: nothing yet.
  std::string curve_of(const std::string& id);

 private:
  struct Run;
  std::filesystem::path folder_of(const std::string& id) const;
  Learning read(const std::string& id) const;
  void write(const Learning& learning) const;
  void write_recipe(const std::string& id) const;
  std::vector<std::string> command_of(const Learning& learning) const;
  void run(const Learning& learning, const std::stop_token& stop);
  void set_state(const std::string& id, LearningState state, const std::string& message);
  void compose_sample(const std::string& id, double minutes, std::filesystem::file_time_type& sampled);

  LearningsOptions options_;
  Store& store_;
  Models& models_;
  std::recursive_mutex mutex_;
  std::string running_;  ///< the one that learns; empty: none
  std::jthread thread_;  ///< of it; last, so that it ends first
};

/// The recipe of fine-tuning that comes with Continuo.
extern const char* const kFineTuneRecipe;

}  // namespace continuo::studio
