// Finds the pieces of a folder or dataset that models were not trained on, by the recipes in the model files.
#include "continuo/workbench/selection.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <unordered_set>
#include <utility>

#include "continuo/base/error.h"
#include "continuo/base/hash.h"
#include "continuo/base/random.h"
#include "continuo/evaluation/frame_likelihood.h"
#include "continuo/midi/midi.h"
#include "continuo/music/time.h"
#include "continuo/representation/sound.h"
#include "continuo/training/lineage.h"
#include "continuo/training/recipe.h"
#include "continuo/workbench/default_cache.h"

namespace continuo::workbench {
namespace {

namespace fs = std::filesystem;
using corpus::Dataset;
using corpus::EncodedPiece;
using corpus::Part;
using representation::RepresentationSpec;

/// So many symbols are not the same number by chance.
constexpr std::uint64_t kTellingSymbols = 100'000;

/// Whether the training part has as many pieces and symbols.
bool has_amount(const Dataset& dataset, const training::TrainedAmount& amount) {
  training::TrainedAmount own;
  for (const std::size_t i : dataset.indices(Part::kTrain)) {
    const std::size_t steps = dataset.steps(dataset.pieces()[i]);
    if (steps < 2) continue;
    ++own.pieces;
    own.symbols += steps - 1;
  }
  return own.pieces == amount.pieces && own.symbols == amount.symbols;
}

/// Opens what several models need once.
class DatasetCache {
 public:
  DatasetCache(const EvaluateOptions& options, const ProgressSink& progress, std::stop_token stop)
      : options_(options),
        cache_(options.cache.empty() ? default_cache() : options.cache),
        progress_(progress),
        stop_(std::move(stop)) {}

  ModelUnderTest open(const fs::path& path) {
    const auto file = weights::ModelFile::load(path);
    const std::string& text = file.metadata(weights::kRepresentationKey);
    if (text.empty())
      throw Error({.message = "names no representation, so no data can be read for it",
                   .path = path.string(),
                   .code = ErrorCode::kUnsupported});
    const RepresentationSpec spec = representation::spec_from_json(text);
    ModelUnderTest subject{
        .path = path, .model = engine::Model::create(file, options_.engine), .dataset = {}, .training = {}};
    if (file.network().reads_frames()) {
      if (representation::time_base(spec.name) != representation::TimeBase::kFrames)
        throw Error({.message = "predicts frames of sound, which have no likelihood",
                     .path = path.string(),
                     .hint = "Training reports its mean squared error beside its baselines.",
                     .code = ErrorCode::kUnsupported});
      subject.frames = std::make_shared<representation::FrameCode>(spec);
      evaluation::frame_head(file.network(), *subject.frames);
    }
    if (representation::reads_sound(spec.name)) subject.sample_rate = representation::make_sound(spec)->sample_rate();
    const std::vector<std::string> learned_from = training::training_datasets(file);
    if (fs::is_directory(options_.data)) {
      read_folder(file, learned_from.front(), spec, subject);
    } else {
      subject.dataset = dataset(options_.data);
      subject.knows_split = subject.dataset->path().stem().string() == learned_from.front();
      subject.training = subject.knows_split ? subject.dataset : cached(learned_from.front(), spec);
    }
    if (!(subject.dataset->spec() == spec) ||
        (!subject.frames && subject.dataset->width() != subject.model->vocabulary_size())) {
      throw Error({.message = "its symbols are not those of " + path.string() + ": it is encoded as " +
                              subject.dataset->spec().name + " with other settings, labels or vocabulary",
                   .path = options_.data.string(),
                   .hint = "Give the folder of music instead: it is encoded for each model.",
                   .code = ErrorCode::kMismatch});
    }
    for (std::size_t i = 1; i < learned_from.size(); ++i) {
      auto before = cached(learned_from[i], spec);
      subject.knows_before = subject.knows_before && before != nullptr;
      if (before) subject.before.push_back(std::move(before));
    }
    return subject;
  }

