// The kernels for AVX-512, and AMX's tiles where whole numbers meet several vectors at once.
#include <immintrin.h>

#include "engine/kernel_sets.h"

namespace continuo::engine {
namespace {

constexpr int kSet = 7;  // InstructionSet::kAmx

#include "engine/avx512.inc"
#include "engine/kernels.inc"

constexpr int kTileRows = 16;
constexpr size_t kTileBytes = 64;  // of a row
constexpr size_t kTileGroups = kTileBytes / 4;
constexpr size_t kFewestStreams = 4;  // with fewer, the tiles are not worth setting up

/// What LDTILECFG reads: tiles 0 to 3 are sums [streams, 16], tile 4 is bytes of vectors [streams, 64], tiles 5 to 7
/// are weights [16 groups, 16 rows of 4 columns], as they lie in a panel.
struct alignas(64) TileShapes {
  uint8_t palette = 1;
  uint8_t start = 0;
  uint8_t reserved[14] = {};
  uint16_t row_bytes[16] = {};
  uint8_t rows[16] = {};
};

/// Streams that this thread's tiles are shaped for, 0 outside a step: between steps they are others'.
thread_local int shaped_for = 0;

CONTINUO_APART void shape_tiles(int streams) {
  TileShapes shapes;
  for (int tile = 0; tile < 8; ++tile) {
    shapes.row_bytes[tile] = kTileBytes;
    shapes.rows[tile] = static_cast<uint8_t>(tile < 5 ? streams : kTileRows);
  }
  asm volatile("" : : "r"(&shapes) : "memory");  // GCC 12 believes that only the first eight bytes are read
  _tile_loadconfig(&shapes);
  shaped_for = streams;
}

/// Tiles 0 to kTiles - 1 become the dots of as many times 16 rows of the panel.
template <int kTiles>
CONTINUO_INLINE void sum_tiles(const Matrix& m, const float* panel, size_t width, const float* bytes, size_t x_stride) {
  const size_t between = width * sizeof(float), between_x = x_stride * sizeof(float);
  _tile_zero(0);
  if constexpr (kTiles > 1) _tile_zero(1);
  if constexpr (kTiles > 2) _tile_zero(2);
  if constexpr (kTiles > 3) _tile_zero(3);
  for (size_t group = 0; group < m.groups; group += kTileGroups, panel += kTileGroups * width) {
    _tile_loadd(4, bytes + group, between_x);
    _tile_loadd(5, panel, between);
    _tile_dpbusd(0, 4, 5);
    if constexpr (kTiles > 1) {
      _tile_loadd(6, panel + kWidth, between);
      _tile_dpbusd(1, 4, 6);
    }
    if constexpr (kTiles > 2) {
      _tile_loadd(7, panel + 2 * kWidth, between);
      _tile_dpbusd(2, 4, 7);
    }
    if constexpr (kTiles > 3) {
      _tile_loadd(5, panel + 3 * kWidth, between);
      _tile_dpbusd(3, 4, 5);
    }
  }
}

CONTINUO_INLINE void sum_tiles_of(const Matrix& m, size_t first, const float* bytes, size_t x_stride) {
  const size_t left = m.rows - first;
  const size_t width = left < kPanelRows ? left : kPanelRows;
  const float* const panel = m.panels + first * m.groups;
  switch (width / kLanes) {
    case 1:
      return sum_tiles<1>(m, panel, width, bytes, x_stride);
    case 2:
      return sum_tiles<2>(m, panel, width, bytes, x_stride);
    case 3:
      return sum_tiles<3>(m, panel, width, bytes, x_stride);
    default:
      return sum_tiles<4>(m, panel, width, bytes, x_stride);
  }
}

/// y of the rows of one panel from their dots [streams, kPanelRows].
template <Start kStart>
CONTINUO_INLINE void finish_panel(const Matrix& m, size_t first, size_t streams, const int32_t* dots, const float* x,
                                  size_t x_stride, float* y, size_t y_stride) {
  for (size_t row = first; row < m.rows && row < first + kPanelRows; row += kWidth) {
    const Floats bias = load(m.bias + row);
    const Floats scales = load(m.scales + row);
    const Ints offsets = load_ints(m.offsets + row);
    const int32_t* own = dots + row - first;
    const float* scale = x;
    float* out = y + row;
    CONTINUO_UNROLL
    for (size_t s = 0; s < streams; ++s, own += kPanelRows, scale += x_stride, out += y_stride) {
      const Floats begun = kStart == Start::kBias ? bias : kStart == Start::kAdd ? plus(load(out), bias) : load(out);
      store(out, fma(to_floats(_mm512_add_epi32(load_ints(own), offsets)), times(all(*scale), scales), begun));
    }
  }
}

/// Up to 16 vectors. While one panel is finished, the tiles work on the next.
template <Start kStart>
CONTINUO_APART void of_tiles(const Matrix& m, size_t streams, const float* x, size_t x_stride, float* y,
                             size_t y_stride) {
  if (shaped_for != static_cast<int>(streams)) shape_tiles(static_cast<int>(streams));
  alignas(64) int32_t dots[kTileRows * kPanelRows];
  constexpr size_t kBetween = kPanelRows * sizeof(int32_t);
  const float* const bytes = x + kBytesAt;
  sum_tiles_of(m, 0, bytes, x_stride);
  for (size_t first = 0; first < m.rows; first += kPanelRows) {
    _tile_stored(0, dots, kBetween);
    _tile_stored(1, dots + kWidth, kBetween);
    _tile_stored(2, dots + 2 * kWidth, kBetween);
    _tile_stored(3, dots + 3 * kWidth, kBetween);
    if (first + kPanelRows < m.rows) sum_tiles_of(m, first + kPanelRows, bytes, x_stride);
    finish_panel<kStart>(m, first, streams, dots, x, x_stride, y, y_stride);
  }
}

void tiled_product(const Affine& affine, Start start, size_t streams, const float* x, size_t x_stride, float* y,
                   size_t y_stride) noexcept {
  if (static_cast<int>(affine.precision) == kBytes && affine.columns % kTileBytes == 0) {
    note_that_this_set_ran();
    const Matrix m = unpacked(affine, start);
    while (streams >= kFewestStreams) {
      const size_t together = streams < kTileRows ? streams : kTileRows;
      if (start == Start::kBias)
        of_tiles<Start::kBias>(m, together, x, x_stride, y, y_stride);
      else if (start == Start::kAdd)
        of_tiles<Start::kAdd>(m, together, x, x_stride, y, y_stride);
      else
        of_tiles<Start::kContinue>(m, together, x, x_stride, y, y_stride);
      streams -= together;
      x += together * x_stride;
      y += together * y_stride;
    }
  }
  if (streams > 0) product(affine, start, streams, x, x_stride, y, y_stride);
}

void finish() noexcept {
  if (shaped_for == 0) return;
  _tile_release();
  shaped_for = 0;
}

}  // namespace

extern const Kernels kAmxKernels;
const Kernels kAmxKernels = {
    static_cast<InstructionSet>(kSet), tiled_product, product, quantise, gate, lstm_cell, gru_cell, finish};

}  // namespace continuo::engine
