// What files compiled for one instruction set share with the rest: plain data and pointers to functions. No function
// here may be inlined into such a file, or the linker could keep its copy for machines that cannot run it.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace continuo::weights {
enum class Precision : int;
}

namespace continuo::engine {

enum class InstructionSet : int;
struct Affine;

inline constexpr size_t kLanes = 16;         ///< outputs are padded to a multiple of this
inline constexpr size_t kPanelRows = 64;     ///< rows that are packed side by side
inline constexpr size_t kBytesAt = 16;       ///< floats before the bytes of a rounded vector, which are thus aligned
inline constexpr size_t kMaxColumns = 4096;  ///< of a matrix in int8: sums of whole numbers stay far within 32 bits

/// How a product begins.
enum class Start : int {
  kBias,      ///< y = b + W x
  kAdd,       ///< y = (y + b) + W x
  kContinue,  ///< y = y + W x: the sum goes on where another product left it
};

/// For all: vectors of floats are padded to kLanes, and read and written up to there.
struct Kernels {
  InstructionSet set;
  /// `streams` vectors at once; the weights are read once for several. x is prepared, see prepare().
  void (*product)(const Affine& affine, Start start, size_t streams, const float* x, size_t x_stride, float* y,
                  size_t y_stride) noexcept;
  /// The same for a few products between others of one vector, where setting up what is fastest for many takes longer
  /// than it saves.
  void (*product_single)(const Affine& affine, Start start, size_t streams, const float* x, size_t x_stride, float* y,
                         size_t y_stride) noexcept;
  /// prepared = {scale, and from kBytesAt on whole numbers of one byte}: x ~ scale * whole, scale = max |x| / 127, ties
  /// to even.
  void (*quantise)(size_t size, const float* x, float* prepared) noexcept;
  /// z = tanh(pre[0, size)) * sigmoid(pre[size, 2 size)): equation 2 of arXiv 1609.03499. Exactly `size` are written.
  void (*gate)(size_t size, const float* pre, float* z) noexcept;
  /// One step of an LSTM layer after its products: pre [4 size] holds the input, forget, cell and output gates before
  /// their activations; cell and hidden [size] are replaced.
  void (*lstm_cell)(size_t size, const float* pre, float* cell, float* hidden) noexcept;
  /// The same of a GRU layer (Cho et al. 2014, in torch's form): both [3 size] hold the reset, update and new gates.
  void (*gru_cell)(size_t size, const float* from_input, const float* from_hidden, float* hidden) noexcept;
  /// Ends a thread's step: what products had set up for each other is given back.
  void (*finish)() noexcept;
};

/// y = W x + b, with W packed in the order in which it is read: for each panel of kPanelRows rows all columns, and of
/// each group of columns those rows, a lane of four bytes each: one float, two bfloat16 or four whole numbers. The last
/// panel has as many rows as remain, padded to kLanes with zeros. The memory belongs to a model's arena.
struct Affine {
  const Kernels* kernels = nullptr;
  weights::Precision precision{};
  const float* panels = nullptr;
  const float* bias = nullptr;
  const float* scales = nullptr;     ///< int8: of each row
  const int32_t* offsets = nullptr;  ///< int8: -128 times each row's sum, for products with bytes that are 128 greater
  size_t rows = 0;
  size_t columns = 0;

  size_t group_columns() const noexcept;  ///< columns of one lane: 1, 2 or 4
  size_t groups() const noexcept;
  size_t offset(size_t row, size_t column) const noexcept;  ///< in bytes from `panels`
  float weight(size_t row, size_t column) const noexcept;   ///< as fp32
};

}  // namespace continuo::engine
