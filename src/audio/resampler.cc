// The streaming interface of libsoxr.
#include "resampler.h"

#include <soxr.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "continuo/base/error.h"

namespace continuo::audio {
namespace {

constexpr int kLowest = 1000;
constexpr int kHighest = 768'000;
constexpr std::size_t kRoom = 8192;

}  // namespace

struct Resampler::State {
  struct Delete {
    void operator()(soxr* state) const noexcept { soxr_delete(state); }
  };
  std::unique_ptr<soxr, Delete> handle;

  /// Null samples: the end. Takes all and appends all that comes.
  void run(const float* samples, std::size_t count, std::vector<float>& out) {
    while (true) {
      const std::size_t before = out.size();
      out.resize(before + kRoom);
      std::size_t taken = 0, made = 0;
      const soxr_error_t error = soxr_process(handle.get(), samples, count, samples == nullptr ? nullptr : &taken,
                                              out.data() + before, kRoom, &made);
      if (error != nullptr) throw Error(ErrorCode::kSystem, std::string("cannot resample: ") + error);
      out.resize(before + made);
      if (samples != nullptr) {
        samples += taken;
        count -= taken;
      }
      if (made < kRoom && count == 0) return;
    }
  }
};

Resampler::Resampler(int from, int to) {
  for (const int rate : {from, to}) {
    if (rate < kLowest || rate > kHighest)
      throw Error({.message = "has " + std::to_string(rate) + " samples a second",
                   .hint = "Sound of 1,000 to 768,000 samples a second can be used.",
                   .code = ErrorCode::kUnsupported});
  }
  if (from == to) return;
  state_ = std::make_unique<State>();
  const soxr_io_spec_t types = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
  const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_HQ, 0);
  soxr_error_t error = nullptr;
  state_->handle.reset(soxr_create(from, to, 1, &error, &types, &quality, nullptr));
  if (state_->handle == nullptr)
    throw Error(ErrorCode::kSystem, std::string("cannot resample: ") + (error == nullptr ? "" : error));
}

Resampler::~Resampler() = default;

void Resampler::push(std::span<const float> samples, std::vector<float>& out) {
  if (samples.empty()) return;
  if (state_ == nullptr) {
    out.insert(out.end(), samples.begin(), samples.end());
  } else {
    state_->run(samples.data(), samples.size(), out);
  }
}

void Resampler::finish(std::vector<float>& out) {
  if (state_ != nullptr) state_->run(nullptr, 0, out);
}

}  // namespace continuo::audio
