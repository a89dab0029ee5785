// Examples: the batches that a network learns from, drawn from encoded pieces, reproducibly.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "continuo/base/named.h"
#include "continuo/representation/representation.h"
#include "continuo/representation/symbol_view.h"

namespace continuo::training {

/// The target of a position that is not scored: padding, or context that only warms the network.
inline constexpr std::int64_t kNotScored = -100;

/// A batch as plain arrays, row-major. Symbols or, where width is above 0, frames go in; symbols or, where target_width
/// is above 0, frames are predicted.
struct Batch {
  int rows = 0;
  int rows_before = 0;  ///< of the same batch, which other processes have
  int rows_after = 0;   ///< as well
  int length = 0;
  int first = 0;                      ///< positions before it are context in every row
  int width = 0;                      ///< values of a frame that goes in
  int target_width = 0;               ///< values of a frame that is predicted
  std::vector<std::int64_t> inputs;   ///< [rows, length]; Start where padded, always at a row's end; empty for frames
  std::vector<std::int64_t> targets;  ///< [rows, length]; the symbol after each input (0 for frames), or kNotScored
  std::vector<float> input_frames;    ///< [rows, length, width]; zeros where padded
  std::vector<float> target_frames;   ///< [rows, length, target_width]; of the frame after each
  std::vector<std::int64_t> labels;   ///< [rows]
  std::vector<std::uint8_t> resets_state;  ///< [rows]; 1: the row's sequence begins here, no state is carried into it
  std::uint64_t scored = 0;                ///< targets that are not kNotScored
  std::uint64_t scored_by_others = 0;      ///< in the rows that other processes have
  int all_rows() const noexcept { return rows_before + rows + rows_after; }
};

/// Items [from, from + count) of many.
struct Share {
  int from = 0;
  int count = 0;
};
/// Part `part` of `total` items in `parts` parts, which differ by one item at most.
inline Share share_of(int total, int part, int parts) noexcept {
  const auto edge = [&](std::int64_t n) { return static_cast<int>(n * total / parts); };
  return {edge(part), edge(part + 1) - edge(part)};
}

struct ExampleOptions {
  enum class Order : std::uint8_t {
    kContiguous,  ///< rows read on where they were: state is carried from batch to batch, except into rows that reset
                  ///< it
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
  /// Above 0: one epoch is so many predicted steps, drawn at random; kContiguous then reads excerpts of
  /// kExcerptChunks chunks from random places instead of whole pieces, each with half a chunk first that only warms the
  /// network. For pieces of hours.
  std::uint64_t epoch_symbols = 0;
  std::uint64_t seed = 1;
  /// Not empty: these rows of every batch alone are read, by one process among several.
  Share own;
};

}  // namespace continuo::training

namespace continuo {

template <>
inline constexpr auto kNamesOf<training::ExampleOptions::Order> =
    std::to_array<std::string_view>({"contiguous", "random", "many-to-one"});

}  // namespace continuo

namespace continuo::training {

inline constexpr std::size_t kExcerptChunks = 32;

/// A piece, or an excerpt of one, to draw from: symbols or frames, which must outlive the source. Nothing is copied.
/// Where there are both, the frames go in and the symbols, one a frame, are predicted.
struct ExamplePiece {
  representation::SymbolView symbols;
  int label = 0;
  std::size_t context = 0;        ///< steps at the beginning whose successors are not scored
  std::span<const float> frames;  ///< row-major [steps, width]
  std::size_t width = 0;
  std::size_t target_width = 0;   ///< values at the beginning of a frame that are predicted; 0: all
  std::size_t expanded_size = 0;  ///< above 0: the steps that Expand will make of the symbols

