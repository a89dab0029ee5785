// The precision of matrix products in training: mixed precision after Micikevicius et al. 2018, with bfloat16, which
// has float32's range and so needs no scaling of the loss.
#pragma once

namespace continuo::nets {

/// While one lives, the factors of the networks' matrix products are rounded to bfloat16, forwards and backwards, in
/// the whole process: processors with AMX or AVX-512 BF16, and GPUs, multiply those several times as fast. Weights,
/// activations, sums of gradients and the optimiser stay in float32.
class BfloatProducts {
 public:
  /// `on` = false changes nothing.
  explicit BfloatProducts(bool on);
  ~BfloatProducts();
  BfloatProducts(const BfloatProducts&) = delete;
  BfloatProducts& operator=(const BfloatProducts&) = delete;

 private:
  bool before_;
};

/// Whether the processor multiplies bfloat16 in hardware: AMX-BF16 or AVX-512 BF16. Elsewhere libtorch emulates it.
bool has_bfloat_arithmetic() noexcept;

/// How many times as fast as a float32 product of 64 x 256 x 512 one with bfloat16 factors is on one thread, the
/// rounding of one factor included; 0 where it cannot be computed at all. Takes some milliseconds, a second where
/// bfloat16 is emulated. Changes libtorch's threads while it runs.
double bfloat_speed();

}  // namespace continuo::nets
