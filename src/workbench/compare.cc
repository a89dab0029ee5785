// Surveys two collections, one of them perhaps composed on the spot, and compares them.
#include "continuo/workbench/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <span>

#include "continuo/audio/render.h"
#include "continuo/base/error.h"
#include "continuo/base/format.h"
#include "continuo/base/parallel.h"
#include "continuo/base/random.h"
#include "continuo/generation/compose.h"
#include "continuo/generation/sampling_settings.h"
#include "continuo/music/excerpt.h"
#include "continuo/plot/plot.h"
#include "continuo/workbench/originality_view.h"
#include "continuo/workbench/page_media.h"
#include "continuo/workbench/piece_view.h"

namespace continuo::workbench {
namespace {

namespace fs = std::filesystem;
using evaluation::FeatureComparison;

/// What long work reports to and heeds.
struct Work {
  const ProgressSink& progress;
  const std::stop_token& stop;
};

/// One of the two collections: where its pieces come from, before they are measured.
struct Side {
  std::string name, origin;
  std::vector<evaluation::SurveySource> sources;
  std::vector<evaluation::Survey::LeftOut> left_out;
};

Side named(const fs::path& name, const PieceSetOptions& options, const Work& work) {
  PieceSet set = open_piece_set({name}, options, work.progress, work.stop);
  std::string origin = "of " + name_in_page(name);
  if (!options.select_column.empty()) origin += " with 1 in " + options.select_column;
  if (set.drawn_from > set.pieces.size())
    origin += fmt::format(", drawn from {} with seed {}", format_count(set.drawn_from), options.seed);
  return {name_in_page(name), origin + ".", sources_of(set), std::move(set.left_out)};
}

Side composed(const CompareOptions& options, const Work& work) {
  const auto file = weights::ModelFile::load(options.model);
  const auto composer = loaded::LoadedModel::from(file, options.model);
  auto sampling = generation::sampling_of(file);
  if (!options.temperature.empty()) generation::set_temperatures(sampling, options.temperature);
  if (options.top_p) sampling.top_p = *options.top_p;
  const generation::ComposeOptions how{.sampling = sampling, .seconds = options.seconds, .seed = options.set.seed};
  auto pieces = std::make_shared<std::vector<Score>>();
  for (auto& piece :
       generation::compose_several(composer, how, options.count, options.set.threads, work.progress, work.stop))
    pieces->push_back(std::move(piece.score));
  Side side{.name = name_in_page(options.model)};
  side.origin = fmt::format("composed by {} with seed {}, temperature {} and top-p {:g}, up to {:g} s each.",
                            name_in_page(options.model), options.set.seed, generation::temperatures_text(sampling),
                            sampling.top_p, options.seconds);
  for (std::size_t i = 0; i < pieces->size(); ++i)
    side.sources.push_back({fmt::format("piece {}", i + 1), [pieces, i] { return (*pieces)[i]; }});
  return side;
}

/// The real pieces once more, spoiled in one respect.
Side spoiled_pieces(Side real, const CompareOptions& options) {
  const std::string what(evaluation::name(*options.control));
  Side side{.name = real.name + ", " + what, .origin = "of " + real.name + ", " + what + "."};
  for (auto& source : real.sources)
    side.sources.push_back(
        {source.name, [read = std::move(source.read), control = *options.control, seed = options.set.seed] {
           return evaluation::spoiled(read(), control, seed);
         }});
  return side;
}

HeardPiece hear(const std::string& name, const Score& score, const CompareOptions& options, const Work& work) {
  const Score heard = first_seconds(score, options.heard_seconds);
  HeardPiece piece{.name = name, .seconds = duration_seconds(score)};
  piece.sound = sound_of(heard, options.soundfont, work.stop);
  piece.midi = midi_of(score, name);
  auto roll = roll_of(heard, name);
  roll.width = kPageRollWidth;
  roll.height = kPageRollHeight;
  piece.picture = drawn([&](const plot::Target& target) { plot::piano_roll(target, heard, roll); });
  return piece;
}

ComparedSet survey_of(Side side, const CompareOptions& options, const Work& work) {
  ComparedSet set{.name = side.name};
  set.survey =
      evaluation::survey(side.sources, {.measure = {.first_seconds = options.first}, .threads = options.set.threads},
                         work.progress, work.stop);
  side.left_out.insert(side.left_out.end(), set.survey.left_out.begin(), set.survey.left_out.end());
  if (options.on_left_out && !side.left_out.empty()) options.on_left_out(side.left_out);
  const std::size_t pieces = set.survey.pieces.size();
  if (pieces < 2)
    throw Error({.message = fmt::format("has {} that can be measured", pieces == 0 ? "no piece" : "one piece"),
                 .path = side.name,
                 .hint = "Distances need two pieces on each side; some dozens tell more.",
                 .code = ErrorCode::kEmpty});
  set.origin = fmt::format("{} pieces {}", format_count(pieces), side.origin);
  if (!side.left_out.empty()) set.origin += fmt::format(" Left out: {}.", format_count(side.left_out.size()));

  std::vector<std::size_t> drawn_pieces(pieces);
  std::iota(drawn_pieces.begin(), drawn_pieces.end(), std::size_t{0});
  Random(options.set.seed, 1).shuffle(std::span(drawn_pieces));
  drawn_pieces.resize(std::min(pieces, options.heard));
  std::sort(drawn_pieces.begin(), drawn_pieces.end());
  for (const std::size_t i : drawn_pieces) {
    const auto& piece = set.survey.pieces[i];
    Score score = side.sources[piece.source].read();
    if (options.first > 0) score = first_seconds(score, options.first);
    set.heard.push_back(hear(piece.name, score, options, work));
    if (work.progress)
      work.progress({.task = "Rendering", .done = set.heard.size(), .total = drawn_pieces.size(), .unit = "pieces"});
  }
  return set;
}

std::vector<FeatureComparison> compare_measures(const CompareReport& report, const std::stop_token& stop) {
  std::vector<FeatureComparison> result(evaluation::measures().size());
  parallel_for(
      result.size(), 0,
      [&](std::size_t i) {
        const auto measure = static_cast<evaluation::Measure>(i);
        result[i] = evaluation::compare_values(evaluation::info(measure).name, report.real.survey.values(measure),
                                               report.generated.survey.values(measure), report.grids);
      },
      stop);
  return result;
}

std::vector<evaluation::Features> features_of(const evaluation::Survey& survey) {
  std::vector<evaluation::Features> features;
  for (const auto& piece : survey.pieces) features.push_back(piece.features);
  return features;
}

}  // namespace

CompareReport compare(const CompareOptions& options, const ProgressSink& progress, const std::stop_token& stop) {
  const int sides = (options.generated.empty() ? 0 : 1) + (options.model.empty() ? 0 : 1) + (options.control ? 1 : 0);
  if (sides != 1)
    throw Error(
        {.message = sides == 0 ? "no second collection was given" : "both a second collection and a model were given",
         .hint = "Compare real pieces with generated ones, or with those of a model.",
         .code = ErrorCode::kInvalidArgument});
  if (options.heard > 0) audio::check({.soundfont = options.soundfont});
  const Work work{progress, stop};
  CompareReport report{.grids = options.misaligned ? evaluation::Grids::kMgeval : evaluation::Grids::kCommon,
                       .first_seconds = options.first,
                       .heard_seconds = options.heard_seconds};
  Side real = named(options.real, options.set, work);
  PieceSetOptions every = options.set;
  every.select_column.clear();  // a folder of composed pieces has no manifest
  Side generated = options.control         ? spoiled_pieces(named(options.real, options.set, work), options)
                   : options.model.empty() ? named(options.generated, every, work)
                                           : composed(options, work);
  report.real = survey_of(std::move(real), options, work);
  report.generated = survey_of(std::move(generated), options, work);
  report.features =
      evaluation::compare(features_of(report.real.survey), features_of(report.generated.survey), report.grids);
  report.measures = compare_measures(report, stop);
  const auto reference = report.real.survey.profiles(), set = report.generated.survey.profiles();
  report.frechet = evaluation::frechet_distance(reference, set);
  report.frechet_floor = evaluation::frechet_floor(reference, set.size());
  return report;
}

std::string frechet_sentence(const CompareReport& report) {
  const std::size_t size = std::min(report.generated.survey.pieces.size(), report.real.survey.pieces.size() / 2);
  return fmt::format("Frechet distance over {} values of each piece: {}; of {} real pieces against the others: {}",
                     evaluation::profile_names().size(), format_decimals(report.frechet, 1), format_count(size),
                     format_decimals(report.frechet_floor, 1));
}

}  // namespace continuo::workbench
