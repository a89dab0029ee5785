// Envelope and spectrum columns that are merged in pairs when they become too many.
#include "continuo/audio/overview.h"

#include <algorithm>
#include <cmath>

#include "continuo/base/error.h"
#include "power_spectrum.h"

namespace continuo::audio {
namespace {

constexpr std::size_t kMaxExtents = 8192;
constexpr std::size_t kMaxColumns = 2048;

}  // namespace

struct OverviewMaker::State {
  /// The envelope in the making; sums of squares instead of RMS.
  struct Envelope {
    struct Column {
      float low = 0, high = 0;
      double squares = 0;
      void add(const Column& other) {
        low = std::min(low, other.low);
        high = std::max(high, other.high);
        squares += other.squares;
      }
    };
    std::vector<Column> columns;
    std::uint64_t step = 1;
    std::uint64_t in_last = 0;  ///< frames in the last column

    void add(const Column& frame) {
      if (in_last == step || columns.empty()) {
        if (columns.size() == kMaxExtents) merge();
        columns.push_back(frame);
        in_last = 1;
      } else {
        columns.back().add(frame);
        ++in_last;
      }
    }
    void merge() {
      for (std::size_t i = 0; i < columns.size() / 2; ++i) {
        columns[i] = columns[2 * i];
        columns[i].add(columns[2 * i + 1]);
      }
      columns.resize(columns.size() / 2);
      step *= 2;
    }
  };

  State(int rate, int channel_count)
      : sample_rate(rate),
        channels(static_cast<std::size_t>(channel_count)),
        window(static_cast<std::size_t>(window_size(rate))),
        spectrum(static_cast<int>(window)),
        hop(window / 32),
        recent(window / 2, 0.0F) {}

  void add(float mono) {
    recent.push_back(mono);
    if (recent.size() - offset == window) take_window();
  }

  /// The window that begins at `offset`; its centre is the next multiple of `hop`.
  void take_window() {
    if (in_last == windows_per_column || sums.empty()) {
      if (sums.size() == kMaxColumns * bins()) merge();
    }
    const auto power = spectrum(std::span(recent).subspan(offset, window));
    if (in_last == windows_per_column || sums.empty()) {
      sums.insert(sums.end(), power.begin(), power.end());
      in_last = 1;
    } else {
      const std::size_t begin = sums.size() - bins();
      for (std::size_t k = 0; k < bins(); ++k) sums[begin + k] += power[k];
      ++in_last;
    }
    offset += hop;
    if (offset >= window) {
      recent.erase(recent.begin(), recent.begin() + static_cast<std::ptrdiff_t>(offset));
      offset = 0;
    }
  }

  /// First the windows move apart, then several share a column.
  void merge() {
    const bool spread = hop < window / 2;
    const float share = spread ? 0.5F : 1.0F;  // a column of one window holds its power, of several their sum
    for (std::size_t i = 0; i < sums.size() / (2 * bins()); ++i)
      for (std::size_t k = 0; k < bins(); ++k)
        sums[i * bins() + k] = share * (sums[2 * i * bins() + k] + sums[(2 * i + 1) * bins() + k]);
    sums.resize(sums.size() / 2);
    if (spread) {
      hop *= 2;
    } else {
      windows_per_column *= 2;
    }
    in_last = windows_per_column;
  }

  std::size_t bins() const { return window / 2 + 1; }

  int sample_rate;
  std::size_t channels;
  std::uint64_t frames = 0;
  Envelope envelope;
  std::size_t window;
  PowerSpectrum spectrum;
  std::size_t hop;
  std::uint64_t windows_per_column = 1, in_last = 0;
  std::vector<float> recent;  ///< from the beginning of the window that is next, `offset` samples in
  std::size_t offset = 0;
  std::vector<float> sums;  ///< [columns, bins]
};

OverviewMaker::OverviewMaker(int sample_rate, int channels) {
  if (sample_rate < 1 || channels < 1)
    throw Error(ErrorCode::kInvalidArgument, "a sound without channels or sample rate");
  state_ = std::make_unique<State>(sample_rate, channels);
}

OverviewMaker::~OverviewMaker() = default;
OverviewMaker::OverviewMaker(OverviewMaker&&) noexcept = default;
OverviewMaker& OverviewMaker::operator=(OverviewMaker&&) noexcept = default;

void OverviewMaker::add(std::span<const float> samples) {
  State& state = *state_;
  for (std::size_t at = 0; at + state.channels <= samples.size(); at += state.channels) {
    State::Envelope::Column frame{.low = 1e30F, .high = -1e30F};
    double sum = 0;
    for (std::size_t c = 0; c < state.channels; ++c) {
      const float sample = std::isfinite(samples[at + c]) ? samples[at + c] : 0.0F;
      frame.add({sample, sample, static_cast<double>(sample) * static_cast<double>(sample)});
      sum += static_cast<double>(sample);
    }
    state.envelope.add(frame);
    state.add(static_cast<float>(sum / static_cast<double>(state.channels)));
    ++state.frames;
  }
}

Overview OverviewMaker::result() const {
  Overview result{.sample_rate = state_->sample_rate, .frames = state_->frames};
  result.window = static_cast<int>(state_->window);
  if (state_->frames == 0) return result;
  State state = *state_;
  // Silence after the end completes the windows whose centres lie before it.
  for (std::size_t i = 1; i < state.window / 2; ++i) state.add(0);

  result.envelope_step = state.envelope.step;
  for (std::size_t i = 0; i < state.envelope.columns.size(); ++i) {
    const auto& column = state.envelope.columns[i];
    const bool last = i + 1 == state.envelope.columns.size();
    const auto count = static_cast<double>((last ? state.envelope.in_last : state.envelope.step) * state.channels);
    result.envelope.push_back({column.low, column.high, static_cast<float>(std::sqrt(column.squares / count))});
  }
  result.spectrum_step = state.hop * state.windows_per_column;
  result.power = std::move(state.sums);
  const std::size_t columns = result.columns();
  for (std::size_t i = 0; i < result.power.size(); ++i) {
    const bool last = i / result.bins() + 1 == columns;
    result.power[i] /= static_cast<float>(last ? state.in_last : state.windows_per_column);
  }
  return result;
}

Overview overview(const Waveform& waveform) {
  OverviewMaker maker(waveform.sample_rate, waveform.channels);
  maker.add(waveform.samples);
  return maker.result();
}

}  // namespace continuo::audio
