// NetworkInfo: one row per network, with its options and their limits, its tensors and what it can do. Recipes, model
// files, training and the program read these rows; only the modules of `nets` and `engine` know more of a network.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "continuo/weights/network_spec.h"

namespace continuo::weights {

/// What a number may be; `low` included, `high` too unless `below`.
struct Limits {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool below = false;
  bool hold(double value) const noexcept { return value >= low && (below ? value < high : value <= high); }
};

/// An option of a network: what is the same for recipes and model files.
struct OptionInfo {
  std::string_view name;
  std::string_view explanation;
  Limits limits = {};  ///< of a number, or of each number of a list
  /// Model files leave it out where it is 0: there were model files before there was this option.
  bool omit_zero = false;
  /// Learned, not chosen: in model files, not in recipes.
  bool learned = false;
};

/// Is shown a network's options, in the order in which files have them.
class OptionVisitor {
 public:
  OptionVisitor() = default;
  OptionVisitor(const OptionVisitor&) = delete;
  OptionVisitor& operator=(const OptionVisitor&) = delete;
  virtual ~OptionVisitor() = default;
  /// The object of a model file's JSON in which the options up to the next section lie. Recipes have no such parts.
  virtual void section(std::string_view name) = 0;
  virtual void option(const OptionInfo& info, int& value) = 0;
  virtual void option(const OptionInfo& info, float& value) = 0;
  virtual void option(const OptionInfo& info, std::vector<int>& value) = 0;
  virtual void option(const OptionInfo& info, std::string& value, std::span<const std::string_view> choices) = 0;
};

/// One network. The functions are given specs of this network only.
struct NetworkInfo {
  std::string_view name;
  std::string_view explanation;  ///< half a line
  bool reads_frames = false;     ///< whether frames may go in and come out (NetworkSpec::output, inputs)
  bool takes_labels = false;     ///< whether it can be conditioned on a label
  bool is_counted = false;       ///< counted from a collection, not trained by gradient: it is no libtorch module
  bool is_stepwise = false;      ///< whether each step of a sequence multiplies with each matrix once
  void (*visit)(NetworkSpec& spec, OptionVisitor& visitor) = nullptr;
  /// Throws Error for options that each lie within their limits and do not go together; null: all do.
  void (*check)(const NetworkSpec& spec) = nullptr;
  std::vector<TensorSpec> (*tensors)(const NetworkSpec& spec) = nullptr;
  /// Steps on which a prediction depends, the match model apart; null: all since the start.
  int (*receptive_field)(const NetworkSpec& spec) = nullptr;
  /// NetworkSpec::match(); null: it has no match model.
  int (*match)(const NetworkSpec& spec) = nullptr;
};

/// Every network, in the order of NetworkSpec::network.
std::span<const NetworkInfo* const> network_infos() noexcept;
/// The row of the spec's network.
const NetworkInfo& network_info(const NetworkSpec& spec) noexcept;

/// Shows the options of the spec's network; the visitor may change them.
inline void visit_options(NetworkSpec& spec, OptionVisitor& visitor) { network_info(spec).visit(spec, visitor); }

/// Layers below the head, counted from the symbols upwards: one more than the highest TensorSpec::layer.
int layer_count(const NetworkSpec& spec);

}  // namespace continuo::weights
