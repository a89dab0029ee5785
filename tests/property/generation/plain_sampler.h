// The rule of sampling over the whole vocabulary, symbol by symbol: what Sampler, which looks at the allowed ones only,
// must give to the bit.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "continuo/generation/sampler.h"

namespace continuo::generation::plain {

inline constexpr std::size_t kBlock = 16;  ///< symbols whose weights are summed together

/// Whole numbers in the order of probability, the most probable and of equals the lower symbol first: ranking these
/// needs no look-up, and no jump that is hard to foresee.
inline std::uint64_t key(float logit, std::uint16_t symbol) noexcept {
  const auto bits = std::bit_cast<std::uint32_t>(logit + 0.0F);  // -0 is 0
  const std::uint32_t rising = (bits & 0x8000'0000U) != 0 ? ~bits : bits | 0x8000'0000U;
  return std::uint64_t{~rising} << 16U | symbol;
}

/// e^x for x up to 0, relative error below 2e-7, and 0 below -87: 2^n times the Taylor series of e^r, |r| <= ln(2)/2.
/// Ours because libm's differ between machines, and so that a compiler can calculate several at once.
inline float exponential(float x) noexcept {
  constexpr float kRound = 12582912.0F;  // 1.5 * 2^23: adding it rounds to the nearest whole number
  const float bounded = x > -87.0F ? x : -87.0F;
  const float rounded = bounded * 1.44269504F + kRound;
  const float n = rounded - kRound;
  const float r = (bounded - n * 0.693359375F) + n * 2.12194440e-4F;
  float series = 1.0F / 5040.0F;
  series = series * r + 1.0F / 720.0F;
  series = series * r + 1.0F / 120.0F;
  series = series * r + 1.0F / 24.0F;
  series = series * r + 1.0F / 6.0F;
  series = series * r + 0.5F;
  series = series * r + 1.0F;
  series = series * r + 1.0F;
  const std::uint32_t power = std::bit_cast<std::uint32_t>(rounded) << 23U;
  const float value = std::bit_cast<float>(std::bit_cast<std::uint32_t>(series) + power);
  return x < -87.0F ? 0.0F : value;
}

/// The value or 0, without a branch, which among logits that are close to each other could not be predicted.
inline float kept_if(bool counts, float value) noexcept {
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(value) & (0U - std::uint32_t{counts}));
}

inline float bounded_temperature(double temperature) noexcept {
  return static_cast<float>(std::clamp(temperature, 1e-30, 1e30));
}

/// Combines f(i) for all i in [first, last) in four lanes, which a processor calculates at once; their order is fixed.
template <class Value, class Combine, class F>
Value in_lanes(std::size_t first, std::size_t last, Value start, const Combine& combine, const F& f) noexcept {
  Value lanes[4] = {start, start, start, start};
  for (; first + 4 <= last; first += 4)
    for (std::size_t lane = 0; lane < 4; ++lane) lanes[lane] = combine(lanes[lane], f(first + lane));
  for (; first < last; ++first) lanes[0] = combine(lanes[0], f(first));
  return combine(combine(lanes[0], lanes[1]), combine(lanes[2], lanes[3]));
}

class PlainSampler {
 public:
  PlainSampler(const SamplingOptions& options, const representation::Vocabulary& vocabulary) : options_(options) {
    weight_.resize(vocabulary.size());
    block_.resize(vocabulary.size() / kBlock + 1);
    keys_.resize(vocabulary.size());
    for (std::size_t symbol = 0; symbol < vocabulary.size(); ++symbol) {
      never_cut_.push_back(is_never_cut(vocabulary.meanings()[symbol].kind) ? 1 : 0);
      const auto found = options.kinds.find(vocabulary.meanings()[symbol].kind);
      const float temperature = bounded_temperature(found == options.kinds.end() ? options.temperature : found->second);
      auto group = std::find_if(groups_.begin(), groups_.end(),
                                [&](const Group& one) { return one.temperature == temperature; });
      if (group == groups_.end()) group = groups_.insert(groups_.end(), Group{.temperature = temperature});
      const auto index = static_cast<std::size_t>(group - groups_.begin());
      if (runs_.empty() || runs_.back().group != index) runs_.push_back({symbol, symbol, index});
      runs_.back().end = symbol + 1;
    }
    if (groups_.size() == 1) options_.temperature = static_cast<double>(groups_.front().temperature);
    if (groups_.size() < 2) runs_.clear();
  }

