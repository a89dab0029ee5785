// Diagrams of convolutional networks over a sequence, as PNG or SVG by the extension of the path: what one output
// depends on, what a block does, what a window asks for. Written atomically. All throw Error.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "continuo/plot/target.h"

namespace continuo::plot {

/// Where a convolution finds the inputs that it lacks at the ends.
enum class Padding {
  kValid,   ///< nowhere: the output is shorter by kernel_size - 1
  kSame,    ///< zeros at both ends (of an odd number, one more at the end): output as long as the input
  kCausal,  ///< kernel_size - 1 zeros before the first: output t depends on inputs up to t
};
/// Inputs below, outputs above, every connection; those of one output are drawn strongly. Zeros are squares. `inputs`
/// from 2 to 24, `kernel_size` from 2 to `inputs`.
void padded_convolution(const Target& target, Padding padding, int inputs = 8, int kernel_size = 3);

struct ConvolutionLayer {
  int kernel_size = 2;
  int dilation = 1;
};
/// Inputs (the last one is the present) on which one output depends through causal layers.
int receptive_field(std::span<const ConvolutionLayer> layers);
/// The layers from the input (bottom) to the last output (top) with all connections that lead to it. Up to 64 inputs
/// also the nodes that do not are drawn, faintly. Layers of at most 65,536 inputs together.
void receptive_field(const Target& target, std::span<const ConvolutionLayer> layers, const std::string& title = "");

/// A gated residual block. `paper`: one dilated convolution, 1x1 convolutions to tanh and sigmoid, the product is
/// itself the skip and is added to the first convolution's output (Ibreighith 2023, figure 8). Otherwise: dilated
/// convolutions to tanh and sigmoid, 1x1 convolutions to the residual sum and to the skip (van den Oord et al. 2016,
/// figure 4).
void residual_block(const Target& target, bool paper, int kernel_size, int dilation);

/// A window of a sequence as boxes in rows, and below it what is predicted from it: one symbol after the last (many to
/// one).
void many_to_one(const Target& picture, std::span<const std::string> window, const std::string& target);

}  // namespace continuo::plot
