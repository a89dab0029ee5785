// What frames cost without a network.
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "continuo/base/error.h"
#include "continuo/evaluation/baselines.h"

namespace continuo::evaluation {
namespace {

using Frames = std::span<const std::span<const float>>;

/// f(last frame's value, value, its place in the frame) of every predicted value.
template <class F>
void for_each_value(Frames sequences, std::size_t width, const F& f) {
  for (const std::span<const float> frames : sequences)
    for (std::size_t i = width; i < frames.size(); ++i) f(frames[i - width], frames[i], i % width);
}

std::uint64_t predicted_frames(Frames sequences, std::size_t width) {
  std::uint64_t sum = 0;
  for (const std::span<const float> frames : sequences) sum += frames.size() > width ? frames.size() / width - 1 : 0;
  return sum;
}

Baselines real(Frames train, Frames held_out, std::size_t width, double frames) {
  std::vector<double> mean(width);
  const auto counted = static_cast<double>(predicted_frames(train, width));
  for_each_value(train, width, [&](float, float value, std::size_t at) { mean[at] += static_cast<double>(value); });
  for (double& value : mean) value /= std::max(counted, 1.0);
  Baselines result;
  for_each_value(held_out, width, [&](float last, float value, std::size_t at) {
    const auto exact = static_cast<double>(value);
    result.uniform += exact * exact;
    result.frequencies += (exact - mean[at]) * (exact - mean[at]);
    result.repetition += (exact - static_cast<double>(last)) * (exact - static_cast<double>(last));
  });
  for (double* sum : {&result.uniform, &result.frequencies, &result.repetition})
    *sum /= frames * static_cast<double>(width);
  return result;
}

Baselines binary(Frames train, Frames held_out, std::size_t width, double frames) {
  struct Odds {
    double ones = 1, all = 2;  // one of both seen beforehand
    void add(float value) {
      ones += value > 0.5F ? 1 : 0;
      all += 1;
    }
    double nats(float value) const { return -std::log(value > 0.5F ? ones / all : 1 - ones / all); }
  };
  std::vector<Odds> by_place(width);
  std::array<Odds, 2> by_last;
  for_each_value(train, width, [&](float last, float value, std::size_t at) {
    by_place[at].add(value);
    by_last[last > 0.5F ? 1 : 0].add(value);
  });
  Baselines result;
  for_each_value(held_out, width, [&](float last, float value, std::size_t at) {
    result.frequencies += by_place[at].nats(value);
    result.repetition += by_last[last > 0.5F ? 1 : 0].nats(value);
  });
  result.uniform = static_cast<double>(width) * std::numbers::ln2;
  result.frequencies /= frames;
  result.repetition /= frames;
  return result;
}

}  // namespace

Baselines frame_baselines(Frames train, Frames held_out, std::size_t width, bool is_binary) {
  if (width == 0) throw Error(ErrorCode::kInvalidArgument, "frames without values predict nothing");
  const std::uint64_t frames = predicted_frames(held_out, width);
  if (frames == 0) return {};
  Baselines result = is_binary ? binary(train, held_out, width, static_cast<double>(frames))
                               : real(train, held_out, width, static_cast<double>(frames));
  result.symbols = frames;
  return result;
}

}  // namespace continuo::evaluation