 private:
  std::shared_ptr<const Dataset> dataset(const fs::path& path) {
    auto& known = datasets_[path];
    if (!known) known = std::make_shared<const Dataset>(path);
    return known;
  }

  /// The dataset of that name, where it is available and has these symbols; else null.
  std::shared_ptr<const Dataset> cached(const std::string& name, const RepresentationSpec& spec) {
    const fs::path path = options_.data.stem() == name ? options_.data : cache_ / (name + ".dataset");
    std::error_code code;
    if (name.empty() || !fs::is_regular_file(path, code)) return nullptr;
    try {
      auto found = dataset(path);
      return found->spec() == spec ? found : nullptr;
    } catch (const Error&) {
      return nullptr;  // damaged: as if it were not there
    }
  }

  const corpus::Collection& scan(const corpus::ScanOptions& options) {
    training::Recipe key;  // written out, it tells options apart
    key.collection = options;
    auto& known = collections_[training::to_toml(key) + (options.sound ? "sound" : "")];
    if (!known) known = std::make_unique<corpus::Collection>(corpus::scan(options_.data, options, progress_, stop_));
    return *known;
  }

  std::shared_ptr<const Dataset> encoded(const corpus::Collection& collection, const corpus::Split& split,
                                         const RepresentationSpec& spec) {
    auto& known = datasets_[corpus::dataset_path(collection, split, spec, cache_)];
    if (!known)
      known = std::make_shared<const Dataset>(corpus::open_dataset(collection, split, spec, cache_, progress_, stop_));
    return known;
  }

  void read_folder(const weights::ModelFile& file, const std::string& trained_on, const RepresentationSpec& spec,
                   ModelUnderTest& subject) {
    corpus::ScanOptions every;
    every.min_seconds = 0;
    every.max_seconds = 1e9;
    every.sound = subject.sample_rate > 0;
    if (const std::string& text = file.metadata(weights::kRecipeKey); !text.empty() && !trained_on.empty()) {
      training::Recipe recipe = training::parse_recipe(text, subject.path.string());
      recipe.representation.labels.clear();  // these come from the training part, as they did then
      recipe.collection.sound = every.sound;
      every.soundfont = recipe.collection.soundfont;
      try {
        const auto& collection = scan(recipe.collection);
        const auto split = corpus::split(collection, recipe.split);
        for (const RepresentationSpec& candidate : {recipe.representation, spec}) {  // the latter of fine-tuned models
          if (corpus::dataset_path(collection, split, candidate, cache_).stem() != trained_on) continue;
          subject.dataset = subject.training = encoded(collection, split, candidate);
          subject.knows_split = true;
          return;
        }
        // The name of a dataset has the labels and the version of its encoder in it, which change when names of
        // composers are read otherwise. What was learned from is known again by its amount.
        const auto amount = training::trained_amount(file);
        if (amount && amount->symbols >= kTellingSymbols && split.train.size() >= amount->pieces &&
            split.train.size() - amount->pieces <= amount->pieces / 100) {
          auto found = encoded(collection, split, spec);
          if (has_amount(*found, *amount)) {
            subject.dataset = subject.training = std::move(found);
            subject.knows_split = true;
            return;
          }
        }
      } catch (const Interrupted&) {
        throw;
      } catch (const Error&) {
        // A folder without what the recipe asks for (a manifest) is not the one of the training.
      }
    }
    const auto& collection = scan(every);
    corpus::Split all;
    for (std::size_t i = 0; i < collection.pieces.size(); ++i) all.test.push_back(i);
    subject.dataset = encoded(collection, all, spec);
    subject.training = cached(trained_on, spec);
  }

