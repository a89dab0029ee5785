// What happens while a network trains, as event files for TensorBoard.
#pragma once

#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <string>

#include "continuo/training/event_file.h"
#include "continuo/training/trainer.h"

namespace continuo::workbench {

/// A file is begun with the first entry: a run that is refused leaves none. When it cannot be written, the log says so
/// once and writes nothing from then on: no training ends because of its log.
class TrainingLog {
 public:
  /// `output`: NetworkSpec::output, which decides whether losses have bits.
  /// `warn` is told once when nothing more can be logged, and why.
  TrainingLog(std::filesystem::path folder, weights::Output output, std::function<void(const std::string&)> warn)
      : folder_(std::move(folder)), output_(output), warn_(std::move(warn)) {}

  void steps(const training::StepReport& report);
  /// Logs what the model composes, too, when it is the best so far.
  void point(const training::CurvePoint& point);

 private:
  /// Composes 400 symbols with the model and logs their piano roll; for models of sound nothing.
  void composition(const std::filesystem::path& model, std::int64_t step);
  template <class Write>
  void write(std::int64_t first_step, const Write& write);

  std::filesystem::path folder_;
  weights::Output output_;
  std::function<void(const std::string&)> warn_;
  std::optional<training::EventFile> file_;
  bool silent_ = false;
  double least_ = std::numeric_limits<double>::infinity();  ///< held-out loss
};

}  // namespace continuo::workbench
