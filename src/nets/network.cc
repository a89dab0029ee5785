// What all networks share: parameters by contract name, seeded initial weights, state, export and import; and the
// registry of networks.
#include "continuo/nets/network.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "continuo/base/error.h"
#include "continuo/base/random.h"
#include "continuo/nets/gru.h"
#include "continuo/nets/guide_cnn.h"
#include "continuo/nets/lstm.h"
#include "continuo/nets/wavenet.h"
#include "continuo/nets/wavenet_lstm.h"
#include "nets/layers.h"

namespace continuo::nets {
namespace {

/// The module that holds the parameter `name` ("a.b.c" lies in b in a), made where it is missing; `name` keeps the last
/// part.
torch::nn::Module* holder(torch::nn::Module* module, std::string& name) {
  for (std::size_t dot = name.find('.'); dot != std::string::npos; dot = name.find('.')) {
    const std::string child = name.substr(0, dot);
    const auto children = module->named_children();
    const auto* known = children.find(child);
    module = known != nullptr ? known->get()
                              : module->register_module(child, std::make_shared<torch::nn::Module>(child)).get();
    name.erase(0, dot + 1);
  }
  return module;
}

/// Every parameter draws from a stream of its own, so that its values depend on the seed, its name's place and shape.
void initialise(NetworkImpl& network, std::uint64_t seed) {
  const torch::NoGradGuard no_grad;
  std::map<std::string, weights::TensorSpec> specs;
  for (auto& tensor : weights::tensor_specs(network.spec())) specs.emplace(tensor.name, tensor);
  std::uint64_t stream = 1;
  for (auto& item : network.named_parameters()) {
    torch::Tensor& parameter = item.value();
    const weights::TensorSpec& spec = specs.at(item.key());
    Random random(seed, stream++);
    float* values = parameter.data_ptr<float>();
    for (std::int64_t i = 0; i < parameter.numel(); ++i)
      values[i] =
          spec.initial_width > 0 ? static_cast<float>(spec.initial_width * (2.0 * random.uniform() - 1.0)) : 0.0F;
    if (spec.ones_end > spec.ones_begin) parameter.slice(0, spec.ones_begin, spec.ones_end).fill_(1.0);
  }
}

struct Entry {
  std::string_view name;
  std::shared_ptr<NetworkImpl> (*make)(const weights::NetworkSpec& spec);
};

template <class Impl>
std::shared_ptr<NetworkImpl> make_impl(const weights::NetworkSpec& spec) {
  return std::make_shared<Impl>(spec);
}

/// The networks that are trained by gradient.
constexpr Entry kNetworks[] = {
    {"wavenet", make_impl<WaveNetImpl>},          {"lstm", make_impl<LstmImpl>},          {"gru", make_impl<GruImpl>},
    {"wavenet-lstm", make_impl<WaveNetLstmImpl>}, {"guide-cnn", make_impl<GuideCnnImpl>},
};

}  // namespace

NetworkImpl::NetworkImpl(weights::NetworkSpec spec) : spec_(std::move(spec)) {
  weights::validate(spec_);
  for (const auto& tensor : weights::tensor_specs(spec_)) {
    std::string name = tensor.name;
    torch::nn::Module* const module = holder(this, name);
    by_name_.emplace(tensor.name, module->register_parameter(name, torch::zeros(tensor.shape)));
  }
}

void NetworkImpl::check_input(const torch::Tensor& symbols, const State* state, std::int64_t first) const {
  const std::int64_t values = spec_.input_size();
  if (spec_.reads_frames()) {
    if (symbols.dim() != 3 || symbols.scalar_type() != torch::kFloat32 || symbols.size(2) != values)
      throw Error(ErrorCode::kInvalidArgument,
                  "frames for this network must be a float tensor [batch, time, " + std::to_string(values) + "]");
  } else if (symbols.dim() != 2 || symbols.scalar_type() != torch::kInt64) {
    throw Error(ErrorCode::kInvalidArgument, "symbols for a network must be an int64 tensor [batch, time]");
  }
  if (first < 0 || first >= symbols.size(1))
    throw Error(ErrorCode::kInvalidArgument, "the first wanted position " + std::to_string(first) +
                                                 " lies outside the " + std::to_string(symbols.size(1)) + " symbols");
  if (state != nullptr && !state->tensors.empty() && state->tensors.front().size(1) != symbols.size(0))
    throw Error(ErrorCode::kInvalidArgument, "the state holds " + std::to_string(state->tensors.front().size(1)) +
                                                 " sequences, the symbols " + std::to_string(symbols.size(0)));
}

torch::Tensor NetworkImpl::labels_or_unknown(const torch::Tensor& labels, const torch::Tensor& symbols) {
  return labels.defined() ? labels : torch::zeros({symbols.size(0)}, symbols.options().dtype(torch::kInt64));
}

void begin_again(State& state, const torch::Tensor& which) {
  const torch::NoGradGuard no_grad;
  for (auto& tensor : state.tensors) {
    std::vector<std::int64_t> shape(static_cast<std::size_t>(tensor.dim()), 1);
    shape.at(1) = which.size(0);
    tensor = tensor.masked_fill(which.view(shape), tensor.is_floating_point() ? 0 : kNoSymbol);
  }
}

std::shared_ptr<NetworkImpl> make_network(const weights::NetworkSpec& spec, std::uint64_t seed) {
  const std::string name = spec.name();
  const auto* const entry = std::ranges::find(kNetworks, name, &Entry::name);
  if (entry == std::end(kNetworks))
    throw Error(ErrorCode::kUnsupported,
                "the network " + name + " is not trained by gradient: there is no libtorch module of it");
  auto network = entry->make(spec);
  initialise(*network, seed);
  return network;
}

std::map<std::string, std::vector<float>> export_tensors(const NetworkImpl& network) {
  std::map<std::string, std::vector<float>> tensors;
  for (const auto& item : network.named_parameters()) {
    const torch::Tensor values = item.value().detach().to(torch::kCPU, torch::kFloat32).contiguous();
    const float* first = values.data_ptr<float>();
    tensors.emplace(item.key(), std::vector<float>(first, first + values.numel()));
  }
  return tensors;
}

void import_tensors(NetworkImpl& network, const std::map<std::string, std::vector<float>>& tensors) {
  const torch::NoGradGuard no_grad;
  auto parameters = network.named_parameters();
  for (const auto& item : parameters) {
    const auto found = tensors.find(item.key());
    if (found == tensors.end()) throw Error(ErrorCode::kMismatch, "tensor " + item.key() + " is missing");
    if (static_cast<std::int64_t>(found->second.size()) != item.value().numel())
      throw Error(ErrorCode::kMismatch, "tensor " + item.key() + " has " + std::to_string(found->second.size()) +
                                            " values, but the network needs " + std::to_string(item.value().numel()));
  }
  for (const auto& [name, values] : tensors)
    if (!parameters.contains(name))
      throw Error(ErrorCode::kMismatch, "tensor " + name + " does not belong to this network");
  for (auto& item : parameters) {
    const auto& values = tensors.at(item.key());
    item.value().copy_(torch::tensor(values).view(item.value().sizes()));
  }
}

std::int64_t parameter_count(const NetworkImpl& network) {
  std::int64_t count = 0;
  for (const auto& parameter : network.parameters()) count += parameter.numel();
  return count;
}

}  // namespace continuo::nets