  const EvaluateOptions& options_;
  fs::path cache_;
  const ProgressSink& progress_;
  std::stop_token stop_;
  std::map<std::string, std::unique_ptr<corpus::Collection>> collections_;
  std::map<fs::path, std::shared_ptr<const Dataset>> datasets_;
};

std::string hash_of(const EncodedPiece& piece) {
  std::vector<std::uint16_t> symbols(piece.symbols.size());
  piece.symbols.copy(std::span<std::uint16_t>(symbols));
  return content_hash({reinterpret_cast<const std::uint8_t*>(symbols.data()), symbols.size() * sizeof(std::uint16_t)});
}

/// Whether a piece of the subject's dataset is one of the part that was asked for.
bool wanted(const ModelUnderTest& subject, const EncodedPiece& piece, EvaluatedPart part, bool dataset_file) {
  if (part == EvaluatedPart::kAll || (!subject.knows_split && !dataset_file)) return true;
  if (part == EvaluatedPart::kTest) return piece.part == Part::kTest;
  if (part == EvaluatedPart::kValidation) return piece.part == Part::kValidation;
  if (part == EvaluatedPart::kTrain) return piece.part == Part::kTrain;
  const bool has_test = !subject.dataset->indices(Part::kTest).empty();
  return piece.part == (has_test ? Part::kTest : Part::kValidation);
}

/// Hashes of the pieces that the subject, or a model before it, was trained on, as far as they are available.
std::unordered_set<std::string> known_pieces(const ModelUnderTest& subject) {
  std::unordered_set<std::string> known;
  const auto add = [&](const Dataset& dataset) {
    for (const EncodedPiece& piece : dataset.pieces())
      if (piece.part == Part::kTrain) known.insert(hash_of(piece));
  };
  if (subject.training) add(*subject.training);
  for (const auto& dataset : subject.before) add(*dataset);
  return known;
}

/// What is measured, in the order of the names, with the pieces' places in each dataset.
class PieceSelector {
 public:
  PieceSelector(const EvaluateOptions& options, Selection& selection) : options_(options), selection_(selection) {
    for (const ModelUnderTest& subject : selection.subjects) {
      known_.push_back(known_pieces(subject));
      auto& places = places_.emplace_back();
      for (std::size_t i = 0; i < subject.dataset->pieces().size(); ++i) places[subject.dataset->pieces()[i].name] = i;
    }
  }

  void operator()() {
    names();
    if (options_.part == EvaluatedPart::kHeldOut) leave_out_known();
    if (options_.pieces > 0 && options_.pieces < selection_.names.size()) {
      Random random(options_.seed);
      random.shuffle(std::span(selection_.names));
      selection_.names.resize(options_.pieces);
      std::sort(selection_.names.begin(), selection_.names.end());
    }
    for (const auto& places : places_) {
      auto& indices = selection_.indices.emplace_back();
      for (const std::string& name : selection_.names) indices.push_back(places.at(name));
    }
    find_trained_on();
  }

 private:
  bool knows(std::size_t subject, const std::string& name) const {
    return known_[subject].contains(hash_of(selection_.subjects[subject].dataset->pieces()[places_[subject].at(name)]));
  }

  void names() {
    std::map<std::string, std::size_t> counts;  // in how many subjects the piece is wanted
    const bool dataset_file = selection_.folder.empty();
    for (const ModelUnderTest& subject : selection_.subjects)
      for (const EncodedPiece& piece : subject.dataset->pieces())
        if (piece.symbols.size() >= 2 && wanted(subject, piece, options_.part, dataset_file)) ++counts[piece.name];
    for (const auto& [name, count] : counts)
      if (count == selection_.subjects.size()) selection_.names.push_back(name);
    if (!selection_.names.empty()) return;
    throw Error({.message = selection_.subjects.size() > 1 ? "no piece is held out of the training of all models"
                                                           : "holds no piece of the part that is to be measured",
                 .path = options_.data.string(),
                 .code = ErrorCode::kEmpty,
                 .remedy = Remedy::kMeasureAll,
                 .about = "train"});
  }

