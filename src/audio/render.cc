// Rendering into memory and into files.
#include "continuo/audio/render.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <new>
#include <utility>

#include "continuo/audio/audio_writer.h"
#include "continuo/base/error.h"
#include "score_renderer.h"
#include "synth.h"

namespace continuo::audio {
namespace {

constexpr double kLoudness = -18;
constexpr Seconds kInMemory = 600;  ///< up to this length a piece is rendered once, into memory

class Reporter {
 public:
  Reporter(const ProgressSink& sink, std::string task, Seconds total) : sink_(sink) {
    progress_ = {.task = std::move(task),
                 .done = 0,
                 .total = std::max<std::uint64_t>(1, whole(total)),
                 .unit = "seconds of music",
                 .detail = {}};
    report(0);
  }
  void report(Seconds done) {
    progress_.done = std::min(whole(done), progress_.total);
    if (sink_) sink_(progress_);
  }
  void finish() {
    progress_.done = progress_.total;
    if (sink_) sink_(progress_);
  }

 private:
  static std::uint64_t whole(Seconds seconds) { return static_cast<std::uint64_t>(std::lround(seconds)); }
  const ProgressSink& sink_;
  Progress progress_;
};

/// Renders the whole score and hands each block to `use`.
template <class Use>
void pass(const Score& score, const RenderOptions& options, const char* task, const ProgressSink& progress,
          const std::stop_token& stop, const Use& use) {
  ScoreRenderer renderer(score, options, stop);
  Reporter reporter(progress, task, renderer.total());
  std::vector<float> block;
  while (renderer.next(block)) {
    use(block);
    reporter.report(renderer.done());
  }
  reporter.finish();
}

}  // namespace

void check(const RenderOptions& options) {
  const Synth synth(options.soundfont.empty() ? default_soundfont() : options.soundfont, options.sample_rate, 1);
}

Waveform render(const Score& score, const RenderOptions& options, const ProgressSink& progress, std::stop_token stop) {
  Waveform waveform{.sample_rate = options.sample_rate, .channels = 2};
  const std::stop_token token = std::move(stop);
  try {
    pass(score, options, "Rendering", progress, token, [&](const std::vector<float>& block) {
      waveform.samples.insert(waveform.samples.end(), block.begin(), block.end());
    });
  } catch (const std::bad_alloc&) {
    throw Error({.message = "the sound does not fit into memory",
                 .hint = "Render straight into a file.",
                 .code = ErrorCode::kUnsupported});
  }
  if (options.normalise) normalise_loudness(waveform, kLoudness);
  return waveform;
}

RenderedFiles render_streaming(const Score& score, std::span<const std::filesystem::path> paths,
                               const RenderOptions& options, const ProgressSink& progress,
                               const std::stop_token& stop) {
  std::vector<std::unique_ptr<AudioWriter>> writers;
  for (const auto& path : paths) writers.push_back(std::make_unique<AudioWriter>(path, options.sample_rate, 2));
  float gain = 1;
  if (options.normalise) {
    Meter meter(options.sample_rate, 2, Meter::Scale::kRaised);
    pass(score, options, "Measuring", progress, stop, [&](const std::vector<float>& block) { meter.add(block); });
    gain = static_cast<float>(loudness_gain(meter.loudness(), meter.peak(), kLoudness));
  }
  Meter meter(options.sample_rate, 2, Meter::Scale::kPlain);
  std::uint64_t frames = 0;
  std::vector<float> scaled;
  pass(score, options, "Rendering", progress, stop, [&](const std::vector<float>& block) {
    scaled.assign(block.begin(), block.end());
    for (float& sample : scaled) sample *= gain;
    meter.add(scaled);
    frames += scaled.size() / 2;
    for (const auto& writer : writers) writer->write(scaled);
  });
  for (const auto& writer : writers) writer->commit();
  return {.seconds = static_cast<double>(frames) / options.sample_rate, .measurement = meter.result()};
}

RenderedFiles render_to_files(const Score& score, std::span<const std::filesystem::path> paths,
                              const RenderOptions& options, const ProgressSink& progress, std::stop_token stop) {
  for (const auto& path : paths) require_audio_path(path);
  if (!(duration_seconds(score) <= kInMemory)) return render_streaming(score, paths, options, progress, stop);
  const Waveform waveform = render(score, options, progress, std::move(stop));
  for (const auto& path : paths) write_file(path, waveform);
  return {.seconds = waveform.seconds(), .measurement = measure(waveform)};
}

}  // namespace continuo::audio
