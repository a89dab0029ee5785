// Encoding a collection into the cache, as training would, and what came of it.
#include <fmt/core.h>

#include <chrono>

#include "continuo/base/error.h"
#include "continuo/base/format.h"
#include "continuo/base/text.h"
#include "continuo/corpus/dataset.h"
#include "continuo/representation/sound.h"
#include "corpus_report.h"
#include "terminal.h"

namespace continuo::app {
namespace {

std::string bytes_in_words(double bytes) {
  constexpr const char* kUnits[] = {"bytes", "kB", "MB", "GB", "TB"};
  std::size_t unit = 0;
  for (; bytes >= 1000 && unit + 1 < std::size(kUnits); ++unit) bytes /= 1000;
  return fmt::format("{:.{}f} {}", bytes, unit == 0 ? 0 : 1, kUnits[unit]);
}

/// "symbols of a vocabulary of 588", "samples in 256 classes", "frames of 1,024 values".
std::string steps_in_words(const corpus::Dataset& dataset) {
  const std::string width = format_count(static_cast<std::uint64_t>(dataset.width()));
  if (!dataset.sound()) return "symbols of a vocabulary of " + width;
  const auto sound = representation::make_sound(dataset.spec());
  return sound->steps() == representation::Steps::kFrames ? "frames of " + width + " values"
                                                          : "samples in " + width + " classes";
}

}  // namespace

void encode_collection(const corpus::Collection& collection, const corpus::Split& split,
                       const representation::RepresentationSpec& spec, const std::filesystem::path& cache) {
  bool worked = false;
  const ProgressSink bar = terminal_progress();
  const auto begun = std::chrono::steady_clock::now();
  const auto dataset = corpus::open_dataset(
      collection, split, spec, cache,
      [&](const Progress& progress) {
        worked = true;
        bar(progress);
      },
      interruption());
  const double spent = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  double seconds = 0;
  for (const auto& piece : dataset.pieces()) seconds += piece.seconds;
  const auto part = [&](corpus::Part which) { return dataset.symbol_count(which); };
  const auto all = part(corpus::Part::kTrain) + part(corpus::Part::kValidation) + part(corpus::Part::kTest);
  fmt::print("\nIn {}: {} pieces, {} of music, {} {}\n", dataset.spec().name, format_count(dataset.pieces().size()),
             format_duration(seconds), format_count(all), steps_in_words(dataset));
  if (const auto missing = corpus::names_without_entry(collection, dataset); !missing.empty()) {
    fmt::print("  {} left out, of which it keeps nothing: {}\n", counted(missing.size(), "piece"),
               missing.front() + (missing.size() > 1 ? ", ..." : ""));
  }
  for (const std::string& loss : dataset.losses()) fmt::print("  not kept: {}\n", shown(loss));
  fmt::print("  train {}, validation {}, test {}\n", format_count(part(corpus::Part::kTrain)),
             format_count(part(corpus::Part::kValidation)), format_count(part(corpus::Part::kTest)));
  fmt::print("  {}: {}\n", dataset.path().string(),
             bytes_in_words(static_cast<double>(std::filesystem::file_size(dataset.path()))));
  if (worked) {
    fmt::print("  encoded in {:.1f} s: {:.1f} hours of music a minute\n", spent, seconds / 60 / std::max(spent, 1e-9));
  } else {
    fmt::print("  it was there already, checked in {:.1f} s\n", spent);
  }
}

}  // namespace continuo::app
