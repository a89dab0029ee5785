// The rows of all networks, and what is asked of a spec by way of its row.
#include "continuo/weights/network_spec.h"

#include <algorithm>
#include <array>
#include <utility>

#include "continuo/base/error.h"
#include "continuo/weights/network_info.h"
#include "weights/network_limits.h"
#include "weights/network_parts.h"
#include "weights/strict_json.h"

namespace continuo::weights {
namespace {

using Network = decltype(NetworkSpec::network);

template <std::size_t... I>
constexpr std::array<const NetworkInfo*, sizeof...(I)> rows_of(std::index_sequence<I...>) {
  return {&std::variant_alternative_t<I, Network>::kInfo...};
}
constexpr auto kRows = rows_of(std::make_index_sequence<std::variant_size_v<Network>>());

template <std::size_t I = 0>
NetworkSpec default_spec(std::size_t index) {
  if constexpr (I < std::variant_size_v<Network>) {
    if (index != I) return default_spec<I + 1>(index);
    NetworkSpec spec;
    spec.network.emplace<I>();
    return spec;
  } else {
    return {};
  }
}

/// Refuses values beyond their limits.
class LimitChecker final : public OptionVisitor {
 public:
  void section(std::string_view) override {}
  void option(const OptionInfo& info, int& value) override { check(info, value); }
  void option(const OptionInfo& info, float& value) override {
    if (info.limits.hold(value)) return;
    throw Error(ErrorCode::kInvalidArgument,
                "network option " + std::string(info.name) + " must be at least " + number(info.limits.low) +
                    (info.limits.below ? " and below " : " and at most ") + number(info.limits.high));
  }
  void option(const OptionInfo& info, std::vector<int>& values) override {
    for (const int value : values) check(info, value);
  }
  void option(const OptionInfo&, std::string&, std::span<const std::string_view>) override {}

 private:
  static void check(const OptionInfo& info, int value) {
    check_range(std::string(info.name), value, static_cast<std::int64_t>(info.limits.low),
                static_cast<std::int64_t>(info.limits.high));
  }
  static std::string number(double value) { return std::to_string(static_cast<std::int64_t>(value)); }
};

void check_frames(const NetworkSpec& spec) {
  check_range("inputs", spec.inputs, 0, kMaxVocabulary);
  if (spec.inputs > 0 && spec.output == kReal)
    throw Error(ErrorCode::kInvalidArgument,
                "network option inputs must be 0 with output \"real\": what comes out is what is read next");
  if (!spec.reads_frames()) return;
  if (spec.match() > 0)
    throw Error({.message = "network option match must be 0 where frames are read",
                 .hint = "What followed before is found among symbols.",
                 .code = ErrorCode::kInvalidArgument});
  if (network_info(spec).reads_frames) return;
  std::string able;
  for (const NetworkInfo* row : kRows)
    if (row->reads_frames) able += (able.empty() ? "" : ", ") + std::string(row->name);
  throw Error({.message = "network option " +
                          std::string(spec.inputs > 0 ? "inputs must be 0" : "output must be \"categorical\"") +
                          " for " + spec.name(),
               .hint = "Frames are for " + able + ".",
               .code = ErrorCode::kInvalidArgument});
}

}  // namespace

std::span<const NetworkInfo* const> network_infos() noexcept { return kRows; }

const NetworkInfo& network_info(const NetworkSpec& spec) noexcept { return *kRows[spec.network.index()]; }

std::string NetworkSpec::name() const { return std::string(network_info(*this).name); }

bool NetworkSpec::is_counted() const noexcept { return network_info(*this).is_counted; }

int NetworkSpec::receptive_field() const noexcept {
  const NetworkInfo& info = network_info(*this);
  return match() > 0 || info.receptive_field == nullptr ? 0 : info.receptive_field(*this);
}

int NetworkSpec::match() const noexcept {
  const NetworkInfo& info = network_info(*this);
  return info.match == nullptr ? 0 : info.match(*this);
}

std::vector<std::string> network_names() {
  std::vector<std::string> names;
  names.reserve(kRows.size());
  for (const NetworkInfo* row : kRows) names.emplace_back(row->name);
  return names;
}

NetworkSpec default_network(const std::string& name) {
  std::string known;
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (kRows[i]->name == name) return default_spec(i);
    known += (known.empty() ? "" : ", ") + std::string(kRows[i]->name);
  }
  throw Error({.message = "unknown network " + in_quotes(name),
               .hint = "Known are " + known + ".",
               .code = ErrorCode::kNotFound});
}

void validate(const NetworkSpec& spec) {
  check_range("vocabulary_size", spec.vocabulary_size, 1, kMaxVocabulary);
  check_range("labels", spec.labels, 0, kMaxLabels);
  check_frames(spec);
  const NetworkInfo& info = network_info(spec);
  LimitChecker limits;
  NetworkSpec same = spec;
  info.visit(same, limits);
  if (info.check != nullptr) info.check(spec);
  if (spec.labels > 0 && !info.takes_labels)
    throw Error({.message = "network option labels must be 0 for " + spec.name(),
                 .hint = "It cannot be conditioned: set network.condition_on_label to false.",
                 .code = ErrorCode::kInvalidArgument});
  std::int64_t parameters = 0;
  for (const TensorSpec& tensor : tensor_specs(spec)) {
    std::int64_t count = 1;
    for (const std::int64_t size : tensor.shape) count *= size;  // at most three sizes, their product below 2^63
    parameters += count;
  }
  if (parameters > kMaxParameters)
    throw Error(ErrorCode::kInvalidArgument, "the network would have " + std::to_string(parameters) +
                                                 " parameters, more than the " + std::to_string(kMaxParameters) +
                                                 " that are allowed");
}

std::vector<TensorSpec> tensor_specs(const NetworkSpec& spec) { return network_info(spec).tensors(spec); }

int layer_count(const NetworkSpec& spec) {
  int highest = kNoLayer;
  for (const TensorSpec& tensor : tensor_specs(spec)) highest = std::max(highest, tensor.layer);
  return highest + 1;
}

}  // namespace continuo::weights
