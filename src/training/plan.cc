// Pieces, sizes and baselines of a run.
#include "training/plan.h"

#include <algorithm>
#include <deque>

#include "continuo/base/error.h"
#include "continuo/base/random.h"
#include "continuo/representation/frames.h"
#include "continuo/representation/sound.h"
#include "continuo/representation/symbol_meaning.h"
#include "training/records.h"

namespace continuo::training {
namespace {

std::vector<ExamplePiece> pieces_of(const corpus::Dataset& dataset, corpus::Part part, std::size_t width) {
  std::vector<ExamplePiece> pieces;
  for (const std::size_t i : dataset.indices(part)) {
    const corpus::EncodedPiece& piece = dataset.pieces()[i];
    pieces.push_back(
        {.symbols = piece.symbols, .label = piece.label, .context = 0, .frames = piece.frames, .width = width});
    if (pieces.back().size() < 2) pieces.pop_back();
  }
  return pieces;
}

/// Training pieces in a fixed random order until they hold `symbols`.
std::vector<ExamplePiece> sample(std::vector<ExamplePiece> pieces, std::uint64_t symbols, std::uint64_t seed) {
  Random random(seed, 0x5A3B);
  random.shuffle(std::span(pieces));
  std::uint64_t sum = 0;
  std::size_t count = 0;
  while (count < pieces.size() && sum < symbols) sum += pieces[count++].targets();
  pieces.resize(count);
  return pieces;
}

/// Steps before a held-out excerpt: all on which a prediction depends, or for networks that depend on everything enough
/// to warm up.
std::size_t excerpt_context(const weights::NetworkSpec& network) {
  constexpr std::size_t kWarmUp = 2048;
  return network.receptive_field() > 0 ? static_cast<std::size_t>(network.receptive_field()) - 1 : kWarmUp;
}

/// What a step of the data is, of which one number is 0.
struct StepShape {
  std::size_t symbols = 0;  ///< of the vocabulary
  std::size_t width = 0;    ///< values of a frame
};

/// Of the representation of a dataset; with `keys`, of frames of keys into which symbols are expanded.
StepShape shape_of(const representation::RepresentationSpec& spec, bool keys) {
  if (keys) return {.width = static_cast<std::size_t>(representation::FrameCode(spec).keys())};
  if (!representation::reads_sound(spec.name)) return {.symbols = representation::make(spec)->vocabulary().size()};
  const auto sound = representation::make_sound(spec);
  const auto size = static_cast<std::size_t>(sound->width());
  return sound->steps() == representation::Steps::kFrames ? StepShape{.width = size} : StepShape{.symbols = size};
}

/// Sizes and output from the data.
weights::NetworkSpec fill_in(const Recipe& recipe, const StepShape& shape, std::size_t labels) {
  weights::NetworkSpec spec = recipe.network;
  spec.vocabulary_size = static_cast<int>(shape.width + shape.symbols);
  if (shape.width > 0 && !spec.reads_frames()) spec.output = weights::kReal;
  if (shape.width == 0 && spec.reads_frames())
    throw Error(ErrorInfo{.message = "network.output is \"" + std::string(name_of(spec.output)) + "\", but " +
                                     recipe.representation.name + " makes symbols, not frames",
                          .hint = "Set network.output to \"categorical\".",
                          .code = ErrorCode::kInvalidArgument});
  spec.labels = recipe.condition_on_label ? static_cast<int>(labels) : 0;
  if (recipe.condition_on_label && labels < 2)
    throw Error(ErrorInfo{.message = "network.condition_on_label is true, but the pieces have no labels",
                          .hint = "Set collection.label_column to a column of the folder's MANIFEST.csv.",
                          .code = ErrorCode::kInvalidArgument});
  weights::validate(spec);
  return spec;
}

/// Sizes, and how pieces of `frames` are expanded: into frames of keys for a network with output "binary", else into
/// symbols beside what FrameInputs tells.
void resolve_frames(const representation::RepresentationSpec& spec, Plan& plan) {
  const representation::FrameCode code(spec);
  const bool keys = plan.network.output == weights::kBinary;
  const auto head = keys ? representation::FrameHead::kKeys : representation::FrameHead::kChain;
  plan.network.inputs = code.inputs(head);
  weights::validate(plan.network);
  if (!keys && !code.context()) return;
  if (keys) {
    for (auto* pieces : {&plan.train, &plan.held_out}) {
      for (ExamplePiece& piece : *pieces) piece.expanded_size = code.frames(piece.symbols.to_vector()).size();
      std::erase_if(*pieces, [](const ExamplePiece& piece) { return piece.expanded_size < 2; });
    }
  }
  plan.expand = [code, head](const ExamplePiece& piece, int semitones, std::vector<float>& frames) {
    representation::FrameInputs inputs(code, head, semitones);
    frames.clear();
    const auto add = [&](std::span<const float> values) { frames.insert(frames.end(), values.begin(), values.end()); };
    ExamplePiece result = piece;
    if (head == representation::FrameHead::kKeys) {
      for (const auto& frame : code.frames(piece.symbols.to_vector())) add(inputs.step(frame));
      result.symbols = {};
      result.target_width = static_cast<std::size_t>(code.keys());
    } else {
      frames.reserve(piece.symbols.size() * inputs.width());
      for (const representation::Symbol symbol : piece.symbols) add(inputs.step(symbol));
    }
    result.expanded_size = 0;
    result.frames = frames;
    result.width = inputs.width();
    return result;
  };
}

evaluation::Baselines baselines_of(const Plan& plan) {
  const auto width = static_cast<std::size_t>(plan.network.outputs());
  if (plan.network.output != weights::kCategorical) {
    // Where frames were expanded with more than their keys, the keys alone are what is predicted.
    std::deque<std::vector<float>> keys;
    const auto frames = [&](const std::vector<ExamplePiece>& pieces) {
      std::vector<std::span<const float>> list;
      for (const ExamplePiece& piece : pieces) {
        if (!plan.expand) {
          list.push_back(piece.frames.subspan(piece.context * piece.width));
          continue;
        }
        std::vector<float> expanded;
        const ExamplePiece whole = plan.expand(piece, 0, expanded);
        std::vector<float>& own = keys.emplace_back();
        for (std::size_t t = 0; t < whole.size(); ++t)
          own.insert(own.end(), expanded.begin() + static_cast<std::ptrdiff_t>(t * whole.width),
                     expanded.begin() + static_cast<std::ptrdiff_t>(t * whole.width + width));
        list.emplace_back(own);
      }
      return list;
    };
    const auto train = frames(plan.train);
    return evaluation::frame_baselines(train, frames(plan.held_out), width, plan.network.output == weights::kBinary);
  }
  const auto sequences = [](const std::vector<ExamplePiece>& pieces) {
    std::vector<evaluation::Sequence> list;
    for (const ExamplePiece& piece : pieces) list.push_back(piece.symbols.subview(piece.context));
    return list;
  };
  return evaluation::baselines(sequences(plan.train), sequences(plan.held_out), width);
}

}  // namespace

std::uint64_t targets(std::span<const ExamplePiece> pieces) {
  std::uint64_t sum = 0;
  for (const ExamplePiece& piece : pieces) sum += piece.targets();
  return sum;
}

/// Of the pieces to learn from, as they are decoded.
std::optional<InstrumentRanges> ranges_of(const representation::Representation& music,
                                          const std::vector<ExamplePiece>& pieces) {
  const auto meanings = music.vocabulary().meanings();
  const auto is_program = [](const auto& meaning) { return meaning.kind == representation::SymbolKind::kProgram; };
  if (std::ranges::none_of(meanings, is_program)) return std::nullopt;
  RangeSurvey survey;
  for (const ExamplePiece& piece : pieces) survey.add(music.decode(piece.symbols.to_vector()).score);
  return survey.ranges();
}

Plan make_plan(const corpus::Dataset& dataset, const Recipe& recipe) {
  Plan plan;
  if (!representation::reads_sound(dataset.spec().name)) plan.music = representation::make(dataset.spec());
  const bool keys = dataset.spec().name == "frames" && recipe.network.output == weights::kBinary;
  const StepShape shape = shape_of(dataset.spec(), keys);
  plan.network = fill_in(recipe, shape, dataset.spec().labels.size());
  const std::size_t width = keys ? 0 : shape.width;  // keys are expanded from symbols
  plan.train = pieces_of(dataset, corpus::Part::kTrain, width);
  plan.train_pieces = plan.train.size();
  if (plan.music != nullptr) plan.ranges = ranges_of(*plan.music, plan.train);
  plan.held_out_part = corpus::Part::kValidation;
  plan.held_out = pieces_of(dataset, corpus::Part::kValidation, width);
  if (plan.held_out.empty()) {
    plan.held_out_part = corpus::Part::kTest;
    plan.held_out = pieces_of(dataset, corpus::Part::kTest, width);
  }
  if (plan.held_out.empty() && recipe.split.train >= 1) {  // memorising is what was asked for
    plan.held_out_part = corpus::Part::kTrain;
    plan.held_out = plan.train;
  }
  if (plan.held_out.empty())
    throw Error(ErrorInfo{.message = "no piece is held out, so nothing would tell learning from memorising",
                          .hint = "Give more pieces, or a smaller split.train; split.train = 1 memorises them.",
                          .code = ErrorCode::kEmpty});
  if (dataset.spec().name == "frames") resolve_frames(dataset.spec(), plan);
  plan.held_out_pieces = plan.held_out.size();
  const OptimisationOptions& t = recipe.training;
  if (t.evaluate_symbols > 0 && plan.expand)
    throw Error(
        ErrorCode::kInvalidArgument,
        "training.evaluate_symbols must be 0 for networks that read input features of the past of whole pieces");
  if (t.evaluate_symbols > 0 && targets(plan.held_out) > static_cast<std::uint64_t>(t.evaluate_symbols)) {
    const auto symbols = static_cast<std::uint64_t>(t.evaluate_symbols);
    const std::size_t context = excerpt_context(plan.network);
    plan.held_out = choose_excerpts(plan.held_out, symbols, context, t.seed);
    plan.train_sample = choose_excerpts(plan.train, symbols, context, t.seed + 1);
  } else {
    plan.train_sample = sample(plan.train, targets(plan.held_out), t.seed);
  }
  plan.baselines = baselines_of(plan);
  return plan;
}

ExampleOptions example_options(const Recipe& recipe, const weights::NetworkSpec& network) {
  const OptimisationOptions& t = recipe.training;
  using Order = ExampleOptions::Order;
  return {.order = t.objective == Objective::kManyToOne ? Order::kManyToOne
                   : t.order == ReadingOrder::kRandom   ? Order::kRandom
                                                        : Order::kContiguous,
          .chunk = t.chunk,
          .batch = t.batch,
          .context = std::max(0, network.receptive_field() - 1),
          .transpose = t.transpose,
          .tempo = t.tempo,
          .label_dropout = recipe.condition_on_label ? t.label_dropout : 0,
          .epoch_symbols = static_cast<std::uint64_t>(t.epoch_symbols),
          .seed = t.seed};
}

ExampleOptions own_examples(const Recipe& recipe, const weights::NetworkSpec& network, const Ranks& ranks) {
  ExampleOptions options = example_options(recipe, network);
  if (!ranks.alone()) options.own = share_of(options.batch, ranks.rank(), ranks.size());
  return options;
}

std::string describe(const ExampleOptions& o) {
  return "order " + std::string(name_of(o.order)) + ", chunk " + std::to_string(o.chunk) + ", batch " +
         std::to_string(o.batch) + ", transpose " + std::to_string(o.transpose) + ", tempo " + std::to_string(o.tempo) +
         ", label_dropout " + std::to_string(o.label_dropout) + (o.epoch_symbols > 0 ? ", excerpts" : "") + ", seed " +
         std::to_string(o.seed);
}

std::string order_named(const std::string& described) {
  constexpr std::string_view kStart = "order ";
  const std::size_t digit = kStart.size();
  if (!described.starts_with(kStart) || described.size() <= digit || described[digit] < '0' || described[digit] > '2')
    return described;
  const auto order = static_cast<ExampleOptions::Order>(described[digit] - '0');
  return std::string(kStart) + std::string(name_of(order)) + described.substr(digit + 1);
}

Augment augment_of(const Plan& plan) {
  if (plan.music == nullptr) return {};
  return [music = plan.music](auto symbols, const auto& how, auto& out) { return music->augment(symbols, how, out); };
}

void check_shares(Ranks& ranks, const Plan& plan, const Recipe& recipe, const corpus::Dataset& dataset) {
  if (ranks.alone()) return;
  if (plan.network.is_counted())
    throw Error(ErrorInfo{.message = "a " + plan.network.name() + " model is counted, by one process",
                          .hint = "Start one alone: counting takes seconds.",
                          .code = ErrorCode::kInvalidArgument});
  if (recipe.training.batch < ranks.size())
    throw Error(ErrorInfo{.message = "training.batch is " + std::to_string(recipe.training.batch) + ", so " +
                                     std::to_string(ranks.size()) + " processes have nothing to share",
                          .hint = "It counts the examples of all processes together: set it higher, or start fewer.",
                          .code = ErrorCode::kInvalidArgument});
  const std::string own = dataset.path().filename().string();
  const std::string first = ranks.from_first(own);
  double others = own != first ? 1 : 0;
  ranks.sum(std::span(&others, 1));
  if (others > 0)
    throw Error(ErrorInfo{.message = own != first ? "this process has other pieces than the first one"
                                                  : "another process has other pieces than this one",
                          .path = dataset.path().string(),
                          .hint = "All need the same folder of music, to the byte.",
                          .code = ErrorCode::kMismatch});
}

TrainResult result_of(const Plan& plan) {
  TrainResult result;
  result.output = plan.network.output;
  result.outputs = plan.network.outputs();
  result.receptive_field = plan.network.receptive_field();
  result.train_symbols = targets(plan.train);
  result.held_out_symbols = targets(plan.held_out);
  result.train_pieces = plan.train_pieces;
  result.held_out_pieces = plan.held_out_pieces;
  result.held_out = plan.held_out_part;
  result.baselines = plan.baselines;
  return result;
}

weights::ModelContents model_contents(const Plan& plan, const Recipe& recipe, const corpus::Dataset& dataset,
                                      const TrainResult& result, const CurvePoint& point,
                                      const weights::Metadata& inherited,
                                      std::map<std::string, std::vector<float>> tensors) {
  weights::Metadata metadata = inherited;
  metadata[weights::kRepresentationKey] = representation::to_json(dataset.spec());
  metadata[weights::kRecipeKey] = to_toml(recipe);
  metadata[weights::kTrainingKey] = training_metadata(result, point, dataset);
  if (plan.ranges) {
    std::string& text = metadata[weights::kRangesKey];
    InstrumentRanges ranges = ranges_from_text(text);
    widen(ranges, *plan.ranges);
    text = to_text(ranges);
  }
  return {.network = plan.network, .metadata = std::move(metadata), .tensors = std::move(tensors)};
}

}  // namespace continuo::training
