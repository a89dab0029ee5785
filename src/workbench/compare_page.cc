// The page and the table of `continuo compare`.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "continuo/base/file.h"
#include "continuo/base/format.h"
#include "continuo/evaluation/statistics.h"
#include "continuo/plot/plot.h"
#include "continuo/workbench/compare.h"
#include "continuo/workbench/page_media.h"

namespace continuo::workbench {
namespace {

namespace fs = std::filesystem;
using evaluation::FeatureComparison;
using page::Inline;
using page::Page;

constexpr int kChartWidth = 320, kChartHeight = 230;  // a phone's width
constexpr std::size_t kChartPoints = 160;
constexpr double kReach = 3;  // bandwidths

struct Series {
  std::string label;
  std::vector<double> values;
};

/// Kernel density estimates over one axis. A set of equal values has none and is drawn as a line that stands there.
page::Media density_chart(const std::vector<Series>& series, const std::string& axis) {
  std::vector<evaluation::Density> densities;
  double low = INFINITY, high = -INFINITY, highest = 0;
  for (const Series& one : series) {
    const auto& density = densities.emplace_back(one.values);
    const auto summary = evaluation::summarise(one.values);
    if (summary.count == 0) continue;
    low = std::min(low, summary.low - kReach * density.bandwidth());
    high = std::max(high, summary.high + kReach * density.bandwidth());
  }
  std::vector<plot::Curve> curves;
  for (std::size_t i = 0; i < series.size(); ++i) {
    auto& curve = curves.emplace_back(plot::Curve{.label = series[i].label});
    if (!densities[i].defined()) continue;
    for (std::size_t k = 0; k < kChartPoints; ++k)
      curve.x.push_back(low + (high - low) * static_cast<double>(k) / static_cast<double>(kChartPoints - 1));
    for (const double log : densities[i].log_densities(curve.x)) curve.y.push_back(std::exp(log));
    highest = std::max(highest, *std::max_element(curve.y.begin(), curve.y.end()));
  }
  for (std::size_t i = 0; i < series.size(); ++i) {
    const auto summary = evaluation::summarise(series[i].values);
    if (densities[i].defined() || summary.count == 0) continue;
    curves[i].x = {summary.mean, summary.mean};
    curves[i].y = {0, highest > 0 ? highest : 1};
  }
  return drawn([&](const plot::Target& target) {
    plot::curves(target, curves, {.x_label = axis, .width = kChartWidth, .height = kChartHeight});
  });
}

std::string mean_and_deviation(double mean, double deviation) {
  if (!std::isfinite(mean)) return "-";
  return std::isfinite(deviation) ? format_significant(mean) + " (" + format_significant(deviation) + ")"
                                  : format_significant(mean);
}

Inline mean_over_deviation(double mean, double deviation) {
  Inline cell(format_significant(mean));
  if (std::isfinite(mean) && std::isfinite(deviation))
    cell.line_break().text("(" + format_significant(deviation) + ")");
  return cell;
}

page::Table comparison_table(const std::vector<FeatureComparison>& comparisons, const std::string& what) {
  page::Table table{
      .header = {what, "real", "generated", "within real", "within generated", "between", "overlap", "KL"},
      .align = "lrrrrrrr"};
  for (const FeatureComparison& one : comparisons) {
    table.rows.push_back({one.name, mean_over_deviation(one.mean_a, one.deviation_a),
                          mean_over_deviation(one.mean_b, one.deviation_b), format_significant(one.intra_a),
                          format_significant(one.intra_b), format_significant(one.inter),
                          format_decimals(one.overlap_b, 3), format_decimals(one.kl_b, 3)});
  }
  return table;
}

void in_short(Page& page, const CompareReport& report) {
  page.heading("In short");
  page.paragraph("Real: " + report.real.origin);
  page.paragraph("Generated: " + report.generated.origin);
  if (report.first_seconds > 0)
    page.paragraph(
        fmt::format("Of every piece only the first {:g} s were measured, and how it ends.", report.first_seconds));
  page.paragraph(Inline()
                     .text("The mean overlapping area over the features of Yang and Lerch is ")
                     .strong(format_decimals(evaluation::mean_overlapping_area(report.features), 3))
                     .text(": 1 would mean that the generated pieces differ from the real ones just as they differ "
                           "among themselves, 0 that they have nothing in common."));
  page.paragraph(frechet_sentence(report) +
                 ". The measures are the table further down, pitch classes and note lengths.");
  auto table = comparison_table(report.features, "feature");
  table.caption =
      "Means (standard deviations) over pieces; mean distances; overlapping area and divergence in nats of the "
      "distances "
      "within the generated set and between";
  page.table(table);
}

void sounds(Page& page, const ComparedSet& set, const std::string& which, double seconds) {
  if (set.heard.empty()) return;
  page.heading(which, 3);
  for (const HeardPiece& piece : set.heard) {
    Inline caption;
    caption.strong(piece.name).text(fmt::format(", {}", format_duration(piece.seconds)));
    if (piece.seconds > seconds) caption.text(fmt::format(" (heard: the first {:g} s)", seconds));
    caption.audio(piece.sound, which + ": " + piece.name).download(piece.midi, "MIDI");
    page.picture(piece.picture, "Piano roll of the beginning of " + piece.name, caption);
  }
}

void measures(Page& page, const CompareReport& report) {
  page.heading("Measures");
  page.paragraph(
      "Each piece gives one value; the curves are kernel density estimates (Gaussian kernels, Scott's bandwidth), "
      "which "
      "reach a little beyond the values. A line that stands alone is a set in which all pieces have that value.");
  std::vector<page::Figure> charts;
  for (std::size_t i = 0; i < report.measures.size(); ++i) {
    const auto measure = static_cast<evaluation::Measure>(i);
    const auto& info = evaluation::info(measure);
    const FeatureComparison& one = report.measures[i];
    const std::string means = fmt::format("real {}, generated {}", mean_and_deviation(one.mean_a, one.deviation_a),
                                          mean_and_deviation(one.mean_b, one.deviation_b));
    charts.push_back({density_chart({{"real", report.real.survey.values(measure)},
                                     {"generated", report.generated.survey.values(measure)}},
                                    info.unit),
                      fmt::format("Densities of {}: {}", info.name, means),
                      Inline().strong(info.name).text(fmt::format(": {}. Mean (sd): {}.", info.says, means))});
  }
  page.gallery(charts);
  page.paragraph("The same distances, areas and divergences as above, of each of these measures:");
  page.table(comparison_table(report.measures, "measure"));
}

void distances(Page& page, const CompareReport& report) {
  page.heading("Distances");
  page.paragraph(
      "Distances of pieces to the others of their own set, and between the sets. Where the curve of a set lies on that "
      "between the sets, the other set is not told from it by this feature.");
  std::vector<page::Figure> charts;
  for (std::size_t i = 0; i < report.features.size(); ++i) {
    const FeatureComparison& one = report.features[i];
    charts.push_back(
        {density_chart(
             {{"within real", one.distances_a}, {"within generated", one.distances_b}, {"between", one.distances}}, ""),
         fmt::format("Densities of the distances of {}: overlapping area of the generated pieces {}", one.name,
                     format_decimals(one.overlap_b, 3)),
         Inline().strong(one.name).text(": " + std::string(evaluation::feature_names()[i].says) +
                                        ". Overlap of generated and between: " + format_decimals(one.overlap_b, 3) +
                                        ".")});
  }
  page.gallery(charts);
}

void how_to_read(Page& page, const CompareReport& report) {
  page.heading("What the numbers are");
  const bool common = report.grids == evaluation::Grids::kCommon;
  page.list({
      Inline()
          .strong("Features, distances, areas, divergences: ")
          .text("Yang and Lerch 2018, \"On the evaluation of generative models in music\". For each feature the "
                "Euclidean "
                "distances of each piece to every other of its set (within) and to every piece of the other set "
                "(between); of both the densities are estimated. The overlapping area is the integral of the smaller "
                "density, the divergence Kullback and Leibler's D(within || between)."),
      Inline().strong("Grid: ").text(
          common ? "both densities on the same points, which reach five bandwidths beyond all values."
                 : "as the program mgeval has it: each density on 1,000 points between the extremes of its own values "
                   "for the divergence, and the area only between the extreme values. Areas and divergences are not "
                   "those of the corrected grid."),
      Inline()
          .strong("Measures: ")
          .text("pitch_range to groove_consistency are MusPy's (Dong et al. 2020) with the definitions of its code; "
                "the others are this project's. Applying the distances to them is not in the paper."),
      Inline()
          .strong("Lengths: ")
          .text("note count, notes, seconds and bars tell how long pieces are before they tell anything else; "
                "comparing only "
                "the first seconds of each compares beginnings of equal length."),
  });
}

std::string row_of(const std::string& kind, const FeatureComparison& one) {
  std::string row = kind + "," + csv_field(one.name);
  for (const double value : {one.mean_a, one.deviation_a, one.mean_b, one.deviation_b, one.intra_a, one.intra_b,
                             one.inter, one.overlap_a, one.overlap_b, one.kl_a, one.kl_b})
    row += "," + csv_number(value);
  return row + "\n";
}

}  // namespace

void write_compare_page(const fs::path& path, const CompareReport& report) {
  Page page(report.generated.name + " beside " + report.real.name,
            {.subtitle = fmt::format("{} generated pieces compared with {} real ones",
                                     format_count(report.generated.survey.pieces.size()),
                                     format_count(report.real.survey.pieces.size()))});
  if (!report.real.heard.empty() || !report.generated.heard.empty()) {
    page.heading("To hear");
    page.paragraph("Drawn at random, not chosen.");
    sounds(page, report.generated, "Generated", report.heard_seconds);
    sounds(page, report.real, "Real", report.heard_seconds);
  }
  in_short(page, report);
  measures(page, report);
  distances(page, report);
  how_to_read(page, report);
  page.write(path);
}

void write_compare_table(const fs::path& path, const CompareReport& report) {
  std::string text =
      "kind,name,real_mean,real_sd,generated_mean,generated_sd,within_real,within_generated,between,overlap_real,"
      "overlap_generated,kl_real,kl_generated\n";
  for (const auto& one : report.features) text += row_of("feature", one);
  for (const auto& one : report.measures) text += row_of("measure", one);
  write_file_atomically(path, text);
}

}  // namespace continuo::workbench