  std::optional<float> one_temperature(std::span<const std::uint8_t> mask) const noexcept {
    if (runs_.empty()) return bounded_temperature(options_.temperature);
    if (mask.empty()) return std::nullopt;
    std::optional<std::size_t> only;
    for (const Run& run : runs_) {
      if (only == run.group) continue;
      const auto from = mask.begin() + static_cast<std::ptrdiff_t>(run.begin);
      const auto to = mask.begin() + static_cast<std::ptrdiff_t>(run.end);
      if (std::find(from, to, std::uint8_t{1}) == to) continue;
      if (only) return std::nullopt;
      only = run.group;
    }
    return groups_[only.value_or(0)].temperature;
  }

  void weigh_groups(std::span<const float> logits, std::span<const std::uint8_t> mask, float greatest) noexcept {
    const auto allowed = [&](std::size_t symbol) { return mask.empty() || mask[symbol] != 0; };
    for (Group& group : groups_) group = {group.temperature, std::numeric_limits<float>::lowest(), 0, 0};
    for (const Run& run : runs_) {
      Group& group = groups_[run.group];
      for (std::size_t symbol = run.begin; symbol < run.end; ++symbol)
        if (allowed(symbol)) group.greatest = std::max(group.greatest, logits[symbol]);
    }
    for (const Run& run : runs_) {
      Group& group = groups_[run.group];
      for (std::size_t symbol = run.begin; symbol < run.end; ++symbol) {
        weight_[symbol] = allowed(symbol) ? exponential((logits[symbol] - group.greatest) / group.temperature) : 0.0F;
        if (!allowed(symbol)) continue;
        group.weights += double{weight_[symbol]};
        group.mass += double{exponential(logits[symbol] - greatest)};
      }
    }
    for (const Run& run : runs_) {
      const Group& group = groups_[run.group];
      if (group.weights <= 0) continue;
      const auto scale = static_cast<float>(group.mass / group.weights);
      for (std::size_t symbol = run.begin; symbol < run.end; ++symbol) weight_[symbol] *= scale;
    }
  }

  std::optional<float> weigh(std::span<const float> logits, std::span<const std::uint8_t> mask,
                             float greatest) noexcept {
    const std::size_t size = logits.size();
    const std::optional<float> temperature = one_temperature(mask);
    float* const weight = weight_.data();
    if (!temperature)
      weigh_groups(logits, mask, greatest);
    else if (*temperature == 1.0F)  // as below, without the divisions, which take long
      for (std::size_t symbol = 0; symbol < size; ++symbol) weight[symbol] = exponential(logits[symbol] - greatest);
    else
      for (std::size_t symbol = 0; symbol < size; ++symbol)
        weight[symbol] = exponential((logits[symbol] - greatest) / *temperature);
    for (std::size_t symbol = 0; symbol < mask.size() && symbol < size; ++symbol)
      if (mask[symbol] == 0) weight[symbol] = 0;
    return temperature;
  }

