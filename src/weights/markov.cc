// markov: its options and its tables.
#include "weights/network_parts.h"

namespace continuo::weights {
namespace {

const MarkovSpec& markov_of(const NetworkSpec& spec) { return std::get<MarkovSpec>(spec.network); }

void visit_markov(NetworkSpec& spec, OptionVisitor& v) {
  auto& markov = std::get<MarkovSpec>(spec.network);
  v.section("markov");
  v.option({"order", "symbols on which a prediction depends", {1, kMaxOrder}}, markov.order);
  v.option({"max_entries", "n-grams that are kept of each length: the most frequent", {1, kMaxEntries}},
           markov.max_entries);
  v.option({.name = "entries",
            .explanation = "n-grams of length 1 to order + 1 that the model holds",
            .limits = {1, kMaxEntries},
            .learned = true},
           markov.entries);
}

void check_markov(const NetworkSpec& spec) {
  const MarkovSpec& markov = markov_of(spec);
  if (markov.entries.empty()) return;
  check_range("entries (how many)", static_cast<std::int64_t>(markov.entries.size()), markov.order + 1,
              markov.order + 1);
}

std::vector<TensorSpec> markov_tensors(const NetworkSpec& spec) {
  const std::vector<int>& entries = markov_of(spec).entries;
  std::vector<TensorSpec> list;
  const auto add = [&](std::string name, std::int64_t size) {
    list.push_back({std::move(name), {size}, TensorRole::kTable});
  };
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const std::string level = "level." + std::to_string(i + 1) + ".";
    add(level + "symbol", entries[i]);
    add(level + "count", entries[i]);
    if (i + 1 < entries.size()) add(level + "first", entries[i]);
  }
  return list;
}

}  // namespace

const NetworkInfo MarkovSpec::kInfo = {
    .name = "markov",
    .explanation = "counts of n-grams",
    .is_counted = true,
    .visit = visit_markov,
    .check = check_markov,
    .tensors = markov_tensors,
    .receptive_field = [](const NetworkSpec& spec) { return markov_of(spec).order; },
};

}  // namespace continuo::weights
