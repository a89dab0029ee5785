// What composing scores and composing sound share: how a model's texts are read.
#pragma once

#include <filesystem>
#include <string>

#include "continuo/representation/representation.h"
#include "continuo/weights/model_file.h"

namespace continuo::generation {

/// The index of the label that is meant, as representation::find_label() says; 0 for none. Throws Error.
int label_index(const representation::RepresentationSpec& spec, const std::string& label);

inline constexpr std::size_t kStatelessPrime = 256;  ///< random steps for networks without a receptive field
inline constexpr std::size_t kMaxRandom = std::size_t{1} << 24;  ///< steps, as the longest receptive field
/// `asked`, or the receptive field of the network, or kStatelessPrime. Throws Error for more than kMaxRandom.
std::size_t random_length(std::size_t asked, const weights::NetworkSpec& network);

}  // namespace continuo::generation
