// What all networks share: parameters by contract name, seeded initial weights, state, export and import; and the
// registry of networks.
#include "continuo/nets/network.h"

#include <algorithm>
#include <cmath>

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

bool ends_with_any(const std::string& name, std::initializer_list<const char*> endings) {
  return std::ranges::any_of(endings, [&](const char* ending) { return name.ends_with(ending); });
}

/// Half the width of the uniform distribution from which a parameter's initial values come; its variance is width^2
/// / 3. Scales are chosen so that every pre-activation starts near unit variance. A gated product of such has a mean
/// square of about 0.12; with `layers` of them the sums into the skip and along the residual path stay near 1 at any
/// depth.
double initial_width(const std::string& name, const torch::Tensor& parameter, int layers, bool frames) {
  const auto width = [](double variance) { return std::sqrt(3.0 * variance); };
  const double fan_in = parameter.dim() < 2 ? 1.0 : static_cast<double>(parameter.numel() / parameter.size(0));
  const double sum_gain = 8.0 / std::max(8, layers);
  if (ends_with_any(name, {".bias", ".copy"}) || name.find(".bias_") != std::string::npos) return 0.0;
  if (name == "embedding.weight" && frames)  // every value of a frame adds to the sum, not one row
    return width(static_cast<double>(parameter.size(-1)) / static_cast<double>(parameter.numel()));
  if (name == "embedding.weight")
    return width(parameter.dim() == 3 ? 1.0 / static_cast<double>(parameter.size(0)) : 1.0);
  if (ends_with_any(name, {"skip.weight", "residual.weight"})) return width(sum_gain / fan_in);
  if (name == "head.0.weight" || name == "hidden.weight" || name.starts_with("convolution."))
    return width(2.0 / fan_in);  // before a ReLU (He et al. 2015)
  if (ends_with_any(name, {"head.1.weight", "head.weight"})) return width(0.01 / fan_in);  // first loss near ln V
  if (name == "match.embedding.weight") return width(0.25);
  if (ends_with_any(name, {"condition.weight", "match.length.weight"})) return 0.1;
  if (name.find(".weight_hh_") != std::string::npos) return 1.0 / std::sqrt(fan_in);
  return width(1.0 / fan_in);
}

int wavenet_layers(const weights::NetworkSpec& spec) {
  if (const auto* wavenet = std::get_if<weights::WaveNetSpec>(&spec.network)) return wavenet->layers();
  if (const auto* both = std::get_if<weights::WaveNetLstmSpec>(&spec.network)) return both->wavenet.layers();
  return 1;
}

/// Every parameter draws from a stream of its own, so that its values depend on the seed, its name's place and shape.
void initialise(NetworkImpl& network, std::uint64_t seed) {
  const torch::NoGradGuard no_grad;
  const int layers = wavenet_layers(network.spec());
  std::uint64_t stream = 1;
  for (auto& item : network.named_parameters()) {
    torch::Tensor& parameter = item.value();
    Random random(seed, stream++);
    const double width = initial_width(item.key(), parameter, layers, network.spec().reads_frames());
    float* values = parameter.data_ptr<float>();
    for (std::int64_t i = 0; i < parameter.numel(); ++i)
      values[i] = width > 0 ? static_cast<float>(width * (2.0 * random.uniform() - 1.0)) : 0.0F;
    // Forget gates start open, so that gradients reach far back from the first step (Gers et al. 2000).
    if (item.key().find("lstm.bias_ih_") != std::string::npos) {
      const std::int64_t hidden = parameter.size(0) / 4;
      parameter.slice(0, hidden, 2 * hidden).fill_(1.0);
    }
  }
}

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
      throw Error("frames for this network must be a float tensor [batch, time, " + std::to_string(values) + "]");
  } else if (symbols.dim() != 2 || symbols.scalar_type() != torch::kInt64) {
    throw Error("symbols for a network must be an int64 tensor [batch, time]");
  }
  if (first < 0 || first >= symbols.size(1))
    throw Error("the first wanted position " + std::to_string(first) + " lies outside the " +
                std::to_string(symbols.size(1)) + " symbols");
  if (state != nullptr && !state->tensors.empty() && state->tensors.front().size(1) != symbols.size(0))
    throw Error("the state holds " + std::to_string(state->tensors.front().size(1)) + " sequences, the symbols " +
                std::to_string(symbols.size(0)));
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
  std::shared_ptr<NetworkImpl> network;
  if (std::holds_alternative<weights::WaveNetSpec>(spec.network))
    network = std::make_shared<WaveNetImpl>(spec);
  else if (std::holds_alternative<weights::LstmSpec>(spec.network))
    network = std::make_shared<LstmImpl>(spec);
  else if (std::holds_alternative<weights::GruSpec>(spec.network))
    network = std::make_shared<GruImpl>(spec);
  else if (std::holds_alternative<weights::GuideCnnSpec>(spec.network))
    network = std::make_shared<GuideCnnImpl>(spec);
  else if (std::holds_alternative<weights::WaveNetLstmSpec>(spec.network))
    network = std::make_shared<WaveNetLstmImpl>(spec);
  else
    throw Error("the network " + spec.name() + " is not trained by gradient: there is no libtorch module of it");
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
    if (found == tensors.end()) throw Error("tensor " + item.key() + " is missing");
    if (static_cast<std::int64_t>(found->second.size()) != item.value().numel())
      throw Error("tensor " + item.key() + " has " + std::to_string(found->second.size()) +
                  " values, but the network needs " + std::to_string(item.value().numel()));
  }
  for (const auto& [name, values] : tensors)
    if (!parameters.contains(name)) throw Error("tensor " + name + " does not belong to this network");
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
