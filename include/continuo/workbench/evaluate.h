// What models make of pieces that they were not trained on, side by side with baselines; its table and its page.
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "continuo/base/progress.h"
#include "continuo/evaluation/likelihood.h"
#include "continuo/evaluation/statistics.h"
#include "continuo/workbench/selection.h"

namespace continuo::workbench {

/// A model or a baseline: its results piece by piece.
struct EvaluatedModel {
  std::string name, representation;
  std::size_t subject = 0;                          ///< of the selection: whose symbols they are
  std::vector<evaluation::PieceLikelihood> pieces;  ///< in the order of Selection::names
  bool baseline = false;
  bool grid = false;  ///< measured on the grid of sixteenths, too
};

/// What is measured: a ratio of sums over pieces.
enum class Likelihood : std::uint8_t { kNatsPerSymbol, kBitsPerSymbol, kBitsPerNote, kBitsPerSecond, kGridBitsPerNote };
inline constexpr std::array kLikelihoods = {Likelihood::kNatsPerSymbol, Likelihood::kBitsPerSymbol,
                                            Likelihood::kBitsPerNote, Likelihood::kBitsPerSecond,
                                            Likelihood::kGridBitsPerNote};
std::string_view name(Likelihood measure);  ///< "bits/symbol"
int digits(Likelihood measure);             ///< behind the point that are worth showing

struct Figure {
  double value = 0;
  evaluation::Interval interval;  ///< 95 %, of a bootstrap over pieces
};

/// A model less the first one, the same pieces drawn for both.
struct Difference {
  Likelihood measure = Likelihood::kBitsPerNote;
  Figure figure;
};

struct Evaluation {
  Selection selection;
  std::vector<EvaluatedModel> rows;  ///< models in the order asked for, then baselines

  /// Nothing where the measure is not defined: notes of sound, a grid of what has none.
  std::optional<Figure> figure(std::size_t row, Likelihood measure) const;
  /// In bits per note (of sound per symbol) where both have the same symbols, else on the grid; nothing where they have
  /// neither in common, for the first row, and for baselines.
  std::optional<Difference> difference(std::size_t row) const;
  /// "b.safetensors less a.safetensors: -0.123 bits/note (-0.2 to -0.1)", one for each that is defined.
  std::vector<std::string> differences_in_words() const;
  /// "the test part, 12 pieces, 34:56, 7,890 notes"
  std::string heading() const;
  /// What a reader must know beside the figures, a sentence each.
  std::vector<std::string> remarks() const;
};

/// Deterministic in files and options, whatever the number of threads. Symbol frequencies and repetitions are baselines
/// for each representation whose training part is available. Throws Error as select() does; Interrupted.
Evaluation evaluate(const EvaluateOptions& options, const ProgressSink& progress = {},
                    const std::stop_token& stop = {});

/// "0.123 to 0.234"; empty where the interval is not defined.
std::string between(const evaluation::Interval& interval, int digits);

void write_evaluation_table(const std::filesystem::path& path, const Evaluation& evaluation);
void write_evaluation_page(const std::filesystem::path& path, const Evaluation& evaluation);

}  // namespace continuo::workbench