  void leave_out_known() {
    selection_.left_out = std::erase_if(selection_.names, [&](const std::string& name) {
      for (std::size_t s = 0; s < known_.size(); ++s)
        if (knows(s, name)) return true;
      return false;
    });
    if (!selection_.names.empty()) return;
    throw Error({.message = "every piece is one that a model, or one from which it was fine-tuned, was trained on",
                 .path = options_.data.string(),
                 .code = ErrorCode::kEmpty,
                 .remedy = Remedy::kMeasureAll});
  }

  void find_trained_on() {
    selection_.trained_on.assign(selection_.names.size(), false);
    for (std::size_t s = 0; s < selection_.subjects.size(); ++s) {
      const ModelUnderTest& subject = selection_.subjects[s];
      const std::string name = subject.path.string();
      if (!subject.training || !subject.knows_before) {
        selection_.warnings.push_back(fmt::format(
            "Whether {} was trained on any of these pieces cannot be known: {} are not available.", name,
            subject.training ? "the training data of a model from which it was fine-tuned" : "its training data"));
      }
      std::size_t count = 0;
      for (std::size_t i = 0; i < selection_.names.size(); ++i) {
        if (!knows(s, selection_.names[i])) continue;
        selection_.trained_on[i] = true;
        ++count;
      }
      if (count > 0)
        selection_.warnings.push_back(fmt::format("{}{} was trained on {} of these {} pieces.", name,
                                                  subject.before.empty() ? "" : " or a model before it", count,
                                                  selection_.names.size()));
    }
  }

  const EvaluateOptions& options_;
  Selection& selection_;
  std::vector<std::unordered_set<std::string>> known_;      ///< of each subject
  std::vector<std::map<std::string, std::size_t>> places_;  ///< of each subject, in its dataset by name
};

std::string in_words(const EvaluateOptions& options, const Selection& selection) {
  const bool known = selection.folder.empty() || std::any_of(selection.subjects.begin(), selection.subjects.end(),
                                                             [](const ModelUnderTest& s) { return s.knows_split; });
  if (options.part == EvaluatedPart::kAll || !known) return "every piece";
  if (options.part != EvaluatedPart::kHeldOut) return "the " + std::string(name_of(options.part)) + " part";
  const auto& first = *std::find_if(selection.subjects.begin(), selection.subjects.end(),
                                    [&](const ModelUnderTest& s) { return s.knows_split || selection.folder.empty(); });
  return first.dataset->indices(Part::kTest).empty() ? "the validation part" : "the test part";
}

}  // namespace

const EncodedPiece& Selection::piece(std::size_t subject, std::size_t name) const {
  return subjects[subject].dataset->pieces()[indices[subject][name]];
}

Selection select(const EvaluateOptions& options, const ProgressSink& progress, std::stop_token stop) {
  Selection selection;
  if (fs::is_directory(options.data)) selection.folder = options.data;
  DatasetCache datasets(options, progress, std::move(stop));
  for (const fs::path& path : options.models) selection.subjects.push_back(datasets.open(path));
  const bool known = selection.folder.empty() || std::any_of(selection.subjects.begin(), selection.subjects.end(),
                                                             [](const ModelUnderTest& s) { return s.knows_split; });
  if (!known && options.part != EvaluatedPart::kHeldOut && options.part != EvaluatedPart::kAll) {
    throw Error({.message = "is not the folder that a model was trained on, so there is no " +
                            std::string(name_of(options.part)) + " part",
                 .path = options.data.string(),
                 .code = ErrorCode::kInvalidArgument,
                 .remedy = Remedy::kLeaveOut,
                 .about = "part"});
  }
  PieceSelector choose(options, selection);
  choose();
  selection.part = in_words(options, selection);
  if (selection.left_out > 0) selection.part += fmt::format(" but {} of the training", selection.left_out);
  return selection;
}

evaluation::Quarters quarters_of(const fs::path& path) {
  const Score score = midi::read_file(path).score;
  return [clock = TempoMap(score), ppq = static_cast<double>(score.ppq)](Seconds seconds) {
    return static_cast<double>(clock.tick(seconds)) / ppq;
  };
}

}  // namespace continuo::workbench
