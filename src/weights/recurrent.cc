// lstm and gru: their options and their tensors.
#include "weights/network_parts.h"

namespace continuo::weights {
namespace {

/// The same for both but for the name and the number of gates.
template <class Spec>
struct Recurrent {
  static const Spec& of(const NetworkSpec& spec) { return std::get<Spec>(spec.network); }

  static void visit(NetworkSpec& spec, OptionVisitor& v) {
    auto& net = std::get<Spec>(spec.network);
    v.section(Spec::kInfo.name);
    v.option({"embedding", "size of a symbol's vector", kChannelLimits}, net.embedding);
    v.option({"hidden", "units of each layer", kChannelLimits}, net.hidden);
    v.option({"layers", "recurrent layers, one above the other", kLayerLimits}, net.layers);
    v.option({"dropout", "in training, on the embedding, between layers and before the head", kDropoutLimits},
             net.dropout);
    visit_match(net.match, v);
  }

  static void check(const NetworkSpec& spec) { check_match(of(spec).match); }

  static std::vector<TensorSpec> tensors(const NetworkSpec& spec, std::int64_t gates) {
    const Spec& net = of(spec);
    std::vector<TensorSpec> list;
    add_embedding(list, {spec.input_size(), net.embedding}, spec.reads_frames());
    if (spec.labels > 0) add_look_up(list, "condition.weight", {spec.labels, net.embedding}, 0, 0.1);
    add_match(list, net.match, spec.vocabulary_size, net.embedding);
    add_recurrent(list, {.name = std::string(Spec::kInfo.name),
                         .gates = gates,
                         .input = net.embedding,
                         .hidden = net.hidden,
                         .layers = net.layers});
    add_head(list, net.hidden, spec.vocabulary_size);
    return list;
  }

  static int match(const NetworkSpec& spec) { return of(spec).match; }
};

}  // namespace

const NetworkInfo LstmSpec::kInfo = {
    .name = "lstm",
    .explanation = "recurrent layers with memory cells",
    .reads_frames = true,
    .takes_labels = true,
    .is_stepwise = true,
    .visit = Recurrent<LstmSpec>::visit,
    .check = Recurrent<LstmSpec>::check,
    .tensors = [](const NetworkSpec& spec) { return Recurrent<LstmSpec>::tensors(spec, 4); },
    .match = Recurrent<LstmSpec>::match,
};

const NetworkInfo GruSpec::kInfo = {
    .name = "gru",
    .explanation = "recurrent layers with gated units",
    .reads_frames = true,
    .takes_labels = true,
    .is_stepwise = true,
    .visit = Recurrent<GruSpec>::visit,
    .check = Recurrent<GruSpec>::check,
    .tensors = [](const NetworkSpec& spec) { return Recurrent<GruSpec>::tensors(spec, 3); },
    .match = Recurrent<GruSpec>::match,
};

}  // namespace continuo::weights
