// What the networks compute: the equations, their gradients, causality, the receptive field, chunks and threads.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "continuo/nets/threads.h"
#include "reference.h"
#include "specs.h"

namespace continuo::nets::testing {
namespace {

constexpr std::int64_t kBatch = 3;
constexpr std::int64_t kTime = 37;

torch::Tensor some_labels() { return torch::tensor({2, 0, 1}, torch::kInt64); }

/// A loss that weighs every logit differently.
torch::Tensor weighted_sum(const torch::Tensor& logits) {
  torch::manual_seed(11);
  return (logits * torch::randn(logits.sizes())).sum();
}

std::map<std::string, torch::Tensor> gradients(NetworkImpl& network, const torch::Tensor& loss) {
  network.zero_grad();
  loss.backward();
  std::map<std::string, torch::Tensor> result;
  for (const auto& item : network.named_parameters())
    result[item.key()] = item.value().grad().defined() ? item.value().grad().clone() : torch::zeros_like(item.value());
  return result;
}

void expect_same_gradients(const std::map<std::string, torch::Tensor>& a,
                           const std::map<std::string, torch::Tensor>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (const auto& [name, gradient] : a) {
    const double scale = 1.0 + b.at(name).abs().max().item<double>();
    EXPECT_LT(largest_difference(gradient, b.at(name)) / scale, 1e-5) << name;
    EXPECT_GT(gradient.abs().max().item<double>(), 0) << name << " gets no gradient";
  }
}

TEST(Forward, LogitsAndGradientsAreThoseOfTheEquations) {
  for (const auto& spec : all_specs()) {
    SCOPED_TRACE(describe(spec));
    const auto network = perturbed(spec);
    const torch::Tensor symbols = random_input(kBatch, kTime, spec);
    const torch::Tensor expected = reference_logits(*network, symbols, some_labels());
    const torch::Tensor logits = network->forward(symbols, some_labels());
    ASSERT_TRUE(logits.is_contiguous());
    EXPECT_LT(largest_difference(logits, expected), 1e-5);
    expect_same_gradients(gradients(*network, weighted_sum(logits)), gradients(*network, weighted_sum(expected)));
  }
}

// Clipping scales gradients in place and a second backward pass adds to them: none may share another's memory.
TEST(Forward, GradientsAreApart) {
  for (const auto& spec : all_specs()) {
    SCOPED_TRACE(describe(spec));
    const auto network = perturbed(spec);
    const torch::Tensor symbols = random_input(kBatch, kTime, spec);
    const auto once = gradients(*network, weighted_sum(network->forward(symbols, some_labels())));
    weighted_sum(network->forward(symbols, some_labels())).backward();
    for (auto& item : network->named_parameters()) {
      const torch::Tensor twice = item.value().grad();
      EXPECT_LT(largest_difference(twice, 2 * once.at(item.key())) / (1.0 + twice.abs().max().item<double>()), 1e-5)
          << item.key();
    }
  }
}

TEST(Forward, ContextCostsNoLogitsAndChangesNone) {
  for (const auto& spec : all_specs()) {
    SCOPED_TRACE(describe(spec));
    const auto network = perturbed(spec);
    const torch::Tensor symbols = random_input(kBatch, kTime, spec);
    for (const std::int64_t first : {std::int64_t{5}, kTime / 2, kTime - 1}) {
      const torch::Tensor all = reference_logits(*network, symbols, some_labels()).slice(1, first);
      const torch::Tensor wanted = network->forward(symbols, some_labels(), nullptr, first);
      EXPECT_LT(largest_difference(wanted, all), 1e-5) << first;
      const auto expected = gradients(*network, weighted_sum(all));
      for (const auto& [name, gradient] : gradients(*network, weighted_sum(wanted)))
        EXPECT_LT(
            largest_difference(gradient, expected.at(name)) / (1.0 + expected.at(name).abs().max().item<double>()),
            1e-5)
            << name << " from " << first;
    }
  }
}

TEST(Forward, ChunkByChunkIsOneLongSequence) {
  const torch::NoGradGuard no_grad;
  for (const auto& spec : all_specs()) {
    SCOPED_TRACE(describe(spec));
    const auto network = perturbed(spec);
    const torch::Tensor symbols = random_input(kBatch, kTime, spec);
    const torch::Tensor whole = network->forward(symbols, some_labels());
    for (const std::int64_t chunk : {1, 2, 5, 16, 36}) {
      State state;
      std::vector<torch::Tensor> parts;
      for (std::int64_t from = 0; from < kTime; from += chunk)
        parts.push_back(network->forward(symbols.slice(1, from, std::min(kTime, from + chunk)), some_labels(), &state));
      EXPECT_LT(largest_difference(torch::cat(parts, 1), whole), 1e-5) << "chunks of " << chunk;
      for (const auto& tensor : state.tensors) EXPECT_EQ(tensor.size(1), kBatch);
    }
  }
}

// The gradient of a chunk takes its state as given.
TEST(Forward, AChunksGradientCountsThePastAsConstant) {
  for (const auto& spec : all_specs()) {
    SCOPED_TRACE(describe(spec));
    const auto network = perturbed(spec);
    const torch::Tensor symbols = random_input(kBatch, kTime, spec);
    State state;
    network->forward(symbols.slice(1, 0, 20), some_labels(), &state);
    for (const auto& tensor : state.tensors) EXPECT_FALSE(tensor.requires_grad());
    const torch::Tensor rest = symbols.slice(1, 20);
    const torch::Tensor expected = reference_logits(*network, rest, some_labels(), state);
    const torch::Tensor found = network->forward(rest, some_labels(), &state);
    EXPECT_LT(largest_difference(found, expected), 1e-5);
    expect_same_gradients(gradients(*network, weighted_sum(found)), gradients(*network, weighted_sum(expected)));
  }
}

/// Of few symbols, so that passages come again by chance.
std::vector<weights::NetworkSpec> told_specs() {
  const weights::WaveNetSpec wavenet{
      .residual_channels = 6, .skip_channels = 8, .head_channels = 7, .stacks = 1, .dilations = {1, 2, 4}, .match = 3};
  return {with(weights::LstmSpec{.embedding = 5, .hidden = 7, .layers = 2, .match = 3}, 4),
          with(weights::GruSpec{.embedding = 5, .hidden = 7, .layers = 1, .match = 2}, 4), with(wavenet, 4),
          with(weights::WaveNetLstmSpec{.wavenet = wavenet, .hidden = 5, .layers = 1}, 4)};
}

TEST(Forward, LogitsAndGradientsOfWhatIsToldOfEarlierPassagesAreThoseOfTheEquations) {
  for (const auto& spec : told_specs()) {
    SCOPED_TRACE(describe(spec));
    const auto network = perturbed(spec);
    const torch::Tensor symbols = random_input(kBatch, 80, spec);
    const torch::Tensor expected = reference_logits(*network, symbols, some_labels());
    const torch::Tensor logits = network->forward(symbols, some_labels());
    EXPECT_LT(largest_difference(logits, expected), 1e-5);
    expect_same_gradients(gradients(*network, weighted_sum(logits)), gradients(*network, weighted_sum(expected)));
  }
}

TEST(Forward, WhatIsToldOfEarlierPassagesGoesOnFromChunkToChunkAndBeginsAnew) {
  for (const auto& spec : told_specs()) {
    SCOPED_TRACE(describe(spec));
    const auto network = perturbed(spec);
    const torch::NoGradGuard no_grad;
    const torch::Tensor symbols = random_input(2, 120, spec);
    const torch::Tensor whole = network->forward(symbols);
    State state;
    const torch::Tensor first = network->forward(symbols.slice(1, 0, 50), {}, &state);
    const torch::Tensor rest = network->forward(symbols.slice(1, 50), {}, &state, 7);
    EXPECT_LT(largest_difference(first, whole.slice(1, 0, 50)), 1e-5);
    EXPECT_LT(largest_difference(rest, whole.slice(1, 57)), 1e-5);
    begin_again(state, torch::tensor({true, false}));
    const torch::Tensor again = network->forward(symbols, {}, &state);
    EXPECT_LT(largest_difference(again[0], whole[0]), 1e-5);
    EXPECT_GT(largest_difference(again[1], whole[1]), 1e-3);
  }
}

TEST(Forward, DropoutActsInTrainingOnly) {
  constexpr double kDropout = 0.3;
  for (auto spec : all_specs()) {
    if (auto* wavenet = std::get_if<weights::WaveNetSpec>(&spec.network)) wavenet->dropout = kDropout;
    if (auto* lstm = std::get_if<weights::LstmSpec>(&spec.network)) lstm->dropout = kDropout;
    if (auto* gru = std::get_if<weights::GruSpec>(&spec.network)) gru->dropout = kDropout;
    if (auto* both = std::get_if<weights::WaveNetLstmSpec>(&spec.network)) both->wavenet.dropout = kDropout;
    if (std::holds_alternative<weights::GuideCnnSpec>(spec.network)) continue;  // below
    SCOPED_TRACE(describe(spec));
    const auto network = perturbed(spec);
    const torch::Tensor symbols = random_input(kBatch, kTime, spec);
    network->eval();
    EXPECT_LT(largest_difference(network->forward(symbols, some_labels()),
                                 reference_logits(*network, symbols, some_labels())),
              1e-5);
    network->train();
    State state;
    network->forward(symbols.slice(1, 0, 20), some_labels(), &state);
    const torch::Tensor rest = symbols.slice(1, 20);
    torch::manual_seed(7);
    const torch::Tensor expected = reference_logits(*network, rest, some_labels(), state, kDropout);
    torch::manual_seed(7);
    const torch::Tensor found = network->forward(rest, some_labels(), &state);
    EXPECT_LT(largest_difference(found, expected), 1e-5);
    const auto expected_gradients = gradients(*network, weighted_sum(expected));
    for (const auto& [name, gradient] : gradients(*network, weighted_sum(found))) {
      const double scale = 1.0 + expected_gradients.at(name).abs().max().item<double>();
      EXPECT_LT(largest_difference(gradient, expected_gradients.at(name)) / scale, 1e-5) << name;
    }
  }
}

// Of single values, as in the guide, not of channels: without other random numbers there is nothing to compare with.
TEST(Forward, TheGuidesDropoutActsInTrainingOnlyAndKeepsTheMean) {
  const torch::NoGradGuard no_grad;
  auto spec = with(weights::GuideCnnSpec{.window = 8, .channels = {40}, .dilations = {1}, .dropout = 0});
  const auto without = perturbed(spec);
  std::get<weights::GuideCnnSpec>(spec.network).dropout = 0.1F;
  const auto network = perturbed(spec);
  const torch::Tensor symbols = random_symbols(1, 8, spec.vocabulary_size).expand({4000, 8}).contiguous();
  const torch::Tensor expected = without->forward(symbols, {}, nullptr, 7);
  network->eval();
  EXPECT_TRUE(torch::equal(network->forward(symbols, {}, nullptr, 7), expected));
  network->train();
  const torch::Tensor dropped = network->forward(symbols, {}, nullptr, 7);
  EXPECT_GT(dropped.std(0).max().item<double>(), 0.05);
  EXPECT_LT(largest_difference(dropped.mean(0), expected[0]), 0.35) << "the maximum moves it a little";
}

TEST(Forward, BeginAgainForgetsThePastOfThoseSequencesOnly) {
  const torch::NoGradGuard no_grad;
  for (const auto& spec : all_specs()) {
    SCOPED_TRACE(describe(spec));
    const auto network = perturbed(spec);
    const torch::Tensor symbols = random_input(kBatch, kTime, spec);
    State state;
    network->forward(symbols.slice(1, 0, 20), some_labels(), &state);
    begin_again(state, torch::tensor({0, 1, 0}).to(torch::kBool));
    const torch::Tensor rest = network->forward(symbols.slice(1, 20), some_labels(), &state);
    const torch::Tensor went_on = network->forward(symbols, some_labels(), nullptr, 20);
    const torch::Tensor anew = network->forward(symbols.slice(1, 20), some_labels());
    EXPECT_LT(largest_difference(rest[0], went_on[0]), 1e-5);
    EXPECT_LT(largest_difference(rest[1], anew[1]), 1e-5);
    EXPECT_LT(largest_difference(rest[2], went_on[2]), 1e-5);
  }
  State empty;
  begin_again(empty, torch::ones({3}, torch::kBool));
  EXPECT_TRUE(empty.tensors.empty());
}

TEST(Forward, ThreadsChangeNothingButTheOrderOfSums) {
  for (const auto& spec : all_specs()) {
    SCOPED_TRACE(describe(spec));
    const auto network = perturbed(spec);
    const torch::Tensor symbols = random_input(kBatch, 150, spec);
    const auto run = [&](int threads) {
      set_threads(threads, 1);
      auto result = gradients(*network, weighted_sum(network->forward(symbols, some_labels())));
      set_threads(1, 1);
      return result;
    };
    const auto one = run(1);
    const auto two = run(2);
    expect_same_gradients(one, two);
    for (const auto& [name, gradient] : run(2)) EXPECT_TRUE(torch::equal(gradient, two.at(name))) << name;
  }
}

/// |d logits[t] / d embedding of the symbol at t'| for all t', with a different symbol at every position.
std::vector<double> influence(NetworkImpl& network, std::int64_t time, std::int64_t t) {
  network.zero_grad();
  const torch::Tensor input =
      network.spec().reads_frames() ? torch::eye(time).unsqueeze(0) : torch::arange(time).unsqueeze(0);
  const torch::Tensor logits = network.forward(input);
  (logits[0][t] * torch::linspace(0.5, 1.5, logits.size(2))).sum().backward();
  torch::Tensor gradient = network.named_parameters()["embedding.weight"].grad().abs();
  if (gradient.dim() == 3) gradient = gradient.sum(0);  // over the taps of the first convolution
  std::vector<double> result;
  for (std::int64_t at = 0; at < time; ++at) result.push_back(gradient[at].sum().item<double>());
  return result;
}

TEST(Causality, NothingFlowsFromTheFuture) {
  constexpr std::int64_t kLength = 30;
  for (auto spec : all_specs(kLength)) {
    if (spec.inputs > 0) spec.inputs = kLength;
    SCOPED_TRACE(describe(spec));
    const auto network = perturbed(spec);
    for (const std::int64_t t : {std::int64_t{0}, std::int64_t{17}, kLength - 1}) {
      const auto from = influence(*network, kLength, t);
      if (std::holds_alternative<weights::GuideCnnSpec>(spec.network)) {  // maxima may pass the present symbol over
        EXPECT_GT(*std::max_element(from.begin(), from.end()), 0);
      } else {
        EXPECT_GT(from[static_cast<std::size_t>(t)], 0) << "the present symbol counts";
      }
      for (std::size_t at = static_cast<std::size_t>(t) + 1; at < from.size(); ++at)
        EXPECT_EQ(from[at], 0) << "position " << at << " on the logits of " << t;
    }
  }
}

TEST(ReceptiveField, IsExactToTheStep) {
  struct Case {
    int kernel, input_kernel, stacks;
    std::vector<int> dilations;
    int expected;  ///< by hand: 1 + (input_kernel - 1) + (kernel - 1) x stacks x sum of dilations
  };
  const std::vector<Case> cases = {{2, 2, 1, {1, 2, 4, 8}, 17}, {2, 1, 2, {1, 2, 4}, 15}, {3, 2, 1, {1, 3}, 10},
                                   {3, 4, 2, {2}, 12},          {2, 3, 1, {7}, 10},       {1, 3, 2, {4}, 3}};
  for (const weights::Block block : {weights::Block::kStandard, weights::Block::kPaper})
    for (const auto& c : cases) {
      const auto wavenet = small_wavenet(block, c.kernel, c.input_kernel, c.dilations, c.stacks);
      SCOPED_TRACE(describe(with(wavenet)));
      ASSERT_EQ(wavenet.receptive_field(), c.expected);
      const std::int64_t length = c.expected + 5;
      const auto network = perturbed(with(wavenet, static_cast<int>(length)));
      const auto from = influence(*network, length, length - 1);
      const auto back = [&](int steps) { return from[static_cast<std::size_t>(length - 1 - steps)]; };
      EXPECT_GT(back(c.expected - 1), 0);
      for (int steps = c.expected; steps < static_cast<int>(length); ++steps) EXPECT_EQ(back(steps), 0) << steps;
    }
}

TEST(ReceptiveField, OfRecurrentNetworksIsEverything) {
  for (auto spec : all_specs(40)) {
    if (spec.inputs > 0) spec.inputs = 40;
    if (spec.receptive_field() != 0) continue;
    SCOPED_TRACE(describe(spec));
    EXPECT_GT(influence(*perturbed(spec), 40, 39).front(), 0);
  }
}

}  // namespace
}  // namespace continuo::nets::testing
