// What surrounds the networks' arithmetic: parameters, initial weights, export and import, labels, dropout, learning.
#include "continuo/nets/network.h"

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <torch/nn/functional/loss.h>
#include <torch/optim/adamw.h>
#include <torch/utils.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "continuo/base/error.h"
#include "continuo/nets/threads.h"
#include "continuo/nets/wavenet.h"
#include "specs.h"

namespace continuo::nets::testing {
namespace {

using ::testing::HasSubstr;

template <class F>
std::string error_of(const F& f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Network, HasExactlyTheContractsTensors) {
  for (const auto& spec : all_specs()) {
    SCOPED_TRACE(describe(spec));
    const auto network = make_network(spec);
    const auto parameters = network->named_parameters();
    const auto expected = weights::tensor_specs(spec);
    ASSERT_EQ(parameters.size(), expected.size());
    std::int64_t count = 0;
    for (const auto& tensor : expected) {
      ASSERT_TRUE(parameters.contains(tensor.name)) << tensor.name;
      EXPECT_EQ(parameters[tensor.name].sizes(), torch::IntArrayRef(tensor.shape)) << tensor.name;
      EXPECT_TRUE(parameters[tensor.name].requires_grad()) << tensor.name;
      count += parameters[tensor.name].numel();
    }
    EXPECT_EQ(parameter_count(*network), count);
  }
}

TEST(Network, WhatIsCountedHasNoModule) {
  EXPECT_THAT(error_of([] { make_network(with(weights::MarkovSpec{})); }), HasSubstr("markov"));
  for (const std::string& name : weights::network_names()) {
    auto spec = weights::default_network(name);
    spec.vocabulary_size = 9;
    if (spec.is_counted()) continue;
    EXPECT_EQ(make_network(spec)->spec().name(), name);
  }
}

TEST(Network, ShapesByHand) {
  const auto wavenet =
      make_network(with(small_wavenet(weights::Block::kStandard, 3, 2, {1, 2}, 1), 13, 4))->named_parameters();
  EXPECT_EQ(wavenet["embedding.weight"].sizes(), torch::IntArrayRef({2, 13, 6}));
  EXPECT_EQ(wavenet["block.1.dilated.weight"].sizes(), torch::IntArrayRef({12, 6, 3}));
  EXPECT_EQ(wavenet["block.0.skip.weight"].sizes(), torch::IntArrayRef({10, 6}));
  EXPECT_EQ(wavenet["block.0.condition.weight"].sizes(), torch::IntArrayRef({4, 12}));
  EXPECT_FALSE(wavenet.contains("block.1.residual.weight")) << "the last block's residual output is not used";
  EXPECT_EQ(wavenet["head.0.weight"].sizes(), torch::IntArrayRef({9, 10}));
  EXPECT_EQ(wavenet["head.1.weight"].sizes(), torch::IntArrayRef({13, 9}));
}

TEST(Network, RefusesASpecThatCannotBeBuilt) {
  auto spec = with(small_wavenet(weights::Block::kStandard));
  std::get<weights::WaveNetSpec>(spec.network).dilations = {1, 0};
  EXPECT_THAT(error_of([&] { make_network(spec); }), HasSubstr("dilations"));
}

TEST(Network, SeedsDecideTheInitialWeights) {
  for (const auto& spec : all_specs()) {
    SCOPED_TRACE(describe(spec));
    const auto weights = export_tensors(*make_network(spec, 7));
    torch::manual_seed(99);  // libtorch's own generator has no say
    EXPECT_EQ(weights, export_tensors(*make_network(spec, 7)));
    EXPECT_NE(weights, export_tensors(*make_network(spec, 8)));
  }
}

TEST(Network, BeginsNearTheUniformGuessAtAnyDepth) {
  const torch::NoGradGuard no_grad;
  constexpr int kVocabulary = 200;
  std::vector<weights::NetworkSpec> specs = {
      with(weights::LstmSpec{.embedding = 32, .hidden = 48, .layers = 3}, kVocabulary),
      with(weights::GruSpec{.embedding = 32, .hidden = 48, .layers = 3}, kVocabulary),
      with(weights::GuideCnnSpec{}, kVocabulary)};
  for (const weights::Block block : {weights::Block::kStandard, weights::Block::kPaper})
    for (const int stacks : {1, 4, 16}) {
      weights::WaveNetSpec wavenet;
      wavenet.residual_channels = wavenet.skip_channels = wavenet.head_channels = 32;
      wavenet.dilations = {1, 2, 4, 8};
      wavenet.stacks = stacks;
      wavenet.block = block;
      specs.push_back(with(wavenet, kVocabulary));
      specs.push_back(with(weights::WaveNetLstmSpec{.wavenet = wavenet, .hidden = 32, .layers = 1}, kVocabulary));
    }
  for (const auto& spec : specs) {
    SCOPED_TRACE(describe(spec));
    const auto network = make_network(spec);
    const torch::Tensor symbols = random_symbols(4, 101, kVocabulary);
    const torch::Tensor logits = network->forward(symbols.slice(1, 0, 100));
    const double loss =
        torch::nn::functional::cross_entropy(logits.reshape({-1, kVocabulary}), symbols.slice(1, 1).reshape({-1}))
            .item<double>();
    EXPECT_NEAR(loss, std::log(kVocabulary), 0.1);
    const double spread = logits.std().item<double>();
    EXPECT_GT(spread, 0.005) << "the signal dies on the way";
    EXPECT_LT(spread, 0.5) << "the signal explodes on the way";
  }
}

TEST(Network, ForgetGatesBeginOpen) {
  const auto parameters =
      make_network(with(weights::LstmSpec{.embedding = 4, .hidden = 3, .layers = 2}))->named_parameters();
  for (const char* name : {"lstm.bias_ih_l0", "lstm.bias_ih_l1"}) {
    const torch::Tensor bias = parameters[name].detach();
    EXPECT_TRUE(torch::equal(bias.slice(0, 3, 6), torch::ones({3}))) << "gate order i, f, g, o";
    EXPECT_EQ(bias.sum().item<float>(), 3.0F);
  }
}

TEST(Network, ExportAndImportGiveTheSameNetwork) {
  const torch::NoGradGuard no_grad;
  for (const auto& spec : all_specs()) {
    SCOPED_TRACE(describe(spec));
    const auto from = perturbed(spec, 3);
    const auto to = make_network(spec, 4);
    import_tensors(*to, export_tensors(*from));
    EXPECT_EQ(export_tensors(*to), export_tensors(*from));
    const torch::Tensor symbols = random_input(2, 12, spec);
    EXPECT_TRUE(torch::equal(to->forward(symbols), from->forward(symbols)));
  }
}

TEST(Network, ImportNamesWhatIsWrongAndChangesNothing) {
  const auto network = make_network(with(small_wavenet(weights::Block::kStandard)));
  const auto good = export_tensors(*network);
  auto other = export_tensors(*make_network(with(small_wavenet(weights::Block::kStandard)), 2));

  auto bad = other;
  bad.erase("block.2.skip.bias");
  EXPECT_THAT(error_of([&] { import_tensors(*network, bad); }), HasSubstr("block.2.skip.bias"));
  bad = other;
  bad["head.0.weight"].pop_back();
  EXPECT_THAT(error_of([&] { import_tensors(*network, bad); }), HasSubstr("head.0.weight"));
  bad = other;
  bad["alien"] = {1.0F};
  EXPECT_THAT(error_of([&] { import_tensors(*network, bad); }), HasSubstr("alien"));
  EXPECT_EQ(export_tensors(*network), good);
}

TEST(Network, LabelsChangeThePredictionAndDefaultToUnknown) {
  const torch::NoGradGuard no_grad;
  for (const auto& spec : all_specs()) {
    SCOPED_TRACE(describe(spec));
    const auto network = perturbed(spec);
    const torch::Tensor symbols = random_input(2, 9, spec);
    const torch::Tensor unknown = network->forward(symbols);
    EXPECT_TRUE(torch::equal(unknown, network->forward(symbols, torch::tensor({0, 0}))));
    const torch::Tensor labelled = network->forward(symbols, torch::tensor({0, 2}));
    EXPECT_TRUE(torch::equal(unknown[0], labelled[0]));
    EXPECT_EQ(torch::equal(unknown[1], labelled[1]), spec.labels == 0);
  }
}

TEST(Network, RefusesInputThatDoesNotGoTogether) {
  for (const auto& spec : all_specs()) {
    SCOPED_TRACE(describe(spec));
    const auto network = make_network(spec);
    const torch::Tensor symbols = random_input(2, 9, spec);
    EXPECT_THAT(error_of([&] { network->forward(symbols, {}, nullptr, 9); }), HasSubstr("position 9"));
    EXPECT_THAT(error_of([&] { network->forward(symbols.slice(1, 0, 0)); }), HasSubstr("0 symbols"));
    EXPECT_THAT(error_of([&] { network->forward(symbols[0]); }), HasSubstr("[batch, time"));
    EXPECT_THAT(error_of([&] { network->forward(symbols.to(torch::kFloat64)); }), HasSubstr("[batch, time"));
    State state;
    network->forward(symbols, {}, &state);
    if (state.tensors.empty()) continue;  // a network without memory
    EXPECT_THAT(error_of([&] { network->forward(symbols.slice(0, 0, 1), {}, &state); }), HasSubstr("2 sequences"));
  }
}

// A tiny network memorises a short sequence in which the next symbol depends on more than the last one.
TEST(Network, MemorisesAShortSequence) {
  const torch::Tensor piece = torch::tensor({0, 1, 2, 1, 3, 1, 2, 4, 0, 1, 2, 1, 5, 3, 3, 1, 2, 4, 6}, torch::kInt64);
  const torch::Tensor symbols = piece.slice(0, 0, -1).unsqueeze(0);
  const torch::Tensor next = piece.slice(0, 1);
  weights::WaveNetSpec standard = small_wavenet(weights::Block::kStandard, 2, 2, {1, 2, 4, 8}, 1);
  weights::WaveNetSpec paper = small_wavenet(weights::Block::kPaper, 2, 2, {1, 2, 4, 8}, 1);
  paper.residual_channels = paper.skip_channels = standard.residual_channels = standard.skip_channels = 16;
  paper.head_channels = standard.head_channels = 16;
  for (const auto& spec :
       {with(standard, 7), with(paper, 7), with(weights::LstmSpec{.embedding = 8, .hidden = 24, .layers = 1}, 7),
        with(weights::GruSpec{.embedding = 8, .hidden = 24, .layers = 1}, 7),
        with(weights::GuideCnnSpec{.window = 8, .channels = {16, 16}, .dilations = {1, 2}, .hidden = 24, .dropout = 0},
             7),
        with(weights::WaveNetLstmSpec{.wavenet = standard, .hidden = 12, .layers = 1}, 7)}) {
    SCOPED_TRACE(describe(spec));
    const auto network = make_network(spec);
    torch::optim::AdamW optimiser(network->parameters(), torch::optim::AdamWOptions(0.02).weight_decay(0));
    double first = 0;
    double loss = 0;
    for (int step = 0; step < 200; ++step) {
      optimiser.zero_grad();
      const torch::Tensor value = torch::nn::functional::cross_entropy(network->forward(symbols)[0], next);
      value.backward();
      optimiser.step();
      loss = value.item<double>();
      if (step == 0) first = loss;
    }
    EXPECT_NEAR(first, std::log(7.0), 0.3);
    EXPECT_LT(loss, 0.01);
    EXPECT_TRUE(torch::equal(network->forward(symbols)[0].argmax(1), next));
  }
}

TEST(Network, ModuleHoldersWorkLikeTorchsOwn) {
  WaveNet network(with(small_wavenet(weights::Block::kStandard)));
  EXPECT_EQ(network->forward(random_symbols(1, 4, 13)).sizes(), torch::IntArrayRef({1, 4, 13}));
  EXPECT_EQ(network->spec().name(), "wavenet");
}

TEST(Threads, BothCountsAreSetApart) {
  set_threads(2, 1);
  EXPECT_EQ(torch::get_num_threads(), 2);
  using GetThreads = int (*)();
  if (blas_library() != "OpenBLAS") GTEST_SKIP() << "the BLAS library here is " << blas_library();
  const auto blas_threads = reinterpret_cast<GetThreads>(dlsym(RTLD_DEFAULT, "openblas_get_num_threads"));
  ASSERT_NE(blas_threads, nullptr);
  EXPECT_EQ(blas_threads(), 1);
  set_threads(1, 2);
  EXPECT_EQ(torch::get_num_threads(), 1);
  EXPECT_EQ(blas_threads(), 2);
  set_threads(1, 1);
}

// Run by the test below in a process of its own.
TEST(Threads, DISABLED_PrintsItsSettings) {
  for (const char* name : {"OMP_WAIT_POLICY", "GLIBC_TUNABLES"}) {
    const char* value = std::getenv(name);
    std::printf("%s=%s\n", name, value != nullptr ? value : "none");
  }
}

std::string settings_after_start(const char* set_before) {
  int ends[2];
  if (pipe(ends) != 0) return "no pipe";
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDOUT_FILENO);
    for (const char* name : {"OMP_WAIT_POLICY", "GLIBC_TUNABLES"}) {
      if (set_before != nullptr)
        setenv(name, set_before, 1);
      else
        unsetenv(name);
    }
    std::string arguments[] = {"test", "--gtest_also_run_disabled_tests",
                               "--gtest_filter=Threads.DISABLED_PrintsItsSettings"};
    char* argv[] = {arguments[0].data(), arguments[1].data(), arguments[2].data(), nullptr};
    start_for_training(argv);  // returns where all is set
    static constexpr char kReturned[] = "returned\n";
    if (write(STDOUT_FILENO, kReturned, sizeof kReturned - 1) < 0) _exit(1);
    _exit(0);
  }
  close(ends[1]);
  std::string output;
  char buffer[4096];
  for (ssize_t got = read(ends[0], buffer, sizeof buffer); got > 0; got = read(ends[0], buffer, sizeof buffer))
    output.append(buffer, static_cast<std::size_t>(got));
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0) << output;
  return output;
}

TEST(Threads, TheProcessStartsAnewOnceWithItsSettings) {
  const std::string anew = settings_after_start(nullptr);
  EXPECT_THAT(anew, HasSubstr("OMP_WAIT_POLICY=passive\n"));
  EXPECT_THAT(anew, HasSubstr("GLIBC_TUNABLES=glibc.malloc."));
  EXPECT_EQ(settings_after_start("mine"), "returned\n") << "what the user has set stays";
}

}  // namespace
}  // namespace continuo::nets::testing
