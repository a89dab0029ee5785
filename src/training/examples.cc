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
enum Stream : std::uint64_t { kSteps = 1, kVisits = 2, kOrders = 3 };

/// Draws for a row that suits its batch before the row above is used again.
constexpr int kDraws = 256;

}  // namespace

/// The random numbers of one step, reading or order.
class ExampleRandom : public Random {
 public:
  ExampleRandom(std::uint64_t seed, Stream stream, std::uint64_t index) : Random(Random(seed, stream).next(), index) {}
};

ExampleSource::ExampleSource(std::vector<ExamplePiece> pieces, const ExampleOptions& options, Vary vary)
    : pieces_(std::move(pieces)), options_(options), vary_(std::move(vary)) {
  std::erase_if(pieces_, [](const ExamplePiece& piece) { return piece.symbols.size() < 2; });
  if (pieces_.empty()) {
    throw Error(ErrorInfo{.message = "there is no piece to learn from",
                          .hint = "Give a folder with more pieces, or filters that let more of them pass."});
  }
  std::uint64_t chances = 0;
  for (const ExamplePiece& piece : pieces_) {
    const std::uint64_t targets = piece.symbols.size() - 1;
    epoch_symbols_ += targets;
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

Batch ExampleSource::next() {
  Batch batch = options_.order == ExampleOptions::Order::kContiguous ? next_contiguous()
                : options_.order == ExampleOptions::Order::kRandom   ? next_random()
                                                                     : next_window();
  ++step_;
  return batch;
}

Batch ExampleSource::empty_batch(int length, int first) const {
  Batch batch;
  batch.rows = options_.batch;
  batch.length = length;
  batch.first = first;
  const auto rows = static_cast<std::size_t>(batch.rows);
  batch.inputs.assign(rows * static_cast<std::size_t>(length), representation::kStart);
  batch.targets.assign(rows * static_cast<std::size_t>(length), kNotScored);
  batch.labels.assign(rows, 0);
  batch.fresh.assign(rows, 1);
  return batch;
}

/// All but the last of the symbols as inputs, their successors as targets from batch.first on; what is too long is cut.
void ExampleSource::put(Batch& batch, int row, std::span<const Symbol> symbols) const {
  const auto length = static_cast<std::size_t>(batch.length);
  const std::size_t begin = static_cast<std::size_t>(row) * length;
  const std::size_t count = std::min(symbols.size() - 1, length);
  for (std::size_t i = 0; i < count; ++i) {
    batch.inputs[begin + i] = symbols[i];
    if (i < static_cast<std::size_t>(batch.first)) continue;
    batch.targets[begin + i] = symbols[i + 1];
    ++batch.scored;
  }
}

void ExampleSource::vary(std::span<const Symbol> symbols, std::size_t at_least, ExampleRandom& random,
                         std::vector<Symbol>& out) const {
  constexpr int kTries = 4;
  if (vary_ && (options_.transpose > 0 || options_.tempo > 0)) {
    const double tempo = std::exp((2 * random.uniform() - 1) * std::log1p(options_.tempo));
    for (int i = 0; i < kTries; ++i) {
      const auto semitones = static_cast<int>(random.between(-options_.transpose, options_.transpose));
      if (vary_(symbols, {.semitones = semitones, .tempo_factor = tempo}, out) && out.size() >= at_least) return;
    }
  }
  out.assign(symbols.begin(), symbols.end());
}

void ExampleSource::take(Row& row, std::uint64_t visit) {
  const std::uint64_t epoch = visit / pieces_.size();
  if (epoch != order_epoch_) {
    order_.resize(pieces_.size());
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    ExampleRandom(options_.seed, kOrders, epoch).shuffle(std::span(order_));
    order_epoch_ = epoch;
  }
  const ExamplePiece& piece = pieces_[order_[visit % pieces_.size()]];
  ExampleRandom random(options_.seed, kVisits, visit);
  row.visit = visit;
  row.at = 0;
  row.label = random.uniform() < options_.label_dropout ? 0 : piece.label;
  vary(piece.symbols, 2, random, row.symbols);
}

Batch ExampleSource::next_contiguous() {
  // Lengths differ a little from step to step, so that the edges that gradients do not cross fall elsewhere each time.
  int length = options_.chunk;
  if (length >= 16) length -= static_cast<int>(ExampleRandom(options_.seed, kSteps, step_).below(3)) * (length / 8);
  Batch batch = empty_batch(length, 0);
  for (int r = 0; r < batch.rows; ++r) {
    Row& row = rows_[static_cast<std::size_t>(r)];
    if (row.at + 1 >= row.symbols.size()) take(row, visits_++);
    const std::size_t end = std::min<std::size_t>(row.at + static_cast<std::size_t>(length), row.symbols.size() - 1);
    batch.fresh[static_cast<std::size_t>(r)] = row.at == 0 ? 1 : 0;
    batch.labels[static_cast<std::size_t>(r)] = row.label;
    put(batch, r, std::span(row.symbols).subspan(row.at, end - row.at + 1));
    row.at = end;
  }
  return batch;
}

ExampleSource::Place ExampleSource::draw(ExampleRandom& random) const {
  const std::uint64_t chance = random.below(chances_.back());
  const auto found = std::upper_bound(chances_.begin(), chances_.end(), chance);
  const std::uint64_t before = found == chances_.begin() ? 0 : *(found - 1);
  return {&pieces_[static_cast<std::size_t>(found - chances_.begin())], static_cast<std::size_t>(chance - before)};
}

ExampleSource::Place ExampleSource::any_piece(ExampleRandom& random) const {
  return {&pieces_[static_cast<std::size_t>(random.below(pieces_.size()))], 0};
}

Batch ExampleSource::next_random() {
  const auto chunk = static_cast<std::size_t>(options_.chunk);
  const auto context = static_cast<std::size_t>(options_.context);
  ExampleRandom random(options_.seed, kSteps, step_);
  // A draw is over all places where a chunk overlaps the piece; those that stand out at its ends are moved inside.
  const auto chunk_start = [&](const Place& place) {
    const std::size_t inputs = place.piece->symbols.size() - 1;
    const std::size_t from = place.at < chunk ? 0 : place.at - (chunk - 1);
    return std::min(from, inputs - std::min(inputs, chunk));
  };
  Place place = draw(random);
  std::size_t from = chunk_start(place);
  const bool whole = from >= context;
  const std::size_t first = std::min(from, context);
  Batch batch = empty_batch(static_cast<int>(first + chunk), static_cast<int>(first));
  std::vector<Symbol> varied;
  for (int r = 0; r < batch.rows; ++r) {
    for (int i = 0; r > 0 && i < kDraws; ++i) {
      // Where the first row's place is fixed, every piece that has it is as likely.
      const Place other = whole ? draw(random) : any_piece(random);
      if (whole ? chunk_start(other) < context : other.piece->symbols.size() - 1 <= first) continue;
      place = other;
      from = whole ? chunk_start(other) : first;
      break;
    }
    const std::size_t end = std::min(place.piece->symbols.size(), from + chunk + 1);
    batch.labels[static_cast<std::size_t>(r)] = random.uniform() < options_.label_dropout ? 0 : place.piece->label;
    vary(place.piece->symbols.subspan(from - first, end - (from - first)), first + 2, random, varied);
    put(batch, r, varied);
  }
  return batch;
}

Batch ExampleSource::next_window() {
  const auto chunk = static_cast<std::size_t>(options_.chunk);
  ExampleRandom random(options_.seed, kSteps, step_);
  Place place = draw(random);  // the input whose successor is predicted
  const bool whole = place.at + 1 >= chunk;
  const std::size_t length = std::min(place.at + 1, chunk);
  Batch batch = empty_batch(static_cast<int>(length), static_cast<int>(length) - 1);
  std::vector<Symbol> varied;
  for (int r = 0; r < batch.rows; ++r) {
    for (int i = 0; r > 0 && i < kDraws; ++i) {
      const Place other = whole ? draw(random) : any_piece(random);
      if (whole ? other.at + 1 < chunk : other.piece->symbols.size() <= length) continue;
      place = {other.piece, whole ? other.at : length - 1};
      break;
    }
    batch.labels[static_cast<std::size_t>(r)] = random.uniform() < options_.label_dropout ? 0 : place.piece->label;
    vary(place.piece->symbols.subspan(place.at + 1 - length, length + 1), length + 1, random, varied);
    put(batch, r, std::span(varied).last(length + 1));
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
    if (at >= row.symbols.size()) in.setstate(std::ios::failbit);
  }
  if (!in) throw Error("the position in the training data does not fit this collection");
}

}  // namespace continuo::training
