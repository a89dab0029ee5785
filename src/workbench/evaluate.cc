// Likelihoods of the selected pieces under each model and each baseline, and figures over all of them.
#include "continuo/workbench/evaluate.h"

#include <fmt/format.h>

#include <cmath>
#include <map>
#include <memory>
#include <numbers>
#include <span>

#include "continuo/base/format.h"
#include "continuo/evaluation/baselines.h"
#include "continuo/evaluation/onset_grid.h"
#include "continuo/representation/representation.h"

namespace continuo::workbench {
namespace {

/// The pieces of a measure: one numerator and one denominator each.
struct Ratios {
  std::vector<double> above, below;
};

Ratios ratios(const Evaluation& evaluation, const EvaluatedModel& row, Likelihood measure) {
  const Selection& selection = evaluation.selection;
  const bool sound = selection.subjects[row.subject].sample_rate > 0;
  Ratios found;
  for (std::size_t i = 0; i < row.pieces.size(); ++i) {
    const evaluation::PieceLikelihood& piece = row.pieces[i];
    const corpus::EncodedPiece& encoded = selection.piece(row.subject, i);
    double above = piece.bits, below = 0;
    switch (measure) {
      case Likelihood::kNatsPerSymbol:
        above = piece.bits * std::numbers::ln2;
        below = static_cast<double>(piece.symbols);
        break;
      case Likelihood::kBitsPerSymbol:
        below = static_cast<double>(piece.symbols);
        break;
      case Likelihood::kBitsPerNote:
        below = sound ? 0.0 : static_cast<double>(encoded.notes);
        break;
      case Likelihood::kBitsPerSecond:
        below = encoded.seconds;
        break;
      case Likelihood::kGridBitsPerNote:
        above = piece.grid_bits;
        below = row.grid ? static_cast<double>(piece.grid_notes) : 0.0;
        break;
    }
    found.above.push_back(above);
    found.below.push_back(below);
  }
  return found;
}

/// Builds the rows: tasks of the models, and the baselines of each representation.
class Evaluator {
 public:
  explicit Evaluator(const Selection& selection) : selection_(selection) {
    for (const ModelUnderTest& subject : selection.subjects) {
      const auto& spec = subject.dataset->spec();
      const bool grid =
          evaluation::OnsetGrid::has(spec) &&
          (representation::time_base(spec.name) != representation::TimeBase::kSeconds || !selection.folder.empty());
      representations_.push_back(grid ? representation::make(spec) : nullptr);
      grids_.push_back(grid ? std::make_unique<evaluation::OnsetGrid>(*representations_.back()) : nullptr);
    }
  }

  std::vector<EvaluatedModel> operator()(int threads, const ProgressSink& progress, const std::stop_token& stop) {
    add_models();
    add_baselines();
    const auto found = evaluation::piece_likelihoods(tasks_, threads, progress, stop);
    const std::size_t count = selection_.names.size();
    for (std::size_t r = 0; r < rows_.size(); ++r)
      rows_[r].pieces.assign(found.begin() + static_cast<std::ptrdiff_t>(r * count),
                             found.begin() + static_cast<std::ptrdiff_t>((r + 1) * count));
    add_repetitions();
    return std::move(rows_);
  }

 private:
  void add_models() {
    for (std::size_t s = 0; s < selection_.subjects.size(); ++s) {
      add_row(s, selection_.subjects[s].path.string(), false);
      add_tasks(s, selection_.subjects[s].model.get(), {});
    }
  }

  /// Symbol frequencies, once for each representation whose training part is available.
  void add_baselines() {
    std::map<std::string, std::size_t> counted;
    frequencies_.reserve(selection_.subjects.size());  // tasks hold spans of them
    for (std::size_t s = 0; s < selection_.subjects.size(); ++s) {
      const ModelUnderTest& subject = selection_.subjects[s];
      if (subject.frames || !subject.training ||
          !counted.emplace(representation::to_json(subject.dataset->spec()), s).second)
        continue;
      std::vector<evaluation::Sequence> train, held_out;
      for (const auto& piece : subject.training->pieces())
        if (piece.part == corpus::Part::kTrain) train.push_back(piece.symbols);
      if (train.empty()) continue;
      for (std::size_t i = 0; i < selection_.names.size(); ++i) held_out.push_back(selection_.piece(s, i).symbols);
      const auto size = static_cast<std::size_t>(subject.dataset->width());
      frequencies_.push_back(evaluation::frequency_logits(train, size));
      repetitions_.push_back({rows_.size(), evaluation::repetition_nats(train, held_out, size)});
      add_row(s, "symbol frequencies", true);
      add_tasks(s, nullptr, frequencies_.back());
    }
  }

  void add_repetitions() {
    for (const auto& [frequencies, nats] : repetitions_) {
      EvaluatedModel row = rows_[frequencies];
      row.name = "repetition of symbols";
      row.grid = false;
      for (std::size_t i = 0; i < row.pieces.size(); ++i)
        row.pieces[i] = {.bits = nats[i] / std::numbers::ln2, .symbols = row.pieces[i].symbols};
      rows_.push_back(std::move(row));
    }
  }

  void add_row(std::size_t subject, std::string name, bool baseline) {
    rows_.push_back({.name = std::move(name),
                     .representation = selection_.subjects[subject].dataset->spec().name,
                     .subject = subject,
                     .pieces = {},
                     .baseline = baseline,
                     .grid = grids_[subject] != nullptr});
  }

