// The curve as CSV, model metadata and run state as JSON.
#include "training/records.h"

#include <charconv>
#include <nlohmann/json.hpp>
#include <numbers>

#include "continuo/base/error.h"
#include "continuo/training/run_folder.h"

namespace continuo::training {
namespace {

using Json = nlohmann::json;

std::string number(double value, int digits) {
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed, digits).ptr;
  return {buffer, end};
}

double bits(double nats) { return nats / std::numbers::ln2; }

}  // namespace

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(CurvePoint, step, epoch, minutes, train_loss, train_eval_loss, held_out_loss,
                                   learning_rate)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Health, steps, log_norm, loss, learned)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(RunState, dataset, network, start, precision, examples, position, step,
                                                skipped, spikes, in_a_row, health, symbols, seconds, evaluation_seconds,
                                                reading_seconds, loss_sum, loss_symbols, curve)

std::string curve_csv(const std::vector<CurvePoint>& curve) {
  std::string text = "step,epoch,minutes,train_loss,train_eval_loss,held_out_loss,held_out_bits,learning_rate\n";
  for (const CurvePoint& p : curve) {
    text += std::to_string(p.step);
    for (const double value : {p.epoch, p.minutes, p.train_loss, p.train_eval_loss, p.held_out_loss}) {
      text += ',' + number(value, 6);
    }
    text += ',' + number(bits(p.held_out_loss), 6) + ',' + number(p.learning_rate, 9) + '\n';
  }
  return text;
}

std::string training_metadata(const TrainResult& result, const CurvePoint& point, const corpus::Dataset& dataset) {
  Json json = {
      {"step", point.step},
      {"epoch", point.epoch},
      {"parameters", result.parameters},
      {"receptive_field", result.receptive_field},
      {"vocabulary_size", result.outputs},
      {"train_pieces", result.train_pieces},
      {"held_out_pieces", result.held_out_pieces},
      {"train_symbols", result.train_symbols},
      {"held_out_symbols", result.held_out_symbols},
      {"held_out_part", result.held_out == corpus::Part::kValidation ? "validation"
                        : result.held_out == corpus::Part::kTest     ? "test"
                                                                     : "train"},
      {"dataset", dataset.path().stem().string()},
  };
  const evaluation::Baselines& base = result.baselines;
  if (result.output == weights::kReal) {
    json["held_out_mean_squared_error"] = point.held_out_loss;
    json["train_mean_squared_error"] = point.train_eval_loss;
    json["baseline_zero_mean_squared_error"] = base.uniform;
    json["baseline_mean_mean_squared_error"] = base.frequencies;
    json["baseline_repetition_mean_squared_error"] = base.repetition;
  } else {
    json["held_out_loss_nats"] = point.held_out_loss;
    json["held_out_loss_bits"] = bits(point.held_out_loss);
    json["train_loss_nats"] = point.train_eval_loss;
    json["ln_vocabulary_size"] = base.uniform;
    json["baseline_frequencies_nats"] = base.frequencies;
    json["baseline_repetition_nats"] = base.repetition;
  }
  if (result.precision) json["precision"] = std::string(name_of(*result.precision));
  if (!result.start.empty()) json["fine_tuned_from"] = result.start;
  if (!result.start.empty()) json["fine_tuned_from_datasets"] = result.start_datasets;
  return json.dump();
}

std::string to_text(const RunState& state) { return Json(state).dump(); }

RunState run_state_from_text(const std::string& text, const std::string& path) {
  try {
    return Json::parse(text).get<RunState>();
  } catch (const Json::exception& error) {
    throw Error(ErrorInfo{.message = "this checkpoint cannot be used: " + std::string(error.what()),
                          .path = path,
                          .hint = ways_out(std::filesystem::path(path).parent_path()),
                          .code = ErrorCode::kDamaged});
  }
}

}  // namespace continuo::training
