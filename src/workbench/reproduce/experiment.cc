// Stages: scan, encode, then train and compose with each network.
#include "continuo/workbench/reproduce/experiment.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "continuo/audio/encode.h"
#include "continuo/audio/render.h"
#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/generation/compose.h"
#include "continuo/generation/window.h"
#include "continuo/midi/midi.h"
#include "continuo/plot/plot.h"
#include "continuo/representation/sound.h"
#include "continuo/workbench/recipe_data.h"

namespace continuo::workbench::reproduce {
namespace {

namespace fs = std::filesystem;
using representation::Symbol;

constexpr double kScanWeight = 1;  // in the unit of Arm::weight
constexpr double kComposeWeight = 0.7;

/// The stages of the whole as one bar: shares by weight.
class Whole {
 public:
  Whole(const ProgressSink& sink, double total, std::size_t stages) : sink_(sink), total_(total), stages_(stages) {}

  /// A sink for the next stage.
  ProgressSink stage(std::string name, double weight) {
    before_ += current_;
    current_ = weight;
    ++number_;
    return [this, name = std::move(name), weight](const Progress& p) {
      if (!sink_) return;
      const double share = p.total > 0 ? static_cast<double>(p.done) / static_cast<double>(p.total) : 0;
      const double done = (before_ + weight * std::min(1.0, share)) / total_;
      constexpr double kParts = 10'000;
      // The very end is left for the page.
      sink_({.task = "Reproducing",
             .done = std::min<std::uint64_t>(9'999, static_cast<std::uint64_t>(done * kParts)),
             .total = static_cast<std::uint64_t>(kParts),
             .unit = "parts",
             .detail =
                 fmt::format("({} of {}: {}{}{})", number_, stages_, name, p.detail.empty() ? "" : ", ", p.detail)});
    };
  }

 private:
  const ProgressSink& sink_;
  double total_, before_ = 0, current_ = 0;
  std::size_t stages_, number_ = 0;
};

/// An mp3 beside the model, loud enough to be heard; measured before it is encoded.
audio::Measurement write_sound(const fs::path& path, audio::Waveform sound, bool normalise) {
  if (normalise) audio::normalise_loudness(sound);
  const auto measured = audio::measure(sound);
  write_file_atomically(path, audio::encode_mp3(sound, 0.35));
  return measured;
}

audio::Waveform decoded(const representation::SoundRepresentation& sound, std::span<const Symbol> symbols) {
  audio::Waveform wave{.sample_rate = sound.sample_rate()};
  const auto decoder = sound.decoder();
  decoder->push(symbols, wave.samples);
  decoder->finish(wave.samples);
  return wave;
}

/// Composes with one model, twice.
class Composing {
 public:
  Composing(const Settings& settings, const fs::path& model, bool sound, const representation::RepresentationSpec& spec)
      : settings_(settings), folder_(model.parent_path()), sound_(sound), spec_(spec) {
    model_ = engine::Model::create(weights::ModelFile::load(model));
  }