  std::uint16_t choose(std::span<const float> logits, std::span<const std::uint8_t> mask, Random& random) noexcept {
    logits = logits.first(std::min(logits.size(), weight_.size()));
    const std::size_t size = logits.size();
    const auto logit = [&](std::size_t symbol) {
      return mask.empty() || mask[symbol] != 0 ? logits[symbol] : -std::numeric_limits<float>::infinity();
    };
    const auto greater = [](float a, float b) { return a > b ? a : b; };
    const float lowest = std::numeric_limits<float>::lowest();
    const float greatest = mask.empty()
                               ? in_lanes(0, size, lowest, greater, [&](std::size_t symbol) { return logits[symbol]; })
                               : in_lanes(0, size, lowest, greater, logit);
    const auto most_probable = [&] {
      for (std::size_t symbol = 0; symbol < size; ++symbol)
        if (logit(symbol) == greatest) return static_cast<std::uint16_t>(symbol);
      return std::uint16_t{0};
    };
    if (options_.argmax) return most_probable();

    const std::optional<float> temperature = weigh(logits, mask, greatest);
    const float* const weight = weight_.data();
    // With one temperature logits rise as weights do.
    const std::span<const float> order = temperature ? logits : std::span<const float>(weight_).first(size);
    if (options_.top_k > 0 && static_cast<std::size_t>(options_.top_k) < size) keep_first(order, options_.top_k, 1);

    // One of the nucleus by rejection: a draw from all symbols stands if those before it have less than the share. That
    // is the rule with a chance of top_p at the least, and far cheaper than ranking.
    constexpr int kTries = 8;
    double total = sum_weights(size);
    for (int attempt = 0; attempt < kTries; ++attempt) {
      const std::optional<std::uint16_t> drawn = draw(size, random.uniform() * total);
      if (!drawn) return most_probable();
      if (options_.top_p >= 1 || never_cut_[*drawn] != 0) return *drawn;
      // All others together have less than the share: those before it do.
      constexpr double kBeyondRounding = 1e-6;
      if (double{weight[*drawn]} > (1 - options_.top_p + kBeyondRounding) * total) return *drawn;
      const float own = order[*drawn];
      const auto plus = [](double a, double b) { return a + b; };
      const auto of = [&](std::size_t i, bool counts) { return double{kept_if(counts, weight[i])}; };
      const double before =
          in_lanes(0, *drawn, 0.0, plus, [&](std::size_t i) { return of(i, order[i] >= own); }) +
          in_lanes(std::size_t{*drawn} + 1, size, 0.0, plus, [&](std::size_t i) { return of(i, order[i] > own); });
      if (before < options_.top_p * total) return *drawn;
    }
    keep_first(order, static_cast<int>(size), options_.top_p);
    total = sum_weights(size);
    const std::optional<std::uint16_t> drawn = draw(size, random.uniform() * total);
    return drawn ? *drawn : most_probable();
  }

  void keep_first(std::span<const float> order, int count, double share) noexcept {
    std::size_t possible = 0;
    double total = 0;
    for (std::size_t symbol = 0; symbol < order.size(); ++symbol) {
      if (weight_[symbol] == 0) continue;
      keys_[possible++] = key(order[symbol], static_cast<std::uint16_t>(symbol));
      total += double{weight_[symbol]};
    }
    std::sort(keys_.begin(), keys_.begin() + static_cast<std::ptrdiff_t>(possible));
    double mass = 0;
    for (std::size_t i = 0; i < possible; ++i) {
      const std::size_t symbol = keys_[i] & 0xFFFFU;
      float& weight = weight_[symbol];
      const bool kept = i < static_cast<std::size_t>(count) && (mass < share * total || never_cut_[symbol] != 0);
      mass += double{weight};
      if (!kept) weight = 0;
    }
  }

  double sum_weights(std::size_t size) noexcept {
    double total = 0;
    for (std::size_t block = 0; block < size; block += kBlock) {
      double sum = 0;
      for (std::size_t symbol = block; symbol < std::min(block + kBlock, size); ++symbol)
        sum += double{weight_[symbol]};
      block_[block / kBlock] = sum;
      total += sum;
    }
    return total;
  }

  std::optional<std::uint16_t> draw(std::size_t size, double left) const noexcept {
    std::size_t block = 0;
    for (; block + kBlock < size && left >= block_[block / kBlock]; block += kBlock) left -= block_[block / kBlock];
    for (std::size_t symbol = block; symbol < size; ++symbol) {
      left -= double{weight_[symbol]};
      if (left < 0) return static_cast<std::uint16_t>(symbol);
    }
    return std::nullopt;
  }

  struct Run {
    std::size_t begin, end;
    std::size_t group;
  };
  struct Group {
    float temperature;
    float greatest = 0;
    double mass = 0;
    double weights = 0;
  };
  SamplingOptions options_;
  std::vector<Run> runs_;
  std::vector<Group> groups_;
  std::vector<std::uint8_t> never_cut_;
  std::vector<float> weight_;
  std::vector<double> block_;
  std::vector<std::uint64_t> keys_;
};

}  // namespace continuo::generation::plain
