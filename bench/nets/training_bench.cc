// Symbols per second of training: forward, loss and backward for every network, by thread counts, batch and chunk.
#include <benchmark/benchmark.h>
#include <torch/nn/functional/loss.h>

#include "continuo/nets/network.h"
#include "continuo/nets/threads.h"

namespace {

using namespace continuo;

constexpr int kVocabulary = 400;

/// Arguments: OpenMP's threads, BLAS's threads, batch, chunk.
void train(benchmark::State& state, const weights::NetworkSpec& spec) {
  nets::set_threads(static_cast<int>(state.range(0)), static_cast<int>(state.range(1)));
  const std::int64_t batch = state.range(2);
  const std::int64_t chunk = state.range(3);
  const auto network = nets::make_network(spec);
  network->train();
  torch::manual_seed(1);
  const torch::Tensor symbols = torch::randint(kVocabulary, {batch, chunk + 1}, torch::kInt64);
  const torch::Tensor inputs = symbols.slice(1, 0, chunk).contiguous();
  const torch::Tensor targets = symbols.slice(1, 1).reshape({-1});
  for (auto _ : state) {
    network->zero_grad();
    const torch::Tensor logits = network->forward(inputs);
    const torch::Tensor loss = torch::nn::functional::cross_entropy(logits.view({-1, kVocabulary}), targets);
    loss.backward();
    benchmark::DoNotOptimize(loss.item<float>());
  }
  state.SetItemsProcessed(state.iterations() * batch * chunk);
  state.SetLabel(nets::blas_library());
}

weights::NetworkSpec wavenet(weights::Block block, float dropout = 0) {
  weights::WaveNetSpec spec;
  spec.block = block;
  spec.dropout = dropout;
  if (block == weights::Block::kPaper) spec.skip_channels = spec.residual_channels;
  return {.vocabulary_size = kVocabulary, .labels = 0, .network = spec};
}

weights::NetworkSpec lstm(int hidden) {
  return {.vocabulary_size = kVocabulary, .labels = 0, .network = weights::LstmSpec{.hidden = hidden}};
}

void thread_counts(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"openmp", "blas", "batch", "chunk"})->Unit(benchmark::kMillisecond)->UseRealTime();
  for (const std::int64_t batch : {16, 32})
    for (const auto& [openmp, blas] : {std::pair{1, 1}, std::pair{2, 1}, std::pair{1, 2}, std::pair{2, 2}})
      benchmark->Args({openmp, blas, batch, 512});
}

BENCHMARK_CAPTURE(train, wavenet_default, wavenet(weights::Block::kStandard))->Apply(thread_counts);
BENCHMARK_CAPTURE(train, wavenet_dropout, wavenet(weights::Block::kStandard, 0.1F))
    ->Args({1, 1, 16, 512})
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(train, wavenet_paper_block, wavenet(weights::Block::kPaper))->Apply(thread_counts);
BENCHMARK_CAPTURE(train, lstm_2x256, lstm(256))->Apply(thread_counts);
BENCHMARK_CAPTURE(train, lstm_2x512, lstm(512))->Apply(thread_counts);
BENCHMARK_CAPTURE(train, wavenet_lstm, weights::NetworkSpec{kVocabulary, 0, weights::WaveNetLstmSpec{}})
    ->Apply(thread_counts);

}  // namespace