  Piece operator()(bool argmax, const ProgressSink& progress, const std::stop_token& stop) const {
    Piece piece{.how = argmax ? "the most probable (section IV.D)" : "drawn at temperature 1"};
    const std::string name = argmax ? "section-4d" : "temperature-1";
    const bool quick = settings_.scale == Scale::kQuick;
    const std::size_t seconds = quick ? 2 : 8;
    const generation::WindowOptions how{.window = static_cast<std::size_t>(sound_ ? kChunk : kWindow),
                                        .count = sound_ ? seconds * kSampleRate : 64,
                                        .first_symbol = static_cast<Symbol>(sound_ ? 0 : 2),  // Start and End
                                        .argmax = argmax,
                                        .seed = settings_.seed};
    piece.symbols = generation::move_window(*model_, how, progress, stop).symbols;
    const auto loop = generation::find_loop(piece.symbols);
    piece.loop_period = loop.period;
    piece.loop_symbols = loop.period * loop.repeats;
    piece.different = std::set<Symbol>(piece.symbols.begin(), piece.symbols.end()).size();
    piece.sound = folder_ / (name + ".mp3");
    if (sound_) {
      const auto sound = representation::make_sound(spec_);
      piece.measured = write_sound(piece.sound, decoded(*sound, piece.symbols), false);
    } else {
      const Score score = representation::make(spec_)->decode(piece.symbols).score;
      piece.midi = folder_ / (name + ".mid");
      piece.picture = folder_ / (name + ".png");
      midi::write_file(piece.midi, score);
      plot::piano_roll(piece.picture, score, {.width = 900, .height = 360});
      piece.measured =
          write_sound(piece.sound,
                      audio::render(score, {.soundfont = settings_.soundfont, .sample_rate = 22'050}, {}, stop), false);
    }
    return piece;
  }

 private:
  const Settings& settings_;
  fs::path folder_;
  bool sound_;
  const representation::RepresentationSpec& spec_;
  std::shared_ptr<const engine::Model> model_;
};

/// Symbols from the middle of the first training piece that has enough of them.
void take_example(const corpus::Dataset& dataset, bool sound, const fs::path& folder, Example& example) {
  const std::size_t needed = (sound ? kChunk : kWindow) + 1;
  for (const std::size_t i : dataset.indices(corpus::Part::kTrain)) {
    const auto& piece = dataset.pieces()[i];
    if (piece.symbols.size() < needed + 2) continue;
    if (example.piece.empty()) example.piece = piece.name;
    const auto view = piece.symbols.subview((piece.symbols.size() - needed) / 2, needed);
    if (sound) {
      for (std::size_t k = 0; k < needed; ++k) example.chunk.push_back(view[k]);
      std::vector<Symbol> symbols(std::min<std::size_t>(piece.symbols.size(), 10 * kSampleRate));
      piece.symbols.subview(0, symbols.size()).copy(std::span(symbols));
      const auto wave = decoded(*representation::make_sound(dataset.spec()), symbols);
      example.samples = wave.samples;
      example.sound = folder / "piece.mp3";
      write_sound(example.sound, wave, false);
    } else {
      const auto representation = representation::make(dataset.spec());
      for (std::size_t k = 0; k + 1 < needed; ++k) example.window.push_back(representation->vocabulary().name(view[k]));
      example.target = representation->vocabulary().name(view[needed - 1]);
    }
    return;
  }
}

/// Hours that the encoded pieces of the training part last.
double train_hours(const corpus::Dataset& dataset) {
  return static_cast<double>(dataset.symbol_count(corpus::Part::kTrain)) / kSampleRate / 3600;
}

}  // namespace

Findings carry_out(const Settings& settings, const ProgressSink& progress, const std::stop_token& stop) {
  const std::vector<Arm> arms = plan(settings);
  const std::size_t kinds = settings.sound ? 2 : 1;
  double total = kScanWeight * static_cast<double>(1 + kinds);
  for (const Arm& arm : arms) total += arm.weight + kComposeWeight;
  Whole whole(progress, total, 1 + kinds + 2 * arms.size());

  const auto collection = corpus::scan(settings.folder, arms.front().recipe.collection,
                                       whole.stage("reading the pieces", kScanWeight), stop);
  if (collection.pieces.empty()) {
    throw Error({.message = "no piece of 1 to 5 minutes was found",
                 .path = settings.folder.string(),
                 .code = ErrorCode::kEmpty,
                 .remedy = Remedy::kScan,
                 .about = "any-length"});
  }
  const auto split = corpus::split(collection, arms.front().recipe.split);
  Findings findings{.files = collection.files,
                    .pieces = collection.pieces.size(),
                    .works = collection.groups(),
                    .train_pieces = split.train.size(),
                    .test_pieces = split.test.size(),
                    .hours = collection.total_seconds() / 3600};
  std::optional<corpus::Dataset> dataset;
  for (const Arm& arm : arms) {
    if (!dataset || dataset->spec().name != arm.recipe.representation.name) {
      dataset = encode_for(arm.recipe, collection, settings.cache,
                           whole.stage(arm.sound ? "rendering the pieces" : "encoding the pieces", kScanWeight), stop);
      take_example(*dataset, arm.sound, settings.output, findings.example);
      if (arm.sound) findings.train_hours = train_hours(*dataset);
    }
    Outcome outcome{.arm = arm};
    const fs::path folder = settings.output / arm.id;
    const auto resume = settings.overwrite ? training::Resume::kOverwrite : training::Resume::kIfSame;
    outcome.result = training::train(*dataset, arm.recipe, {.folder = folder, .resume = resume},
                                     whole.stage("training " + arm.id, arm.weight), stop);
    if (outcome.result.interrupted) throw Interrupted("stopped while training " + arm.id);
    outcome.network = weights::ModelFile::load(outcome.result.last_model).network();
    const Composing compose(settings, outcome.result.last_model, arm.sound, dataset->spec());
    const auto composing = whole.stage("composing with " + arm.id, kComposeWeight);
    for (const bool argmax : {true, false}) outcome.pieces.push_back(compose(argmax, composing, stop));
    findings.outcomes.push_back(std::move(outcome));
  }
  return findings;
}

}  // namespace continuo::workbench::reproduce
