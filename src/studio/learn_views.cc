#include "studio/learn_views.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

#include "continuo/base/error.h"
#include "continuo/base/text.h"
#include "continuo/corpus/collection.h"
#include "continuo/music/describe.h"
#include "continuo/training/recipe.h"
#include "continuo/workbench/evaluate.h"
#include "studio/view.h"
#include "studio/work_tools.h"

namespace continuo::studio {
namespace {

constexpr std::array kStateNames = {"new", "learning", "stopped", "done", "failed"};
constexpr std::size_t kShown = 12;  ///< reasons and instruments

std::string utf8(const std::string& text) { return is_utf8(text) ? text : from_latin1(text); }

/// The columns of the curve that are drawn: [[minutes, epoch, training, held out], ...], losses in bits a symbol.
Json curve_view(const std::string& csv) {
  Json points = Json::array();
  std::size_t at = csv.find('\n');
  while (at != std::string::npos && at + 1 < csv.size()) {
    std::vector<double> values;
    const std::size_t end = std::min(csv.find('\n', at + 1), csv.size());
    for (const char* place = csv.data() + at + 1; place < csv.data() + end; ++place) {
      double value = NAN;
      place = std::from_chars(place, csv.data() + end, value).ptr;
      values.push_back(value);
    }
    constexpr std::size_t kColumns = 7;  // step, epoch, minutes, train_loss, train_eval_loss, held_out_loss, its bits
    if (values.size() >= kColumns) points.push_back({values[2], values[1], values[4] / std::log(2.0), values[6]});
    at = end;
  }
  return points;
}

Json left_out_view(const std::vector<corpus::LeftOut>& files) {
  std::map<std::string, std::vector<const corpus::LeftOut*>> kinds;
  for (const auto& file : files) kinds[file.kind].push_back(&file);
  std::vector<std::pair<std::string, std::vector<const corpus::LeftOut*>>> sorted(kinds.begin(), kinds.end());
  std::ranges::stable_sort(sorted, [](const auto& a, const auto& b) { return a.second.size() > b.second.size(); });
  Json list = Json::array();
  for (const auto& [kind, its] : sorted)
    if (list.size() < kShown)
      list.push_back({{"kind", kind},
                      {"count", its.size()},
                      {"example", utf8(its.front()->name)},
                      {"reason", utf8(its.front()->reason)}});
  return list;
}

Json instruments_view(const std::vector<corpus::Piece>& pieces) {
  std::map<std::string, std::size_t> counts;
  for (const auto& piece : pieces) {
    for (const int program : piece.programs) ++counts[program_name(program)];
    if (piece.drums) ++counts["Drums"];
  }
  std::vector<std::pair<std::string, std::size_t>> sorted(counts.begin(), counts.end());
  std::ranges::stable_sort(sorted, [](const auto& a, const auto& b) { return a.second > b.second; });
  Json list = Json::array();
  for (const auto& [name, count] : sorted)
    if (list.size() < kShown) list.push_back({{"name", name}, {"pieces", count}});
  return list;
}

Json music_view(const corpus::Collection& collection) {
  std::vector<double> lengths;
  lengths.reserve(collection.pieces.size());
  for (const auto& piece : collection.pieces) lengths.push_back(std::round(piece.seconds));
  std::ranges::sort(lengths);
  return {{"files", collection.files},
          {"pieces", collection.pieces.size()},
          {"seconds", collection.total_seconds()},
          {"notes", collection.total_notes()},
          {"works", collection.groups()},
          {"lengths", lengths},
          {"left_out", left_out_view(collection.left_out)},
          {"instruments", instruments_view(collection.pieces)}};
}

Json figure_view(const workbench::Evaluation& evaluation, std::size_t row, workbench::Likelihood measure) {
  const auto figure = evaluation.figure(row, measure);
  if (!figure) return {};
  return {{"value", figure->value}, {"low", figure->interval.low}, {"high", figure->interval.high}};
}

Json evaluation_view(const workbench::Evaluation& evaluation) {
  Json rows = Json::array();
  for (std::size_t r = 0; r < evaluation.rows.size(); ++r) {
    const auto& row = evaluation.rows[r];
    Json figures = Json::object();
    for (const auto measure : workbench::kLikelihoods)
      figures[std::string(workbench::name(measure))] = figure_view(evaluation, r, measure);
    rows.push_back({{"name", row.name}, {"baseline", row.baseline}, {"figures", std::move(figures)}});
  }
  return {{"heading", evaluation.heading()},
          {"rows", std::move(rows)},
          {"differences", evaluation.differences_in_words()},
          {"remarks", evaluation.remarks()}};
}

/// Runs what takes long while somebody waits; its errors are the answer, too.
void answer(const Desk& desk, Sink& sink, const auto& make) {
  Json json;
  try {
    const Place place(desk.gate, sink);
    std::stop_source stop;
    json = make(
        [&](const Progress&) {
          if (!sink.alive() || desk.gate.closed()) stop.request_stop();
        },
        stop.get_token());
  } catch (const Error& error) {
    json = error_view(error);
  }
  sink.write(text_of_json(json));
}

}  // namespace

Json learning_view(Learnings& learnings, const Models& models, const Learning& learning) {
  const Json curve = curve_view(learnings.curve_of(learning.id));
  return {{"id", learning.id},
          {"title", learning.title},
          {"music", learning.music},
          {"piece", learning.piece},
          {"state", kStateNames.at(static_cast<std::size_t>(learning.state))},
          {"message", learning.message},
          {"minutes", learning.minutes},
          {"readings", learning.readings},
          {"curve", curve},
          {"has_model", !curve.empty()},
          {"used", models.learning() == learning.id}};
}

void describe_music(const Desk& desk, Learnings& learnings, const std::string& id, Sink& sink) {
  answer(desk, sink, [&](const ProgressSink& look, const std::stop_token& stop) {
    const auto recipe = training::parse_recipe(kFineTuneRecipe);
    return music_view(corpus::scan(learnings.music_of(learnings.one(id)), recipe.collection, look, stop));
  });
}

void evaluate_learning(const Desk& desk, Learnings& learnings, const Models& models, const std::string& id,
                       Sink& sink) {
  answer(desk, sink, [&](const ProgressSink& look, const std::stop_token& stop) {
    const Learning learning = learnings.one(id);
    workbench::EvaluateOptions options{.models = {models.base(), learnings.model_of(id)},
                                       .data = learnings.music_of(learning),
                                       .cache = learnings.cache()};
    workbench::Evaluation evaluation = workbench::evaluate(options, look, stop);
    evaluation.rows.at(0).name = models.base().stem().string();
    evaluation.rows.at(1).name = learning.title;
    return evaluation_view(evaluation);
  });
}

}  // namespace continuo::studio
