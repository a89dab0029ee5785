// Drawing training examples: contiguous chunks with carried state, random chunks with context, many-to-one windows.
#include "continuo/training/examples.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <sstream>

#include "continuo/base/error.h"
#include "continuo/base/random.h"

namespace continuo::training {

using representation::Symbol;

namespace {

/// Streams of the seed: every purpose draws from numbers of its own.
enum Stream : std::uint64_t { kSteps = 1, kVisits = 2, kOrders = 3, kExcerpts = 4 };

/// Draws for a row that suits its batch before the row above is used again.
constexpr int kDraws = 256;

Batch empty_batch(int height, int length, int first, const ExamplePiece& like, const Share& own = {}) {
  Batch batch;
  batch.rows = own.count > 0 ? own.count : height;
  batch.rows_before = own.from;
  batch.rows_after = height - batch.rows - own.from;
  batch.length = length;
  batch.first = first;
  batch.width = static_cast<int>(like.width);
  batch.target_width = static_cast<int>(like.predicted_values());
  const auto rows = static_cast<std::size_t>(batch.rows);
  const std::size_t steps = rows * static_cast<std::size_t>(length);
  if (batch.width > 0) {
    batch.input_frames.assign(steps * like.width, 0.0F);
    batch.target_frames.assign(steps * like.predicted_values(), 0.0F);
  } else {
    batch.inputs.assign(steps, representation::kStart);
  }
  batch.targets.assign(steps, kNotScored);
  batch.labels.assign(rows, 0);
  batch.resets_state.assign(rows, 1);
  return batch;
}

/// All but the last of the steps as inputs, their successors as targets from batch.first on and after `warm`; what is
/// too long is cut. `row` counts from the first that any process has; of another's, what is scored is counted.
void put(Batch& batch, int row, int label, const ExamplePiece& piece, std::size_t warm = 0, bool resets_state = true) {
  const auto length = static_cast<std::size_t>(batch.length);
  const std::size_t count = std::min(piece.size() - 1, length);
  const std::size_t from = std::max(static_cast<std::size_t>(batch.first), warm);
  row -= batch.rows_before;
  if (row < 0 || row >= batch.rows) {
    batch.scored_by_others += count - std::min(from, count);
    return;
  }
  batch.labels[static_cast<std::size_t>(row)] = label;
  batch.resets_state[static_cast<std::size_t>(row)] = resets_state ? 1 : 0;
  const std::size_t begin = static_cast<std::size_t>(row) * length;
  if (batch.width > 0) {
    const auto to = static_cast<std::ptrdiff_t>(begin * piece.width);
    std::copy_n(piece.frames.begin(), count * piece.width, batch.input_frames.begin() + to);
  }
  const auto values = static_cast<std::size_t>(batch.target_width);
  for (std::size_t i = 0; values > 0 && i < count; ++i)
    std::copy_n(piece.frames.begin() + static_cast<std::ptrdiff_t>((i + 1) * piece.width), values,
                batch.target_frames.begin() + static_cast<std::ptrdiff_t>((begin + i) * values));
  for (std::size_t i = 0; i < count; ++i) {
    if (batch.width == 0) batch.inputs[begin + i] = piece.symbols[i];
    if (i < from) continue;
    batch.targets[begin + i] = values > 0 ? 0 : piece.symbols[i + 1];
    ++batch.scored;
  }
}

}  // namespace

/// The random numbers of one step, reading or order.
class ExampleRandom : public Random {
 public:
  ExampleRandom(std::uint64_t seed, Stream stream, std::uint64_t index) : Random(Random(seed, stream).next(), index) {}
};

ExampleSource::ExampleSource(std::vector<ExamplePiece> pieces, const ExampleOptions& options, Augment augment,
                             Expand expand)
    : pieces_(std::move(pieces)), options_(options), augment_(std::move(augment)), expand_(std::move(expand)) {
  if (expand_ && (options.order != ExampleOptions::Order::kContiguous || options.epoch_symbols > 0))
    throw Error(ErrorInfo{.message = "networks that read input features of the past learn from whole pieces only",
                          .hint = "Set training.objective to \"every-position\", training.order to \"contiguous\" and "
                                  "training.epoch_symbols to 0.",
                          .code = ErrorCode::kInvalidArgument});
  std::erase_if(pieces_, [](const ExamplePiece& piece) { return piece.size() < 2; });
  if (pieces_.empty()) {
    throw Error(ErrorInfo{.message = "there is no piece to learn from",
                          .hint = "Give a folder with more pieces, or filters that let more of them pass.",
                          .code = ErrorCode::kEmpty});
  }
  std::uint64_t chances = 0;
  for (const ExamplePiece& piece : pieces_) {
    const std::uint64_t targets = piece.size() - 1;
    targets_ += targets;
    // kRandom: every place where a chunk can overlap the piece.
    chances += options_.order == ExampleOptions::Order::kRandom
                   ? targets + static_cast<std::uint64_t>(options_.chunk) - 1
                   : targets;
    chances_.push_back(chances);
  }
  if (options_.order == ExampleOptions::Order::kContiguous) {
    rows_.resize(static_cast<std::size_t>(options_.batch));
    for (Row& row : rows_) take(row, visits_++);
  }
}

Batch chunk_of(std::span<const ExamplePiece> pieces, std::size_t at, std::size_t length) {
  Batch batch = empty_batch(static_cast<int>(pieces.size()), static_cast<int>(length), 0, pieces[0]);
  for (std::size_t r = 0; r < pieces.size(); ++r) {
    const ExamplePiece& piece = pieces[r];
    put(batch, static_cast<int>(r), piece.label, piece.excerpt(at, std::min(length + 1, piece.size() - at)),
        piece.context > at ? piece.context - at : 0);
  }
  return batch;
}

std::vector<ExamplePiece> choose_excerpts(const std::vector<ExamplePiece>& pieces, std::uint64_t symbols,
                                          std::size_t context, std::uint64_t seed) {
  std::vector<std::uint64_t> sums;
  std::uint64_t sum = 0;
  for (const ExamplePiece& piece : pieces) sums.push_back(sum += piece.targets());
  if (sum <= symbols) return pieces;
  constexpr std::uint64_t kExcerpt = 4096;  // steps: long beside what a network needs to warm up
  const std::uint64_t length = std::clamp<std::uint64_t>(symbols / 32, 1, kExcerpt);
  ExampleRandom random(seed, kExcerpts, 0);
  std::vector<ExamplePiece> excerpts;
  for (std::uint64_t scored = 0; scored < symbols; scored += excerpts.back().targets()) {
    const std::uint64_t chance = random.below(sum);
    const auto found = std::upper_bound(sums.begin(), sums.end(), chance);
    const ExamplePiece& piece = pieces[static_cast<std::size_t>(found - sums.begin())];
    const std::uint64_t place = chance - (found == sums.begin() ? 0 : *(found - 1));
    const std::size_t from = std::min(place, piece.targets() - std::min<std::uint64_t>(length, piece.targets()));
    const std::size_t before = std::min(from, context);
    const std::size_t end = std::min(piece.size(), from + static_cast<std::size_t>(length) + 1);
    excerpts.push_back(piece.excerpt(from - before, end - (from - before)));
    excerpts.back().context = before;
  }
  return excerpts;
}

Batch ExampleSource::next() {
  Batch batch = options_.order == ExampleOptions::Order::kContiguous ? next_contiguous()
                : options_.order == ExampleOptions::Order::kRandom   ? next_random()
                                                                     : next_window();
  ++step_;
  return batch;
}

Batch ExampleSource::empty(int length, int first) const {
  return empty_batch(options_.batch, length, first, rows_.empty() ? pieces_[0] : rows_[0].piece, options_.own);
}

ExamplePiece ExampleSource::augment(const ExamplePiece& piece, std::size_t at_least, ExampleRandom& random,
                                    std::vector<Symbol>& out, int* transposed) const {
  constexpr int kTries = 4;
  if (!augment_ || piece.width > 0 || (options_.transpose == 0 && options_.tempo == 0)) return piece;
  const std::vector<Symbol> copied =
      piece.symbols.bytes_per_symbol() == 1 ? piece.symbols.to_vector() : std::vector<Symbol>();
  const std::span<const Symbol> symbols = copied.empty() ? piece.symbols.wide() : std::span<const Symbol>(copied);
  const double tempo = std::exp((2 * random.uniform() - 1) * std::log1p(options_.tempo));
  for (int i = 0; i < kTries; ++i) {
    const auto semitones = static_cast<int>(random.between(-options_.transpose, options_.transpose));
    if (augment_(symbols, {.semitones = semitones, .tempo_factor = tempo}, out) && out.size() >= at_least) {
      ExamplePiece augmented = piece;
      augmented.symbols = out;
      if (transposed != nullptr) *transposed = semitones;
      return augmented;
    }
  }
  return piece;
}

void ExampleSource::take(Row& row, std::uint64_t visit) {
  const std::uint64_t epoch = visit / pieces_.size();
  if (epoch != order_epoch_) {
    order_.resize(pieces_.size());
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    ExampleRandom(options_.seed, kOrders, epoch).shuffle(std::span(order_));
    order_epoch_ = epoch;
  }
  const ExamplePiece* piece = &pieces_[order_[visit % pieces_.size()]];
  ExampleRandom random(options_.seed, kVisits, visit);
  row.visit = visit;
  row.at = 0;
  row.warm = 0;
  std::size_t from = 0;
  std::size_t count = piece->size();
  if (options_.epoch_symbols > 0) {
    const Position place = draw(random);
    piece = place.piece;
    const std::size_t longest = kExcerptChunks * static_cast<std::size_t>(options_.chunk) + 1;
    count = std::min(piece->size(), longest);
    from = std::min(place.at, piece->size() - count);
    row.warm = from > 0 ? std::min(static_cast<std::size_t>(options_.chunk) / 2, count - 2) : 0;
  }
  row.label = random.uniform() < options_.label_dropout ? 0 : piece->label;
  int semitones = 0;
  row.piece = augment(expand_ ? *piece : piece->excerpt(from, count), 2, random, row.augmented, &semitones);
  if (expand_) row.piece = expand_(row.piece, semitones, row.expanded);
}

Batch ExampleSource::next_contiguous() {
  // Lengths differ a little from step to step, so that the edges that gradients do not cross fall elsewhere each time.
  int length = options_.chunk;
  if (length >= 16) length -= static_cast<int>(ExampleRandom(options_.seed, kSteps, step_).below(3)) * (length / 8);
  Batch batch = empty(length, 0);
  for (int r = 0; r < batch.all_rows(); ++r) {
    Row& row = rows_[static_cast<std::size_t>(r)];
    if (row.at + 1 >= row.piece.size()) take(row, visits_++);
    const std::size_t end = std::min<std::size_t>(row.at + static_cast<std::size_t>(length), row.piece.size() - 1);
    put(batch, r, row.label, row.piece.excerpt(row.at, end - row.at + 1), row.warm > row.at ? row.warm - row.at : 0,
        row.at == 0);
    row.at = end;
  }
  return batch;
}

ExampleSource::Position ExampleSource::draw(ExampleRandom& random) const {
  const std::uint64_t chance = random.below(chances_.back());
  const auto found = std::upper_bound(chances_.begin(), chances_.end(), chance);
  const std::uint64_t before = found == chances_.begin() ? 0 : *(found - 1);
  return {&pieces_[static_cast<std::size_t>(found - chances_.begin())], static_cast<std::size_t>(chance - before)};
}

ExampleSource::Position ExampleSource::any_piece(ExampleRandom& random) const {
  return {&pieces_[static_cast<std::size_t>(random.below(pieces_.size()))], 0};
}

Batch ExampleSource::next_random() {
  const auto chunk = static_cast<std::size_t>(options_.chunk);
  const auto context = static_cast<std::size_t>(options_.context);
  ExampleRandom random(options_.seed, kSteps, step_);
  // A draw is over all places where a chunk overlaps the piece; those that stand out at its ends are moved inside.
  const auto chunk_start = [&](const Position& place) {
    const std::size_t inputs = place.piece->size() - 1;
    const std::size_t from = place.at < chunk ? 0 : place.at - (chunk - 1);
    return std::min(from, inputs - std::min(inputs, chunk));
  };
  Position place = draw(random);
  std::size_t from = chunk_start(place);
  const bool whole = from >= context;
  const std::size_t first = std::min(from, context);
  Batch batch = empty(static_cast<int>(first + chunk), static_cast<int>(first));
  std::vector<Symbol> augmented;
  for (int r = 0; r < batch.all_rows(); ++r) {
    for (int i = 0; r > 0 && i < kDraws; ++i) {
      // Where the first row's place is fixed, every piece that has it is as likely.
      const Position other = whole ? draw(random) : any_piece(random);
      if (whole ? chunk_start(other) < context : other.piece->size() - 1 <= first) continue;
      place = other;
      from = whole ? chunk_start(other) : first;
      break;
    }
    const std::size_t end = std::min(place.piece->size(), from + chunk + 1);
    const int label = random.uniform() < options_.label_dropout ? 0 : place.piece->label;
    put(batch, r, label,
        augment(place.piece->excerpt(from - first, end - (from - first)), first + 2, random, augmented));
  }
  return batch;
}

Batch ExampleSource::next_window() {
  const auto chunk = static_cast<std::size_t>(options_.chunk);
  ExampleRandom random(options_.seed, kSteps, step_);
  Position place = draw(random);  // the input whose successor is predicted
  const bool whole = place.at + 1 >= chunk;
  const std::size_t length = std::min(place.at + 1, chunk);
  Batch batch = empty(static_cast<int>(length), static_cast<int>(length) - 1);
  std::vector<Symbol> augmented;
  for (int r = 0; r < batch.all_rows(); ++r) {
    for (int i = 0; r > 0 && i < kDraws; ++i) {
      const Position other = whole ? draw(random) : any_piece(random);
      if (whole ? other.at + 1 < chunk : other.piece->size() <= length) continue;
      place = {other.piece, whole ? other.at : length - 1};
      break;
    }
    const int label = random.uniform() < options_.label_dropout ? 0 : place.piece->label;
    const ExamplePiece window =
        augment(place.piece->excerpt(place.at + 1 - length, length + 1), length + 1, random, augmented);
    put(batch, r, label, window.excerpt(window.size() - (length + 1), length + 1));
  }
  return batch;
}

std::string ExampleSource::position() const {
  std::ostringstream out;
  out << step_ << ' ' << visits_;
  for (const Row& row : rows_) out << ' ' << row.visit << ' ' << row.at;
  return out.str();
}

void ExampleSource::restore(const std::string& position) {
  std::istringstream in(position);
  in >> step_ >> visits_;
  for (Row& row : rows_) {
    std::uint64_t visit = 0;
    std::uint64_t at = 0;
    in >> visit >> at;
    if (!in) break;
    take(row, visit);
    row.at = at;
    if (at >= row.piece.size()) in.setstate(std::ios::failbit);
  }
  if (!in) throw Error(ErrorCode::kMismatch, "the position in the training data does not fit this collection");
}

}  // namespace continuo::training
