// One function a figure, or less.
#include "continuo/workbench/reproduce/figures.h"

#include <fmt/format.h>

#include <cmath>

#include "continuo/audio/overview.h"
#include "continuo/plot/plot.h"
#include "continuo/plot/sound.h"

namespace continuo::workbench::reproduce {
namespace {

namespace fs = std::filesystem;

constexpr int kWidth = 720, kHeight = 400;

void draw_chunk(const fs::path& path, const std::vector<int>& chunk) {
  plot::Curve inputs{.label = fmt::format("inputs: classes 1 to {}", chunk.size() - 1)};
  plot::Curve target{.label = "output: the class after them", .points = true};
  for (std::size_t i = 0; i < chunk.size(); ++i) {
    plot::Curve& line = i + 1 < chunk.size() ? inputs : target;
    line.x.push_back(static_cast<double>(i + 1));
    line.y.push_back(chunk[i]);
  }
  plot::curves(path, std::vector{inputs, target},
               {.x_label = "sample of the chunk", .y_label = "class", .width = kWidth, .height = 320});
}

void draw_curve(const fs::path& path, const std::vector<Outcome>& outcomes) {
  std::vector<plot::Curve> lines;
  plot::Curve paper{.label = "the paper", .points = true};
  for (int epoch = 1; epoch <= kEpochs; ++epoch) {
    paper.x.push_back(epoch);
    paper.y.push_back(kPaperLosses[static_cast<std::size_t>(epoch - 1)]);
  }
  lines.push_back(std::move(paper));
  for (const Outcome& outcome : outcomes) {
    plot::Curve line{.label = outcome.arm.id, .points = true};
    for (const auto& point : outcome.result.curve) {
      line.x.push_back(point.epoch);
      line.y.push_back(point.held_out_loss);
    }
    lines.push_back(std::move(line));
  }
  plot::curves(path, lines,
               {.x_label = "epochs", .y_label = "test loss, nats per symbol", .width = kWidth, .height = kHeight});
}

}  // namespace

std::vector<plot::ConvolutionLayer> convolutions(const weights::WaveNetSpec& network) {
  std::vector<plot::ConvolutionLayer> layers;
  if (network.input_kernel_size > 1) layers.push_back({network.input_kernel_size, 1});
  for (int stack = 0; stack < network.stacks; ++stack)
    for (const int dilation : network.dilations) layers.push_back({network.kernel_size, dilation});
  return layers;
}

const training::CurvePoint* at_epoch(const training::TrainResult& result, int epoch) {
  for (const auto& point : result.curve)
    if (std::lround(point.epoch) == epoch && point.epoch > epoch - 0.01) return &point;
  return nullptr;
}

Figures draw_figures(const Settings& settings, const Findings& findings) {
  const fs::path folder = settings.output / "figures";
  Figures figures;
  figures.valid = folder / "valid.svg";
  figures.same = folder / "same.svg";
  figures.causal = folder / "causal.svg";
  plot::padded_convolution(figures.valid, plot::Padding::kValid);
  plot::padded_convolution(figures.same, plot::Padding::kSame);
  plot::padded_convolution(figures.causal, plot::Padding::kCausal);

  for (const Outcome& outcome : findings.outcomes) {
    const auto* network = std::get_if<weights::WaveNetSpec>(&outcome.network.network);
    if (network == nullptr || outcome.arm.sound) continue;
    const auto dilated = convolutions(*network);
    std::vector<plot::ConvolutionLayer> plain = dilated;
    for (auto& layer : plain) layer.dilation = 1;
    figures.causal_field = folder / "causal-field.svg";
    figures.dilated_field = folder / "dilated-field.svg";
    figures.causal_inputs = plot::receptive_field(plain);
    figures.dilated_inputs = plot::receptive_field(dilated);
    plot::receptive_field(figures.causal_field, plain);
    plot::receptive_field(figures.dilated_field, dilated);
    figures.block = folder / "block.svg";
    plot::residual_block(figures.block, network->block == weights::Block::kPaper, network->kernel_size,
                         network->dilations.back());
    break;
  }
  const Example& example = findings.example;
  if (!example.window.empty()) {
    figures.window = folder / "window.svg";
    plot::many_to_one(figures.window, example.window, example.target);
  }
  if (!example.chunk.empty()) {
    figures.chunk = folder / "chunk.svg";
    draw_chunk(figures.chunk, example.chunk);
  }
  if (!example.samples.empty()) {
    figures.waveform = folder / "waveform.svg";
    const audio::Waveform wave{.sample_rate = kSampleRate, .samples = example.samples};
    plot::waveform(figures.waveform, audio::overview(wave), {.width = kWidth, .height = 280});
  }
  figures.curve = folder / "curve.svg";
  draw_curve(figures.curve, findings.outcomes);
  return figures;
}

}  // namespace continuo::workbench::reproduce
