// The engine gives what libtorch gives: every network, both blocks, with and without labels, streaming and recomputed,
// through the bytes of a model file.
#include <gtest/gtest.h>

#include "continuo/engine/engine.h"
#include "continuo/weights/model_file.h"
#include "unit/nets/specs.h"

namespace continuo::nets::testing {
namespace {

constexpr double kTolerance = 1e-4;

double largest_difference(std::span<const float> found, const torch::Tensor& expected) {
  EXPECT_EQ(static_cast<std::int64_t>(found.size()), expected.numel());
  const torch::Tensor values = expected.contiguous();
  double largest = 0;
  for (std::size_t i = 0; i < found.size(); ++i)
    largest =
        std::max(largest, std::abs(static_cast<double>(found[i]) - static_cast<double>(values.data_ptr<float>()[i])));
  return largest;
}

void expect_parity(const weights::NetworkSpec& spec, std::int64_t length) {
  SCOPED_TRACE(describe(spec));
  const torch::NoGradGuard no_grad;
  const auto network = perturbed(spec);
  network->eval();
  const auto model = engine::Model::create(weights::ModelFile::parse(
      weights::serialise({.network = spec, .metadata = {}, .tensors = export_tensors(*network)})));
  const torch::Tensor symbols = random_input(1, length, spec);
  std::vector<std::uint16_t> given;
  for (std::int64_t t = 0; t < length && !spec.reads_frames(); ++t)
    given.push_back(static_cast<std::uint16_t>(symbols[0][t].item<std::int64_t>()));
  const auto width = static_cast<std::size_t>(spec.input_size());
  std::span<const float> frames;
  if (spec.reads_frames()) frames = {symbols.data_ptr<float>(), static_cast<std::size_t>(symbols.numel())};
  const auto stream = model->new_stream();
  for (int label = 0; label < std::max(1, spec.labels); ++label) {
    const torch::Tensor expected = network->forward(symbols, torch::tensor({label}, torch::kInt64))[0];
    ASSERT_GT(expected.std().item<double>(), 0.05) << "logits that vary, or the comparison says little";
    stream->reset();
    stream->set_label(label);
    double streamed = 0;
    for (std::int64_t t = 0; t < length; ++t) {
      const auto at = static_cast<std::size_t>(t);
      const auto step = frames.empty() ? stream->step(given[at]) : stream->step(frames.subspan(at * width, width));
      streamed = std::max(streamed, largest_difference(step, expected[t]));
    }
    EXPECT_LT(streamed, kTolerance) << "streaming, label " << label;
    const auto recomputed = frames.empty() ? model->recompute(given, label) : model->recompute(frames, label);
    EXPECT_LT(largest_difference(recomputed, expected), kTolerance) << "recomputed, label " << label;
  }
}

TEST(EngineParity, SmallNetworksOfEveryKind) {
  for (const auto& spec : all_specs(37)) expect_parity(spec, 80);
}

TEST(EngineParity, NetworksThatAreToldOfEarlierPassages) {
  for (const int labels : {0, 3}) {  // four symbols: passages come again by chance
    expect_parity(with(weights::LstmSpec{.embedding = 5, .hidden = 7, .layers = 2, .match = 3}, 4, labels), 300);
    expect_parity(with(weights::GruSpec{.embedding = 6, .hidden = 5, .layers = 1, .match = 2}, 4, labels), 300);
    const weights::WaveNetSpec wavenet{.residual_channels = 6,
                                       .skip_channels = 9,
                                       .head_channels = 7,
                                       .stacks = 1,
                                       .dilations = {1, 2, 4},
                                       .match = 3};
    expect_parity(with(wavenet, 4, labels), 300);
    expect_parity(with(weights::WaveNetLstmSpec{.wavenet = wavenet, .hidden = 5, .layers = 2}, 4, labels), 300);
  }
}

TEST(EngineParity, NetworksOfTheDefaultSize) {
  weights::WaveNetSpec paper;
  paper.block = weights::Block::kPaper;
  paper.skip_channels = paper.residual_channels;
  expect_parity(with(weights::WaveNetSpec{}, 400, 3), 560);  // beyond the receptive field of 512
  expect_parity(with(paper, 400), 40);
  expect_parity(with(weights::LstmSpec{}, 400, 3), 60);
  expect_parity(with(weights::GruSpec{}, 400, 3), 60);
  expect_parity(with(weights::WaveNetLstmSpec{}, 400), 60);
  expect_parity(with(weights::GuideCnnSpec{}, 400), 50);
  expect_parity(of_frames(with(weights::GruSpec{}, 513), weights::kReal), 30);
  expect_parity(of_frames(with(weights::WaveNetSpec{}, 88), weights::kBinary), 60);
}

}  // namespace
}  // namespace continuo::nets::testing
