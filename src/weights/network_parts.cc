// Options and tensors that several networks have.
#include "weights/network_parts.h"

#include <cmath>
#include <utility>

#include "continuo/base/error.h"
#include "continuo/weights/match_model.h"
#include "weights/strict_json.h"

namespace continuo::weights {

namespace {
constexpr double kOutputGain = 0.01;  // so that the first loss is near that of a uniform guess
}  // namespace

void refuse_choice(std::string_view option, const std::string& value, std::span<const std::string_view> choices) {
  std::string hint = "Use ";
  for (std::size_t i = 0; i < choices.size(); ++i)
    hint += (i == 0 ? "" : i + 1 < choices.size() ? ", " : " or ") + in_quotes(std::string(choices[i]));
  throw Error({.message = "network option " + std::string(option) + " is " + in_quotes(value),
               .hint = hint + ".",
               .code = ErrorCode::kInvalidArgument});
}

void check_range(const std::string& option, std::int64_t value, std::int64_t low, std::int64_t high) {
  if (value < low || value > high)
    throw Error(ErrorCode::kInvalidArgument, "network option " + option + " is " + std::to_string(value) +
                                                 ", but must lie between " + std::to_string(low) + " and " +
                                                 std::to_string(high));
}

void visit_match(int& match, OptionVisitor& visitor) {
  visitor.option({.name = "match",
                  .explanation = "symbols of the shortest earlier passage whose continuation is an input (a match "
                                 "model); 0: none, else at least 2",
                  .limits = {0, kLongestMatch},
                  .omit_zero = true},
                 match);
}

void check_match(int match) {
  if (match == 1) throw Error(ErrorCode::kInvalidArgument, "network option match is 1, but must be 0 or at least 2");
}

double uniform_width(double variance) { return std::sqrt(3.0 * variance); }

double fan_in(const std::vector<std::int64_t>& shape) {
  std::int64_t values = 1;
  for (std::size_t i = 1; i < shape.size(); ++i) values *= shape[i];
  return static_cast<double>(values);
}

void add_matrix(std::vector<TensorSpec>& tensors, std::string name, std::vector<std::int64_t> shape, int layer,
                double gain) {
  const double width = uniform_width(gain / fan_in(shape));
  tensors.push_back({std::move(name), std::move(shape), TensorRole::kMatrix, layer, width});
}

void add_vector(std::vector<TensorSpec>& tensors, std::string name, std::int64_t size, int layer) {
  tensors.push_back({std::move(name), {size}, TensorRole::kVector, layer});
}

void add_look_up(std::vector<TensorSpec>& tensors, std::string name, std::vector<std::int64_t> shape, int layer,
                 double width) {
  tensors.push_back({std::move(name), std::move(shape), TensorRole::kLookUp, layer, width});
}

void add_embedding(std::vector<TensorSpec>& tensors, std::vector<std::int64_t> shape, bool frames) {
  const bool convolves = shape.size() == 3;
  double variance = convolves ? 1.0 / static_cast<double>(shape.front()) : 1.0;
  if (frames) {  // every value of a frame adds to the sum, not one row
    double values = 1;
    for (const std::int64_t size : shape) values *= static_cast<double>(size);
    variance = static_cast<double>(shape.back()) / values;
  }
  tensors.push_back({"embedding.weight", std::move(shape), TensorRole::kEmbedding, 0, uniform_width(variance)});
}

void add_match(std::vector<TensorSpec>& tensors, int match, std::int64_t vocabulary, std::int64_t channels) {
  if (match == 0) return;
  add_look_up(tensors, "match.embedding.weight", {vocabulary, channels}, 0, uniform_width(0.25));
  add_look_up(tensors, "match.length.weight", {kMatchLengths, channels}, 0, 0.1);
  add_vector(tensors, "match.copy", kMatchLengths, 0);
}

void add_recurrent(std::vector<TensorSpec>& tensors, const RecurrentShape& shape) {
  for (int n = 0; n < shape.layers; ++n) {
    const std::string end = "_l" + std::to_string(n);
    const int layer = shape.first + n;
    const std::int64_t rows = shape.gates * shape.hidden;
    add_matrix(tensors, shape.name + ".weight_ih" + end, {rows, n == 0 ? shape.input : shape.hidden}, layer);
    add_matrix(tensors, shape.name + ".weight_hh" + end, {rows, shape.hidden}, layer);
    tensors.back().initial_width = 1.0 / std::sqrt(static_cast<double>(shape.hidden));
    add_vector(tensors, shape.name + ".bias_ih" + end, rows, layer);
    // Forget gates start open, so that gradients reach far back from the first step (Gers et al. 2000).
    if (shape.gates == 4) {
      tensors.back().ones_begin = shape.hidden;
      tensors.back().ones_end = 2 * shape.hidden;
    }
    add_vector(tensors, shape.name + ".bias_hh" + end, rows, layer);
  }
}

void add_head(std::vector<TensorSpec>& tensors, std::int64_t input, std::int64_t outputs) {
  add_matrix(tensors, "head.weight", {outputs, input}, kNoLayer, kOutputGain);
  add_vector(tensors, "head.bias", outputs, kNoLayer);
}

void add_head(std::vector<TensorSpec>& tensors, std::int64_t input, std::int64_t hidden, std::int64_t outputs) {
  add_matrix(tensors, "head.0.weight", {hidden, input}, kNoLayer, 2.0);  // before a ReLU (He et al. 2015)
  add_vector(tensors, "head.0.bias", hidden, kNoLayer);
  add_matrix(tensors, "head.1.weight", {outputs, hidden}, kNoLayer, kOutputGain);
  add_vector(tensors, "head.1.bias", outputs, kNoLayer);
}

}  // namespace continuo::weights
