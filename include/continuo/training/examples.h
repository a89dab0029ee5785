// Examples: the batches that a network learns from, drawn from encoded pieces, reproducibly.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "continuo/representation/representation.h"

namespace continuo::training {

/// The target of a position that is not scored: padding, or context that only warms the network.
inline constexpr std::int64_t kNotScored = -100;

/// A batch as plain arrays, row-major.
struct Batch {
  int rows = 0;
  int length = 0;
  int first = 0;                      ///< positions before it are context in every row
  std::vector<std::int64_t> inputs;   ///< [rows, length]; Start where padded, always at a row's end
  std::vector<std::int64_t> targets;  ///< [rows, length]; the symbol after each input, or kNotScored
  std::vector<std::int64_t> labels;   ///< [rows]
  std::vector<std::uint8_t> fresh;    ///< [rows]; 1: the row's sequence begins here, no state is carried into it
  std::uint64_t scored = 0;           ///< targets that are not kNotScored
};

struct ExampleOptions {
  enum class Order : std::uint8_t {
    kContiguous,  ///< rows read on where they were: state is carried from batch to batch, except into fresh rows
    kRandom,      ///< chunks from random places, with up to `context` symbols before each that are not scored
    kManyToOne,   ///< windows of `chunk` symbols of which the last position is scored
  };
  Order order = Order::kContiguous;
  int chunk = 512;
  int batch = 16;
  int context = 0;           ///< receptive field - 1, for kRandom
  int transpose = 0;         ///< semitones either way
  double tempo = 0;          ///< factor between 1 / (1 + tempo) and 1 + tempo
  double label_dropout = 0;  ///< share of examples whose label is replaced by 0, 'unknown'
  std::uint64_t seed = 1;
};

/// A piece to draw from; the symbols must outlive the source.
struct ExamplePiece {
  std::span<const representation::Symbol> symbols;
  int label = 0;
};

/// Representation::augment.
using Vary = std::function<bool(std::span<const representation::Symbol>, const representation::Augmentation&,
                                std::vector<representation::Symbol>&)>;

/// Batch n depends only on (pieces, options, n), so that a run which was interrupted goes on with the same batches.
/// Variation is drawn for each example (kContiguous: for each reading of a piece); where a piece cannot be varied as
/// drawn, another transposition is tried a few times and then it is left as it is.
/// The rows of a batch have equally much context: chunks and windows too near the beginning of their piece for the
/// whole of it come in batches of their own, as often as is their due.
class ExampleSource {
 public:
  /// Throws Error when no piece has two symbols.
  ExampleSource(std::vector<ExamplePiece> pieces, const ExampleOptions& options, Vary vary = {});

  Batch next();

  /// Predicted symbols in the pieces: what one epoch sees.
  std::uint64_t epoch_symbols() const noexcept { return epoch_symbols_; }

  /// Where the source is, as short text; restore() of that text on an equal source goes on from there. Throws Error.
  std::string position() const;
  void restore(const std::string& position);

 private:
  struct Row {
    std::uint64_t visit = 0;  ///< running number of the piece's reading
    std::uint64_t at = 0;     ///< next input
    int label = 0;
    std::vector<representation::Symbol> symbols;
  };

  void take(Row& row, std::uint64_t visit);
  void vary(std::span<const representation::Symbol> symbols, std::size_t at_least, class ExampleRandom& random,
            std::vector<representation::Symbol>& out) const;
  void put(Batch& batch, int row, std::span<const representation::Symbol> symbols) const;
  struct Place {
    const ExamplePiece* piece;
    std::size_t at;  ///< an input of it
  };
  Place draw(class ExampleRandom& random) const;       ///< by chances_
  Place any_piece(class ExampleRandom& random) const;  ///< every piece alike, at its beginning
  Batch empty_batch(int length, int first) const;
  Batch next_contiguous();
  Batch next_random();
  Batch next_window();

  std::vector<ExamplePiece> pieces_;
  ExampleOptions options_;
  Vary vary_;
  std::uint64_t epoch_symbols_ = 0;
  std::vector<std::uint64_t> chances_;  ///< running sums by which kRandom and kManyToOne choose a piece
  std::uint64_t step_ = 0;
  std::uint64_t visits_ = 0;
  std::vector<Row> rows_;
  std::uint64_t order_epoch_ = ~std::uint64_t{0};
  std::vector<std::size_t> order_;  ///< of the pieces in order_epoch_
};

}  // namespace continuo::training
