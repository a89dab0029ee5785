// Numbers and pictures of a training, by step.
#include "continuo/workbench/training_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "continuo/base/error.h"
#include "continuo/generation/compose.h"
#include "continuo/plot/plot.h"
#include "continuo/representation/sound.h"

namespace continuo::workbench {
namespace {

namespace fs = std::filesystem;

/// Width and height, from the IHDR chunk (PNG specification, 11.2.2).
std::array<int, 2> size_of_png(std::span<const std::uint8_t> png) {
  std::array<int, 2> size{};
  for (std::size_t i = 0; i < 2; ++i)
    for (std::size_t byte = 0; byte < 4; ++byte) size[i] = size[i] * 256 + png[16 + 4 * i + byte];
  return size;
}

}  // namespace

template <class Write>
void TrainingLog::write(std::int64_t first_step, const Write& write) {
  if (silent_) return;
  try {
    if (!file_) file_.emplace(folder_, std::max<std::int64_t>(first_step, 1));
    write(*file_);
    file_->flush();
  } catch (const Error& error) {
    if (warn_) warn_(fmt::format("no more is logged: {}", error.what()));
    silent_ = true;
  }
}

void TrainingLog::steps(const training::StepReport& report) {
  training::EventFile::Scalars values = {{"training/gradient_norm", report.gradient_norm},
                                         {"training/learning_rate", report.learning_rate},
                                         {"training/skipped_steps", static_cast<double>(report.skipped)},
                                         {"training/steps_of_music_per_second", report.symbols_per_second}};
  if (std::isfinite(report.loss)) {
    values.emplace_back("training/loss", report.loss);
    if (output_ != weights::kReal) values.emplace_back("training/bits", report.loss / std::numbers::ln2);
  }
  write(report.step - report.steps + 1, [&](training::EventFile& file) { file.add(report.step, values); });
}

void TrainingLog::point(const training::CurvePoint& point) {
  training::EventFile::Scalars values = {{"held_out/loss", point.held_out_loss},
                                         {"held_out/loss_of_training_part", point.train_eval_loss}};
  if (output_ != weights::kReal) values.emplace_back("held_out/bits", point.held_out_loss / std::numbers::ln2);
  write(point.step, [&](training::EventFile& file) { file.add(point.step, values); });
  if (point.held_out_loss < least_) composition(folder_ / "best.safetensors", point.step);
  least_ = std::min(least_, point.held_out_loss);
}

void TrainingLog::composition(const fs::path& model, std::int64_t step) {
  if (silent_ || !file_) return;
  const auto contents = weights::ModelFile::load(model);
  const auto spec = representation::spec_from_json(contents.metadata(weights::kRepresentationKey));
  if (representation::reads_sound(spec.name)) return;
  const auto composer = loaded::LoadedModel::from(contents, model);
  const auto piece = generation::compose(composer, {.symbols = 400});
  std::vector<std::uint8_t> png;
  plot::piano_roll(plot::Target(".png", png), piece.score,
                   {.title = fmt::format("step {}", step), .width = 1000, .height = 400});
  const auto size = size_of_png(png);
  write(step, [&](training::EventFile& file) { file.add_image(step, "composition", png, size[0], size[1]); });
}

}  // namespace continuo::workbench
