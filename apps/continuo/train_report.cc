// The curve's picture and the lines at the end of continuo train.
#include "train_report.h"
#include "continuo/base/format.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "continuo/plot/plot.h"
#include "continuo/weights/network_spec.h"
#include "terminal.h"

namespace continuo::app {
namespace {

namespace fs = std::filesystem;

std::string loss_name(weights::Output output) {
  if (output == weights::kReal) return "mean squared error";
  return output == weights::kBinary ? "loss, nats per frame" : "loss, nats per symbol";
}

/// A loss with its unit, by what the network gives out.
std::string with_unit(double loss, weights::Output output) {
  if (output == weights::kReal) return fmt::format("{:.6f} mean squared error of a value", loss);
  return fmt::format("{:.4f} nats = {:.4f} bits per {}", loss, loss / std::numbers::ln2,
                     output == weights::kBinary ? "frame" : "symbol");
}

}  // namespace

void draw_curve(const fs::path& path, const std::string& title, const training::TrainResult& result) {
  const auto& curve = result.curve;
  const auto& baselines = result.baselines;
  weights::Output output = result.output;
  plot::Curve train{.label = "training part", .points = true};
  plot::Curve held_out{.label = "held-out part", .points = true};
  for (const auto& point : curve) {
    train.x.push_back(point.epoch);
    train.y.push_back(point.train_eval_loss);
    held_out.x.push_back(point.epoch);
    held_out.y.push_back(point.held_out_loss);
  }
  std::vector<plot::Curve> lines = {train, held_out};
  if (!curve.empty() && baselines.frequencies > 0) {
    const double last = curve.back().epoch;
    lines.push_back({.label = output == weights::kCategorical ? "symbol frequencies alone" : "the mean frame alone",
                     .x = {0, last},
                     .y = {baselines.frequencies, baselines.frequencies}});
  }
  plot::curves(path, lines, {.title = title, .x_label = "epochs", .y_label = loss_name(output)});
}

void print_summary(const fs::path& output, const training::Recipe& recipe, const training::TrainResult& result) {
  const auto& base = result.baselines;
  const bool frames = result.output != weights::kCategorical;
  const char* unit = frames ? "frames" : "symbols";
  const auto both_units = [&](double loss) { return with_unit(loss, result.output); };
  const char* part = result.held_out == corpus::Part::kValidation ? "validation"
                     : result.held_out == corpus::Part::kTest     ? "test"
                                                                  : "the training";
  fmt::print("\n{} on {}: {} parameters, ", recipe.network.name(), recipe.representation.name,
             format_count(result.parameters));
  if (result.receptive_field > 0) {
    fmt::print("receptive field {} {}\n", format_count(static_cast<std::uint64_t>(result.receptive_field)), unit);
  } else {
    fmt::print("depends on everything since the start\n");
  }
  fmt::print("  trained on       {} pieces, {} {}; held out: {} pieces, {} {} ({} part)\n", result.train_pieces,
             format_count(result.train_symbols), unit, result.held_out_pieces, format_count(result.held_out_symbols),
             unit, part);
  if (frames) {
    fmt::print("  frames           of {} values; {}: {}\n", result.outputs,
               result.output == weights::kReal ? "always zero" : "a uniform guess", both_units(base.uniform));
    fmt::print("  mean frame       {}\n", both_units(base.frequencies));
  } else {
    fmt::print("  vocabulary       {} symbols; ln V {}\n", result.outputs, both_units(base.uniform));
    fmt::print("  frequencies      {}\n", both_units(base.frequencies));
  }
  fmt::print("  repetition       {}\n", both_units(base.repetition));
  if (const auto* best = result.best()) {
    fmt::print("  held-out loss    {} (best, epoch {:.2f})\n", both_units(best->held_out_loss), best->epoch);
    fmt::print("  training loss    {} (there, without dropout)\n", both_units(best->train_eval_loss));
    const auto& last = result.curve.back();
    if (best->step == 0 && last.step > 0) {
      fmt::print("  note: no evaluation was better than the model before the first step: {} is that model as it was.\n",
                 result.best_model.filename().string());
      if (last.epoch < 1) {
        fmt::print("    The run saw {:.2f} of its pieces' symbols: train longer (--minutes {:.0f}).\n", last.epoch,
                   std::ceil(std::max(10.0, 3 * result.minutes / std::max(last.epoch, 0.05))));
      } else {
        fmt::print(
            "    Give it more pieces, lower the rate (--set training.learning_rate={:.2g}), or keep layers (--freeze "
            "1).\n",
            recipe.training.learning_rate / 3);
      }
    }
    if (last.step != best->step) {
      fmt::print("  at the end       held-out {:.4f}, training {:.4f} (epoch {:.2f})\n", last.held_out_loss,
                 last.train_eval_loss, last.epoch);
    }
  }
  fmt::print("  speed            {} {} a second over {} of training; {} of evaluation\n",
             format_count(static_cast<std::uint64_t>(result.symbols_per_second)), unit,
             format_duration(result.minutes * 60), format_duration(result.evaluation_minutes * 60));
  if (result.minutes > 0)
    fmt::print("  reading          {:.2f} % of the time of training: drawing, varying and copying examples\n",
               100 * result.reading_minutes / result.minutes);
  if (result.skipped_steps > 0) {
    fmt::print("  note: {} of {} steps were skipped because loss or gradient was not finite\n", result.skipped_steps,
               result.steps);
  }
  if (result.spikes > 0) {
    fmt::print("  note: {} of {} steps were skipped because the gradient spiked\n", result.spikes, result.steps);
  }
  if (result.plateau) {
    fmt::print("  ended early      the held-out loss had not fallen for {} evaluations\n", recipe.training.patience);
  }
  const fs::path model = result.best() != nullptr ? result.best_model : result.last_model;
  fmt::print("  model            {}\n  curve            {} and {}\n", model.string(), (output / "curve.png").string(),
             (output / "curve.csv").string());
}

}  // namespace continuo::app
