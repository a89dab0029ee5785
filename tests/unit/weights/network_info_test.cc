// The rows of the networks: what they say of tensors, beside what the names of tensors say.
#include "continuo/weights/network_info.h"

#include <gtest/gtest.h>

#include <charconv>
#include <cmath>
#include <set>

#include "continuo/base/error.h"
#include "continuo/weights/model_file.h"

namespace continuo::weights {
namespace {

/// Of every network: small, with labels and a match model where it can have them, and over frames.
std::vector<NetworkSpec> variants() {
  std::vector<NetworkSpec> specs;
  for (const NetworkInfo* row : network_infos()) {
    NetworkSpec spec = default_network(std::string(row->name));
    spec.vocabulary_size = 30;
    if (auto* markov = std::get_if<MarkovSpec>(&spec.network)) markov->entries = {30, 50, 60, 70, 80};
    specs.push_back(spec);
    if (row->takes_labels) {
      spec.labels = 3;
      specs.push_back(spec);
    }
    if (row->reads_frames) {
      NetworkSpec frames = spec;
      frames.output = kBinary;
      specs.push_back(frames);
      frames.inputs = 44;
      specs.push_back(frames);
    }
    if (row->match != nullptr) {
      struct SetMatch final : OptionVisitor {
        void section(std::string_view) override {}
        void option(const OptionInfo& info, int& value) override {
          if (info.name == "match") value = 5;
        }
        void option(const OptionInfo&, float&) override {}
        void option(const OptionInfo&, std::vector<int>&) override {}
        void option(const OptionInfo&, std::string&, std::span<const std::string_view>) override {}
      } set;
      row->visit(spec, set);
      EXPECT_EQ(spec.match(), 5) << row->name;
      specs.push_back(spec);
    }
  }
  WaveNetSpec paper{.skip_channels = 64, .block = weights::Block::kPaper};
  specs.push_back({9, 2, paper});
  specs.push_back({9, 0, WaveNetLstmSpec{.wavenet = paper, .layers = 3}});
  specs.push_back({9, 0, WaveNetSpec{.stacks = 1, .dilations = {1, 2}}});
  return specs;
}

std::int64_t values_of(const TensorSpec& tensor) {
  std::int64_t count = 1;
  for (const auto size : tensor.shape) count *= size;
  return count;
}

bool ends_with_any(const std::string& name, std::initializer_list<const char*> endings) {
  for (const char* ending : endings)
    if (name.ends_with(ending)) return true;
  return false;
}

/// Width of first values by the tensor's name: models are trained from these since the first version.
double width_by_name(const TensorSpec& tensor, int blocks, bool frames) {
  const std::string& name = tensor.name;
  const auto width = [](double variance) { return std::sqrt(3.0 * variance); };
  const auto dimensions = tensor.shape.size();
  const double fan_in = dimensions < 2 ? 1.0 : static_cast<double>(values_of(tensor) / tensor.shape[0]);
  const double sum_gain = 8.0 / std::max(8, blocks);
  if (ends_with_any(name, {".bias", ".copy"}) || name.find(".bias_") != std::string::npos) return 0.0;
  if (name == "embedding.weight" && frames)
    return width(static_cast<double>(tensor.shape.back()) / static_cast<double>(values_of(tensor)));
  if (name == "embedding.weight") return width(dimensions == 3 ? 1.0 / static_cast<double>(tensor.shape[0]) : 1.0);
  if (ends_with_any(name, {"skip.weight", "residual.weight"})) return width(sum_gain / fan_in);
  if (name == "head.0.weight" || name == "hidden.weight" || name.starts_with("convolution."))
    return width(2.0 / fan_in);
  if (ends_with_any(name, {"head.1.weight", "head.weight"})) return width(0.01 / fan_in);
  if (name == "match.embedding.weight") return width(0.25);
  if (ends_with_any(name, {"condition.weight", "match.length.weight"})) return 0.1;
  if (name.find(".weight_hh_") != std::string::npos) return 1.0 / std::sqrt(fan_in);
  return width(1.0 / fan_in);
}

int blocks_of(const NetworkSpec& spec) {
  if (const auto* wavenet = std::get_if<WaveNetSpec>(&spec.network)) return wavenet->layers();
  if (const auto* both = std::get_if<WaveNetLstmSpec>(&spec.network)) return both->wavenet.layers();
  if (const auto* guide = std::get_if<GuideCnnSpec>(&spec.network)) return static_cast<int>(guide->channels.size());
  return 0;
}

int layer_by_name(const std::string& name, int blocks) {
  if (name.starts_with("head.") || name.starts_with("hidden.") || name.starts_with("level.")) return kNoLayer;
  int layer = 0;
  const auto number_at = [&](std::size_t at) { std::from_chars(name.data() + at, name.data() + name.size(), layer); };
  if (name.starts_with("block.") || name.starts_with("convolution.")) number_at(name.find('.') + 1);
  if (name.starts_with("lstm.") || name.starts_with("gru.")) {
    number_at(name.rfind("_l") + 2);
    layer += blocks;
  }
  return layer;
}

TEST(NetworkInfo, TensorsAgreeWithTheirNames) {
  for (const NetworkSpec& spec : variants()) {
    const int blocks = blocks_of(spec);
    for (const TensorSpec& tensor : tensor_specs(spec)) {
      SCOPED_TRACE(spec.name() + " " + tensor.name);
      if (!spec.is_counted()) {
        EXPECT_EQ(tensor.initial_width, width_by_name(tensor, blocks, spec.reads_frames()));
      }
      EXPECT_EQ(tensor.layer, layer_by_name(tensor.name, blocks));
      const bool forgets = tensor.name.find("lstm.bias_ih_") != std::string::npos;
      EXPECT_EQ(tensor.ones_end - tensor.ones_begin, forgets ? tensor.shape[0] / 4 : 0);
      EXPECT_EQ(tensor.ones_begin, forgets ? tensor.shape[0] / 4 : 0);
      const bool looked_up = tensor.name == "embedding.weight" || tensor.name.ends_with("condition.weight") ||
                             tensor.name.starts_with("match.");
      for (const Precision precision : {Precision::kFp32, Precision::kBf16, Precision::kInt8}) {
        const Precision expected = tensor.shape.size() < 2 ? Precision::kFp32
                                   : looked_up             ? std::min(precision, Precision::kBf16)
                                                           : precision;
        EXPECT_EQ(stored_as(tensor, precision), expected);
      }
    }
  }
}

TEST(NetworkInfo, EveryLayerHasItsTensorsAndEveryNetworkAHead) {
  for (const NetworkSpec& spec : variants()) {
    SCOPED_TRACE(to_json(spec));
    std::set<int> layers;
    int embeddings = 0, heads = 0;
    for (const TensorSpec& tensor : tensor_specs(spec)) {
      layers.insert(tensor.layer);
      embeddings += tensor.role == TensorRole::kEmbedding ? 1 : 0;
      heads += tensor.layer == kNoLayer && tensor.role == TensorRole::kMatrix ? 1 : 0;
      EXPECT_EQ(tensor.role == TensorRole::kVector || tensor.role == TensorRole::kTable, tensor.shape.size() == 1);
      EXPECT_EQ(tensor.initial_width > 0, tensor.shape.size() > 1);
    }
    layers.erase(kNoLayer);
    EXPECT_EQ(static_cast<int>(layers.size()), layer_count(spec));
    EXPECT_EQ(embeddings, spec.is_counted() ? 0 : 1);
    EXPECT_EQ(heads > 0, !spec.is_counted());
    EXPECT_EQ(layer_count(spec) > 0, !spec.is_counted());
  }
}

TEST(NetworkInfo, RowsAreWhatTheirSpecsDo) {
  std::set<std::string_view> names;
  for (const NetworkInfo* row : network_infos()) {
    SCOPED_TRACE(row->name);
    EXPECT_TRUE(names.insert(row->name).second);
    EXPECT_FALSE(row->explanation.empty());
    NetworkSpec spec = default_network(std::string(row->name));
    EXPECT_EQ(&network_info(spec), row);
    EXPECT_EQ(spec.name(), row->name);
    spec.vocabulary_size = 12;
    EXPECT_NO_THROW(validate(spec));
    spec.labels = 2;
    EXPECT_EQ(row->takes_labels, [&] {
      try {
        validate(spec);
      } catch (const Error&) {
        return false;
      }
      return true;
    }());
  }
}

}  // namespace
}  // namespace continuo::weights
