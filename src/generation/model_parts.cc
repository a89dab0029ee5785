// The texts of a model file as composing needs them.
#include "generation/model_parts.h"

#include <algorithm>
#include <cctype>

#include "continuo/base/error.h"

namespace continuo::generation {
namespace {

bool same_word(const std::string& a, const std::string& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

}  // namespace

int label_index(const representation::RepresentationSpec& spec, const std::string& label) {
  if (label.empty()) return 0;
  for (std::size_t i = 0; i < spec.labels.size(); ++i) {
    if (same_word(spec.labels[i], label)) return static_cast<int>(i);
  }
  if (spec.labels.empty()) {
    throw Error({.message = "this model has no styles, so '" + label + "' cannot be asked of it",
                 .hint = "Train one on a collection with labels, or leave the style out."});
  }
  std::string known;
  for (const auto& name : spec.labels) known += (known.empty() ? "" : ", ") + name;
  throw Error({.message = "this model knows no style '" + label + "'", .hint = "It knows: " + known + "."});
}

std::size_t random_length(std::size_t asked, const weights::NetworkSpec& network) {
  if (asked > kMostRandom) {
    throw Error({.message = "the random array is to have " + std::to_string(asked) + " steps, more than " +
                            std::to_string(kMostRandom),
                 .hint = "The network sees no more than its receptive field: leave the length out."});
  }
  if (asked > 0) return asked;
  const auto field = static_cast<std::size_t>(network.receptive_field());
  return field > 0 ? field : kStatelessPrime;
}

}  // namespace continuo::generation
