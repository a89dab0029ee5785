// Measures the pieces of a collection side by side.
#include "continuo/evaluation/survey.h"

#include <mutex>
#include <optional>
#include <utility>

#include "continuo/base/error.h"
#include "continuo/base/parallel.h"

namespace continuo::evaluation {

std::vector<double> Survey::values(Measure measure) const {
  std::vector<double> result;
  result.reserve(pieces.size());
  for (const SurveyedPiece& piece : pieces) result.push_back(piece.values[static_cast<std::size_t>(measure)]);
  return result;
}

std::vector<PieceProfile> Survey::profiles() const {
  std::vector<PieceProfile> result;
  result.reserve(pieces.size());
  for (const SurveyedPiece& piece : pieces) result.push_back(piece.profile);
  return result;
}

namespace {

SurveyedPiece surveyed(const SurveySource& source, std::size_t index, const Score& score,
                       const MeasureOptions& options) {
  SurveyedPiece piece{.name = source.name, .source = index, .values = measure(score, options)};
  const Score heard = measured_part(score, options);
  piece.features = features(heard);
  piece.profile = profile(heard, piece.values, piece.features);
  return piece;
}

}  // namespace

Survey survey(std::span<const SurveySource> sources, const SurveyOptions& options, const ProgressSink& progress,
              std::stop_token stop) {
  std::vector<std::optional<SurveyedPiece>> pieces(sources.size());
  std::vector<std::string> faults(sources.size());
  std::mutex mutex;
  std::uint64_t done = 0;
  parallel_for(
      sources.size(), options.threads,
      [&](std::size_t i) {
        try {
          const Score score = sources[i].read();
          if (note_count(score) == 0) {
            faults[i] = "has no notes";
          } else {
            pieces[i] = surveyed(sources[i], i, score, options.measure);
          }
        } catch (const Interrupted&) {
          throw;
        } catch (const Error& error) {
          faults[i] = error.info().message;
        }
        const std::scoped_lock lock(mutex);
        ++done;
        if (progress) progress({.task = "Measuring", .done = done, .total = sources.size(), .unit = "pieces"});
      },
      std::move(stop));
  Survey result;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    if (pieces[i]) {
      result.pieces.push_back(std::move(*pieces[i]));
    } else {
      result.left_out.push_back({sources[i].name, faults[i]});
    }
  }
  return result;
}

}  // namespace continuo::evaluation
