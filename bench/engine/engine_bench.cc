// Symbols per second of one stream, for networks from small to full size.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>

#include "continuo/base/random.h"
#include "continuo/engine/engine.h"

namespace {

using namespace continuo;

std::shared_ptr<const engine::Model> random_model(const weights::NetworkSpec& spec) {
  Random random(1);
  weights::ModelContents contents{.network = spec, .metadata = {}, .tensors = {}};
  for (const weights::TensorSpec& tensor : weights::tensor_specs(spec)) {
    std::size_t count = 1;
    for (const auto size : tensor.shape) count *= static_cast<std::size_t>(size);
    auto& values = contents.tensors[tensor.name];
    values.resize(count);
    for (float& value : values) value = static_cast<float>(0.05 * random.normal());
  }
  return engine::Model::create(weights::ModelFile::parse(weights::serialise(contents)));
}

void step(benchmark::State& state, const weights::NetworkSpec& spec) {
  const auto model = random_model(spec);
  const auto stream = model->new_stream();
  std::uint32_t symbol = 0;
  for (auto _ : state) {
    symbol = (symbol * 5 + 3) % static_cast<std::uint32_t>(spec.vocabulary_size);
    benchmark::DoNotOptimize(stream->step(static_cast<std::uint16_t>(symbol)).data());
  }
  state.SetItemsProcessed(state.iterations());
  state.counters["stream_bytes"] = static_cast<double>(model->stream_bytes());
}

weights::NetworkSpec wavenet(weights::Block block) {
  weights::WaveNetSpec spec;
  spec.block = block;
  if (block == weights::Block::kPaper) spec.skip_channels = spec.residual_channels;
  return {.vocabulary_size = 400, .labels = 0, .network = spec};
}

weights::NetworkSpec full_wavenet() {
  weights::WaveNetSpec spec;
  spec.residual_channels = 64;
  spec.skip_channels = 256;
  spec.head_channels = 256;
  spec.stacks = 3;
  spec.dilations = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512};
  return {.vocabulary_size = 256, .labels = 0, .network = spec};
}

BENCHMARK_CAPTURE(step, wavenet_default, wavenet(weights::Block::kStandard));
BENCHMARK_CAPTURE(step, wavenet_paper_block, wavenet(weights::Block::kPaper));
BENCHMARK_CAPTURE(step, wavenet_30_layers_64_256, full_wavenet());
BENCHMARK_CAPTURE(step, lstm_2x256, weights::NetworkSpec{400, 0, weights::LstmSpec{}});
BENCHMARK_CAPTURE(step, lstm_2x512, weights::NetworkSpec{400, 0, weights::LstmSpec{.hidden = 512}});
BENCHMARK_CAPTURE(step, wavenet_lstm_default, weights::NetworkSpec{400, 0, weights::WaveNetLstmSpec{}});

}  // namespace