  void add_tasks(std::size_t s, const engine::Model* model, std::span<const float> logits) {
    for (std::size_t i = 0; i < selection_.names.size(); ++i) {
      const auto& piece = selection_.piece(s, i);
      evaluation::PieceTask task{.model = model,
                                 .logits = logits,
                                 .sequence = {piece.symbols, piece.label},
                                 .grid = grids_[s].get(),
                                 .frames = selection_.subjects[s].frames.get()};
      if (grids_[s] && grids_[s]->in_seconds())
        task.quarters = [path = selection_.folder / piece.name] { return quarters_of(path); };
      tasks_.push_back(std::move(task));
    }
  }

  struct Repetition {
    std::size_t frequencies = 0;  ///< the row of the same representation
    std::vector<double> nats;     ///< of each piece
  };

  const Selection& selection_;
  std::vector<std::unique_ptr<representation::Representation>> representations_;
  std::vector<std::unique_ptr<evaluation::OnsetGrid>> grids_;
  std::vector<EvaluatedModel> rows_;
  std::vector<evaluation::PieceTask> tasks_;
  std::vector<std::vector<float>> frequencies_;
  std::vector<Repetition> repetitions_;
};

}  // namespace

std::string_view name(Likelihood measure) {
  constexpr std::array kNames = {"nats/symbol", "bits/symbol", "bits/note", "bits/second", "grid bits/note"};
  return kNames[static_cast<std::size_t>(measure)];
}

int digits(Likelihood measure) {
  constexpr std::array kDigits = {4, 4, 3, 2, 3};
  return kDigits[static_cast<std::size_t>(measure)];
}

std::string between(const evaluation::Interval& interval, int digits) {
  return std::isnan(interval.low) ? "" : fmt::format("{:.{}f} to {:.{}f}", interval.low, digits, interval.high, digits);
}

std::optional<Figure> Evaluation::figure(std::size_t row, Likelihood measure) const {
  const auto [above, below] = ratios(*this, rows[row], measure);
  double numerator = 0, denominator = 0;
  for (std::size_t i = 0; i < above.size(); ++i) {
    numerator += above[i];
    denominator += below[i];
  }
  if (denominator == 0) return std::nullopt;
  return Figure{numerator / denominator, evaluation::bootstrap_ratio(above, below)};
}

std::optional<Difference> Evaluation::difference(std::size_t row) const {
  if (row == 0 || rows[row].baseline) return std::nullopt;
  const EvaluatedModel &first = rows.front(), &other = rows[row];
  const ModelUnderTest &a = selection.subjects[first.subject], &b = selection.subjects[other.subject];
  const bool same = a.dataset->spec() == b.dataset->spec();
  if (!same && !(first.grid && other.grid)) return std::nullopt;
  const Likelihood measure = !same               ? Likelihood::kGridBitsPerNote
                             : b.sample_rate > 0 ? Likelihood::kBitsPerSymbol
                                                 : Likelihood::kBitsPerNote;
  const auto mine = figure(row, measure), its = figure(0, measure);
  if (!mine || !its) return std::nullopt;
  const Ratios of_other = ratios(*this, other, measure), of_first = ratios(*this, first, measure);
  return Difference{measure,
                    {mine->value - its->value, evaluation::bootstrap_difference({of_other.above, of_other.below},
                                                                                {of_first.above, of_first.below})}};
}

std::vector<std::string> Evaluation::differences_in_words() const {
  std::vector<std::string> texts;
  for (std::size_t r = 1; r < rows.size(); ++r)
    if (const auto found = difference(r))
      texts.push_back(fmt::format("{} less {}: {:+.3f} {} ({})", rows[r].name, rows[0].name, found->figure.value,
                                  name(found->measure), between(found->figure.interval, 3)));
  return texts;
}

std::string Evaluation::heading() const {
  double seconds = 0;
  std::size_t notes = 0;
  for (std::size_t i = 0; i < selection.names.size(); ++i) {
    seconds += selection.piece(0, i).seconds;
    notes += selection.piece(0, i).notes;
  }
  std::string text =
      fmt::format("{}, {} pieces, {}", selection.part, format_count(selection.names.size()), format_duration(seconds));
  if (notes > 0) text += ", " + format_count(notes) + " notes";
  return text;
}

std::vector<std::string> Evaluation::remarks() const {
  std::vector<std::string> texts = selection.warnings;
  bool grid = false;
  for (const EvaluatedModel& row : rows) {
    grid = grid || row.grid;
    const ModelUnderTest& subject = selection.subjects[row.subject];
    if (row.baseline) continue;
    if (subject.sample_rate > 0)
      texts.push_back(fmt::format("A symbol of {} is a sample, {} a second.", row.name,
                                  format_count(static_cast<std::uint64_t>(subject.sample_rate))));
    if (subject.frames)
      texts.push_back("A symbol of " + row.name + " is a frame; the first of each piece is not scored.");
    const auto base = representation::time_base(row.representation);
    if (!row.grid && base == representation::TimeBase::kSeconds)
      texts.push_back(row.representation +
                      " on the grid need the tempos of the pieces: give the folder, not the dataset file.");
    if (base == representation::TimeBase::kOrder)
      texts.push_back(row.representation +
                      " keeps neither the octaves of chords nor every onset: it has no place on the grid.");
  }
  if (grid) texts.push_back("grid: pitch and onset alone, on sixteenths (docs/evaluation.md).");
  return texts;
}

Evaluation evaluate(const EvaluateOptions& options, const ProgressSink& progress, const std::stop_token& stop) {
  Evaluation evaluation{.selection = select(options, progress, stop)};
  evaluation.rows = Evaluator(evaluation.selection)(options.threads, progress, stop);
  return evaluation;
}

}  // namespace continuo::workbench
