// Guidance: a style is strengthened by what the label changes (Ho and Salimans 2022, "Classifier-Free Diffusion
// Guidance"; of language models Sanchez et al. 2023).
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "continuo/engine/engine.h"
#include "continuo/generation/compose.h"
#include "continuo/representation/representation.h"

namespace continuo::generation {

/// out = unknown + strength * (label - unknown), value by value. All of one size.
void guide(std::span<const float> label, std::span<const float> unknown, float strength, std::span<float> out) noexcept;

struct GuidanceOptions {
  double strength = 1;  ///< 1: the model itself; above: more of what the label changes; 0: the label has no effect
  /// Symbols that say the label, which the second network hears as the first of them, "unknown".
  representation::Symbol first_label_symbol = 0;
  std::size_t label_symbols = 0;
};

/// The same model, each of whose streams steps two: one with its label and one with the label 0. Their outputs are
/// brought together by guide(). Twice the work of `model`, which it keeps alive.
std::shared_ptr<const engine::Model> guided(std::shared_ptr<const engine::Model> model, const GuidanceOptions& options);

/// The composer with its model guided as the options ask; itself where they ask for nothing, or name no style. Throws
/// Error (unknown label, a strength below 0).
LoadedModel with_style(const LoadedModel& composer, const ComposeOptions& options);

}  // namespace continuo::generation
