// The texts of a model file as composing needs them.
#include "generation/model_parts.h"

#include "continuo/base/error.h"
#include "continuo/representation/labels.h"

namespace continuo::generation {

int label_index(const representation::RepresentationSpec& spec, const std::string& label) {
  if (label.empty()) return 0;
  return static_cast<int>(representation::find_label(spec.labels, label));
}

std::size_t random_length(std::size_t asked, const weights::NetworkSpec& network) {
  if (asked > kMaxRandom) {
    throw Error({.message = "the random array is to have " + std::to_string(asked) + " steps, more than " +
                            std::to_string(kMaxRandom),
                 .hint = "The network sees no more than its receptive field: leave the length out.",
                 .code = ErrorCode::kInvalidArgument});
  }
  if (asked > 0) return asked;
  const auto field = static_cast<std::size_t>(network.receptive_field());
  return field > 0 ? field : kStatelessPrime;
}

}  // namespace continuo::generation