  std::size_t size() const noexcept {  ///< steps
    return expanded_size > 0 ? expanded_size : width > 0 ? frames.size() / width : symbols.size();
  }
  /// Values of a predicted frame, 0 where symbols are predicted.
  std::size_t predicted_values() const noexcept {
    return !symbols.empty() ? 0 : target_width > 0 ? target_width : width;
  }
  /// Steps that are predicted and scored: each but the first, and those of the context.
  std::size_t targets() const noexcept { return size() > context + 1 ? size() - 1 - context : 0; }
  /// `count` steps from `offset` on, both within the piece, which is not folded; no context.
  ExamplePiece excerpt(std::size_t offset, std::size_t count) const noexcept {
    ExamplePiece part = *this;
    part.context = 0;
    if (width > 0) part.frames = frames.subspan(offset * width, count * width);
    if (!symbols.empty()) part.symbols = symbols.subview(offset, count);
    return part;
  }
};

/// `length` steps from `at` on of every piece, each a row, without what lies beyond their ends; a piece's context is
/// not scored.
Batch chunk_of(std::span<const ExamplePiece> pieces, std::size_t at, std::size_t length);

/// A fixed choice of excerpts from `pieces`, in all `symbols` scored steps or a little more, each preceded by `context`
/// steps or as many as there are. Every step is as likely. All of `pieces` when they hold no more.
std::vector<ExamplePiece> choose_excerpts(const std::vector<ExamplePiece>& pieces, std::uint64_t symbols,
                                          std::size_t context, std::uint64_t seed);

/// Representation::augment.
using Augment = std::function<bool(std::span<const representation::Symbol>, const representation::Augmentation&,
                                   std::vector<representation::Symbol>&)>;

/// Makes of a piece's symbols, transposed by `semitones`, what a network reads. What the result refers to lies in
/// `frames`, or is the symbols of `piece`.
using Expand = std::function<ExamplePiece(const ExamplePiece& piece, int semitones, std::vector<float>& frames)>;

/// Batch n depends only on (pieces, options, n), so that a run which was interrupted goes on with the same batches.
/// Processes that share the batches draw the same examples, and each reads its own rows of them.
/// Variation is drawn for each example (kContiguous: for each reading of a piece); where a piece cannot be augmented as
/// drawn, another transposition is tried a few times and then it is left as it is.
/// The rows of a batch have equally much context: chunks and windows too near the beginning of their piece for the
/// whole of it come in batches of their own, as often as is their due.
class ExampleSource {
 public:
  /// Throws Error when no piece has two steps. `augment` is for symbols, `expand` for whole pieces of them in
  /// kContiguous order.
  ExampleSource(std::vector<ExamplePiece> pieces, const ExampleOptions& options, Augment augment = {},
                Expand expand = {});

  Batch next();

  /// Predicted steps of one epoch: those in the pieces, or what the options say.
  std::uint64_t epoch_symbols() const noexcept {
    return options_.epoch_symbols > 0 ? options_.epoch_symbols : targets_;
  }
  /// Predicted steps in the pieces.
  std::uint64_t targets() const noexcept { return targets_; }

  /// Where the source is, as short text; restore() of that text on an equal source goes on from there. Throws Error.
  std::string position() const;
  void restore(const std::string& position);

 private:
  struct Row {
    std::uint64_t visit = 0;  ///< running number of the piece's reading
    std::uint64_t at = 0;     ///< next input
    std::size_t warm = 0;     ///< inputs that only warm the network
    int label = 0;
    ExamplePiece piece;                             ///< what is read
    std::vector<representation::Symbol> augmented;  ///< holds its symbols, where they are augmented
    std::vector<float> expanded;                    ///< and its frames, where they were expanded
  };

  void take(Row& row, std::uint64_t visit);
  /// The piece itself, or one whose symbols are in `out`.
  ExamplePiece augment(const ExamplePiece& piece, std::size_t at_least, class ExampleRandom& random,
                       std::vector<representation::Symbol>& out, int* transposed = nullptr) const;
  struct Position {
    const ExamplePiece* piece;
    std::size_t at;  ///< an input of it
  };
  Position draw(class ExampleRandom& random) const;       ///< by chances_
  Position any_piece(class ExampleRandom& random) const;  ///< every piece alike, at its beginning
  Batch empty(int length, int first) const;
  Batch next_contiguous();
  Batch next_random();
  Batch next_window();

  std::vector<ExamplePiece> pieces_;
  ExampleOptions options_;
  Augment augment_;
  Expand expand_;
  std::uint64_t targets_ = 0;
  std::vector<std::uint64_t> chances_;  ///< running sums by which kRandom and kManyToOne choose a piece
  std::uint64_t step_ = 0;
  std::uint64_t visits_ = 0;
  std::vector<Row> rows_;
  std::uint64_t order_epoch_ = ~std::uint64_t{0};
  std::vector<std::size_t> order_;  ///< of the pieces in order_epoch_
};

}  // namespace continuo::training
