// The same model in fewer bytes, and what that does to its predictions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "continuo/engine/engine.h"
#include "continuo/weights/model_file.h"

namespace continuo::workbench {

/// The bytes of a model file with the weights of `file` in another precision and all of its metadata; `metadata` joins
/// it, in place of what has the same key.
std::vector<std::uint8_t> quantised(const weights::ModelFile& file, weights::Precision precision,
                                    const std::map<std::string, std::string>& metadata = {});

inline constexpr std::size_t kComposedSteps = 1024;

/// `steps` symbols that the model itself composes from symbol 0 on, whatever the grammar says. The same each time.
std::vector<std::uint16_t> composed_sequence(const engine::Model& model, std::size_t steps = kComposedSteps);

/// How far the outputs of two networks over frames are apart, as a share of the first one's root mean square, over
/// `steps` frames that the first one composes and both hear.
double frame_difference(const engine::Model& model, const engine::Model& other, std::size_t steps = kComposedSteps);

}  // namespace continuo::workbench
