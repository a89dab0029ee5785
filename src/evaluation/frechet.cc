// Gaussians over the profiles of pieces, and the distance between two of them.
#include "continuo/evaluation/frechet.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "continuo/base/error.h"
#include "continuo/base/random.h"
#include "continuo/evaluation/measures.h"
#include "continuo/evaluation/statistics.h"
#include "continuo/music/key.h"

namespace continuo::evaluation {
namespace {

constexpr bool tells_length(std::size_t measure) {
  switch (static_cast<Measure>(measure)) {
    case Measure::kNotes:
    case Measure::kSeconds:
    case Measure::kBars:
      return true;
    default:
      return false;
  }
}

/// Mean and deviation by which each value is standardised; a deviation of 0: left out.
struct Scale {
  std::vector<double> mean, deviation;
};

Scale scale_of(std::span<const PieceProfile> reference) {
  Scale scale;
  std::vector<double> values(reference.size());
  for (std::size_t i = 0; i < reference.front().size(); ++i) {
    for (std::size_t piece = 0; piece < reference.size(); ++piece) values[piece] = reference[piece][i];
    const Summary summary = summarise(values);
    const bool varies = summary.count > 1 && summary.deviation > 1e-12;
    scale.mean.push_back(varies ? summary.mean : 0);
    scale.deviation.push_back(varies ? summary.deviation : 0);
  }
  return scale;
}

struct Gaussian {
  Eigen::VectorXd mean;
  Eigen::MatrixXd covariance;
};

Gaussian fit(std::span<const PieceProfile> set, const Scale& scale, const FrechetOptions& options) {
  const auto kept = static_cast<Eigen::Index>(
      std::count_if(scale.deviation.begin(), scale.deviation.end(), [](double deviation) { return deviation > 0; }));
  Eigen::MatrixXd values(static_cast<Eigen::Index>(set.size()), kept);
  for (std::size_t piece = 0; piece < set.size(); ++piece) {
    Eigen::Index column = 0;
    for (std::size_t i = 0; i < scale.mean.size(); ++i) {
      if (scale.deviation[i] == 0) continue;
      const double value = set[piece][i];
      values(static_cast<Eigen::Index>(piece), column++) =
          std::isfinite(value) ? std::clamp((value - scale.mean[i]) / scale.deviation[i], -options.limit, options.limit)
                               : 0;
    }
  }
  Gaussian result;
  result.mean = values.colwise().mean();
  values.rowwise() -= result.mean.transpose();
  result.covariance = values.transpose() * values / static_cast<double>(set.size() - 1);
  const Eigen::VectorXd variances = result.covariance.diagonal();
  result.covariance *= 1 - options.shrinkage;
  result.covariance.diagonal() = variances;
  return result;
}

Eigen::MatrixXd square_root(const Eigen::MatrixXd& covariance) {
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(covariance);
  return solver.eigenvectors() * solver.eigenvalues().cwiseMax(0).cwiseSqrt().asDiagonal() *
         solver.eigenvectors().transpose();
}

double distance(const Gaussian& a, const Gaussian& b) {
  // tr (A B)^(1/2) = tr (A^(1/2) B A^(1/2))^(1/2), whose argument is symmetric.
  const Eigen::MatrixXd root = square_root(a.covariance);
  const Eigen::MatrixXd product = root * b.covariance * root;
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver((product + product.transpose()) / 2,
                                                              Eigen::EigenvaluesOnly);
  const double shared = solver.eigenvalues().cwiseMax(0).cwiseSqrt().sum();
  return (a.mean - b.mean).squaredNorm() + a.covariance.trace() + b.covariance.trace() - 2 * shared;
}

void check(std::span<const PieceProfile> reference, std::span<const PieceProfile> set, const FrechetOptions& options) {
  if (reference.size() < 2 || set.size() < 2)
    throw Error(ErrorCode::kEmpty, "a Frechet distance needs at least two pieces on each side");
  if (!(options.shrinkage >= 0 && options.shrinkage <= 1))
    throw Error(ErrorCode::kInvalidArgument, "the shrinkage must lie between 0 and 1");
  const auto fits = [&](const PieceProfile& one) { return one.size() == reference.front().size(); };
  if (!std::all_of(reference.begin(), reference.end(), fits) || !std::all_of(set.begin(), set.end(), fits))
    throw Error(ErrorCode::kMismatch, "the profiles of a Frechet distance must have one size");
}

}  // namespace

const std::vector<std::string>& profile_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> made;
    for (std::size_t i = 0; i < measures().size(); ++i)
      if (!tells_length(i)) made.emplace_back(measures()[i].name);
    for (int i = 0; i < 12; ++i) made.push_back("pitch_class_" + std::to_string(i));
    for (const char* length : {"bar", "half", "quarter", "8th", "16th", "dotted_half", "dotted_quarter", "dotted_8th",
                               "dotted_16th", "half_triplet", "quarter_triplet", "8th_triplet"})
      made.push_back(std::string("length_") + length);
    return made;
  }();
  return names;
}

PieceProfile profile(const Score& score, std::span<const double> values, const Features& of) {
  PieceProfile result;
  result.reserve(profile_names().size());
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!tells_length(i)) result.push_back(values[i]);
  const Key key = find_key(score);
  for (std::size_t i = 0; i < 12; ++i)
    result.push_back(key.known ? of.pitch_class_histogram[(i + static_cast<std::size_t>(key.tonic)) % 12] : kUndefined);
  result.insert(result.end(), of.note_length_histogram.begin(), of.note_length_histogram.end());
  return result;
}

double frechet_distance(std::span<const PieceProfile> reference, std::span<const PieceProfile> set,
                        const FrechetOptions& options) {
  check(reference, set, options);
  const Scale scale = scale_of(reference);
  return distance(fit(reference, scale, options), fit(set, scale, options));
}

double frechet_floor(std::span<const PieceProfile> reference, std::size_t size, std::size_t draws, std::uint64_t seed,
                     const FrechetOptions& options) {
  if (reference.size() < 4 || draws == 0) return kUndefined;
  size = std::clamp<std::size_t>(size, 2, reference.size() / 2);
  Random random(seed);
  std::vector<PieceProfile> shuffled(reference.begin(), reference.end());
  double sum = 0;
  for (std::size_t draw = 0; draw < draws; ++draw) {
    random.shuffle(std::span(shuffled));
    const auto drawn = std::span<const PieceProfile>(shuffled).first(size);
    const auto rest = std::span<const PieceProfile>(shuffled).subspan(size);
    sum += frechet_distance(rest, drawn, options);
  }
  return sum / static_cast<double>(draws);
}

}  // namespace continuo::evaluation
