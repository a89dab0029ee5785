// Mean and deviation of every value of a frame, over a collection.
#include <algorithm>
#include <cmath>

#include "continuo/base/error.h"
#include "continuo/representation/sound.h"

namespace continuo::representation {

FrameStatistics::FrameStatistics(int width)
    : sum_(static_cast<std::size_t>(width)), squares_(static_cast<std::size_t>(width)) {}

void FrameStatistics::add(std::span<const float> frames) {
  const std::size_t width = sum_.size();
  if (frames.size() % width != 0) throw Error(ErrorCode::kInvalidArgument, "statistics are of whole frames");
  for (std::size_t at = 0; at < frames.size(); at += width) {
    for (std::size_t i = 0; i < width; ++i) {
      const double value = frames[at + i];
      sum_[i] += value;
      squares_[i] += value * value;
    }
    ++count_;
  }
}

void FrameStatistics::merge(const FrameStatistics& other) {
  if (other.sum_.size() != sum_.size())
    throw Error(ErrorCode::kInvalidArgument, "statistics of frames of different widths cannot be merged");
  for (std::size_t i = 0; i < sum_.size(); ++i) {
    sum_[i] += other.sum_[i];
    squares_[i] += other.squares_[i];
  }
  count_ += other.count_;
}

std::vector<float> FrameStatistics::values() const {
  constexpr double kFloor = 1e-3;  // 60 dB below the loudest
  if (count_ == 0) throw Error(ErrorCode::kEmpty, "statistics need a frame");
  const auto count = static_cast<double>(count_);
  std::vector<double> deviations(sum_.size());
  for (std::size_t i = 0; i < sum_.size(); ++i) {
    const double mean = sum_[i] / count;
    deviations[i] = std::sqrt(std::max(0.0, squares_[i] / count - mean * mean));
  }
  const double largest = *std::max_element(deviations.begin(), deviations.end());
  std::vector<float> values;
  values.reserve(2 * sum_.size());
  for (const double sum : sum_) values.push_back(static_cast<float>(sum / count));
  for (const double deviation : deviations)
    values.push_back(largest > 0 ? static_cast<float>(std::max(deviation, kFloor * largest)) : 1.0F);
  return values;
}

}  // namespace continuo::representation
