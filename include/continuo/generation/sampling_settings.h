// How a model is sampled, as text: on the command line, and in model files.
#pragma once

#include <string>
#include <string_view>

#include "continuo/generation/sampler.h"
#include "continuo/weights/model_file.h"

namespace continuo::generation {

/// What a model file says (weights::kSamplingKey), SamplingOptions{} where it says nothing. Throws Error for what is no
/// such JSON.
SamplingOptions sampling_of(const weights::Metadata& metadata);
inline SamplingOptions sampling_of(const weights::ModelFile& file) { return sampling_of(file.all_metadata()); }

SamplingOptions sampling_from_json(const std::string& text);  ///< throws Error
/// Temperatures and top_p: {"temperature": 1, "top_p": 0.97, "kinds": {"pitch": 0.9}}.
std::string to_json(const SamplingOptions& options);

/// "0.9" sets the temperature of every kind of symbol, "pitch=0.9,velocity=1" of these, "0.9,velocity=1" both, the
/// number first. Throws Error for what is neither, with the kinds that there are.
void set_temperatures(SamplingOptions& options, std::string_view text);

/// As set_temperatures() reads it: all of it, and that of the kinds alone.
std::string temperatures_text(const SamplingOptions& options);
std::string kind_temperatures_text(const SamplingOptions& options);

/// What the user has said of sampling, and of the rest what the model proposes.
struct Asked {
  bool temperature = false;  ///< of all symbols: the model's temperatures do not count
  bool top_p = false;
};
SamplingOptions with_defaults(const SamplingOptions& options, const SamplingOptions& model, const Asked& asked);

}  // namespace continuo::generation
