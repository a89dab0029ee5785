// Temperature, top-k and top-p over the allowed symbols, then one draw.
#include "continuo/generation/sampler.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "continuo/base/error.h"

namespace continuo::generation {
namespace {

constexpr std::size_t kBlock = 16;  ///< symbols whose weights are summed together

/// Whole numbers in the order of probability, the most probable and of equals the lower symbol first: ranking these
/// needs no look-up, and no jump that is hard to foresee.
std::uint64_t key(float logit, std::uint16_t symbol) noexcept {
  const auto bits = std::bit_cast<std::uint32_t>(logit + 0.0F);  // -0 is 0
  const std::uint32_t rising = (bits & 0x8000'0000U) != 0 ? ~bits : bits | 0x8000'0000U;
  return std::uint64_t{~rising} << 16U | symbol;
}

/// e^x for x up to 0, relative error below 2e-7, and 0 below -87: 2^n times the Taylor series of e^r, |r| <= ln(2)/2.
/// Ours because libm's differ between machines, and so that a compiler can calculate several at once.
float exponential(float x) noexcept {
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
float kept_if(bool counts, float value) noexcept {
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(value) & (0U - std::uint32_t{counts}));
}

float bounded_temperature(double temperature) noexcept {
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

}  // namespace

const KindTemperatures::Item* KindTemperatures::find(representation::SymbolKind kind) const noexcept {
  return std::find_if(begin(), end(), [&](const Item& item) { return item.first == kind; });
}

double& KindTemperatures::operator[](representation::SymbolKind kind) noexcept {
  std::size_t at = 0;
  while (at < size_ && items_[at].first < kind) ++at;
  if (at < size_ && items_[at].first == kind) return items_[at].second;
  if (size_ < kCapacity) ++size_;
  for (std::size_t i = size_ - 1; i > at; --i) items_[i] = items_[i - 1];
  items_[at] = {kind, 0};
  return items_[at].second;
}

bool operator==(const KindTemperatures& a, const KindTemperatures& b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

Sampler::Sampler(const SamplingOptions& options, std::size_t vocabulary_size) : options_(options) {
  const auto check = [](double temperature) {
    if (!(temperature > 0) || !std::isfinite(temperature))
      throw Error({.message = "the temperature must be above 0",
                   .hint = "Use argmax for the most probable symbol every time.",
                   .code = ErrorCode::kInvalidArgument});
  };
  check(options.temperature);
  for (const auto& [kind, temperature] : options.kinds) check(temperature);
  if (options.top_k < 0) throw Error(ErrorCode::kInvalidArgument, "top-k must be 0 (all symbols) or more");
  if (!(options.top_p > 0 && options.top_p <= 1))
    throw Error(ErrorCode::kInvalidArgument, "top-p must be above 0 and at most 1");
  for (auto* values : {&gathered_, &weight_, &shift_, &divisor_, &of_symbols_}) values->resize(vocabulary_size);
  block_.resize(vocabulary_size / kBlock + 1);
  keys_.resize(vocabulary_size);
  symbols_.resize(vocabulary_size);
  never_cut_.resize(vocabulary_size);
}

Sampler::Sampler(const SamplingOptions& options, const representation::Vocabulary& vocabulary)
    : Sampler(options, vocabulary.size()) {
  for (std::size_t symbol = 0; symbol < vocabulary.size(); ++symbol) {
    never_cut_[symbol] = is_never_cut(vocabulary.meanings()[symbol].kind) ? 1 : 0;
    const auto found = options.kinds.find(vocabulary.meanings()[symbol].kind);
    const float temperature = bounded_temperature(found == options.kinds.end() ? options.temperature : found->second);
    auto group =
        std::find_if(groups_.begin(), groups_.end(), [&](const Group& one) { return one.temperature == temperature; });
    if (group == groups_.end()) group = groups_.insert(groups_.end(), Group{.temperature = temperature});
    group_of_.push_back(static_cast<std::uint8_t>(group - groups_.begin()));
  }
  if (groups_.size() == 1) options_.temperature = static_cast<double>(groups_.front().temperature);
  if (groups_.size() < 2) group_of_.clear();
}

void Sampler::gather(std::span<const float> logits, std::span<const std::uint8_t> mask) noexcept {
  logits_ = logits.first(std::min(logits.size(), weight_.size()));
  vocabulary_ = size_ = logits_.size();
  masked_ = !mask.empty();
  if (!masked_) return;
  const std::size_t end = std::min(mask.size(), vocabulary_);
  size_ = 0;
  const auto take = [&](std::size_t from, std::size_t to) {
    for (std::size_t at = from; at < to; ++at) {
      symbols_[size_] = static_cast<std::uint16_t>(at);
      gathered_[size_] = logits_[at];
      size_ += mask[at] != 0 ? 1 : 0;
    }
  };
  constexpr std::size_t kAtOnce = sizeof(std::uint64_t);
  std::size_t at = 0;
  for (; at + kAtOnce <= end; at += kAtOnce) {
    std::uint64_t some = 0;
    std::memcpy(&some, mask.data() + at, sizeof some);
    if (some != 0) take(at, at + kAtOnce);
  }
  take(at, end);
  logits_ = std::span<const float>(gathered_).first(size_);
}

float Sampler::greatest() const noexcept {
  return in_lanes(
      0, size_, std::numeric_limits<float>::lowest(), [](float a, float b) { return a > b ? a : b; },
      [&](std::size_t i) { return logits_[i]; });
}

std::uint16_t Sampler::most_probable(float greatest) const noexcept {
  for (std::size_t i = 0; i < size_; ++i)
    if (logits_[i] == greatest) return symbol(i);
  return 0;
}

std::optional<float> Sampler::one_temperature() const noexcept {
  if (group_of_.empty()) return bounded_temperature(options_.temperature);
  if (!masked_) return std::nullopt;
  if (size_ == 0) return groups_.front().temperature;
  const std::uint8_t first = group_of_[symbols_[0]];
  for (std::size_t i = 1; i < size_; ++i)
    if (group_of_[symbols_[i]] != first) return std::nullopt;
  return groups_[first].temperature;
}

void Sampler::weigh_groups(float greatest) noexcept {
  for (Group& one : groups_) one = {one.temperature, std::numeric_limits<float>::lowest(), 0, 0};
  for (std::size_t i = 0; i < size_; ++i) {
    float& most = groups_[group_of_[symbol(i)]].greatest;
    most = std::max(most, logits_[i]);
  }
  for (std::size_t i = 0; i < size_; ++i) {
    shift_[i] = group(i).greatest;
    divisor_[i] = group(i).temperature;
  }
  const float* const logits = logits_.data();
  float* const weight = weight_.data();
  float* const at_one = divisor_.data();  // the divisor is read before the weight at temperature 1 takes its place
  for (std::size_t i = 0; i < size_; ++i) {
    weight[i] = exponential((logits[i] - shift_[i]) / at_one[i]);
    at_one[i] = exponential(logits[i] - greatest);
  }
  for (std::size_t i = 0; i < size_; ++i) {
    Group& own = groups_[group_of_[symbol(i)]];
    own.weights += double{weight[i]};
    own.mass += double{at_one[i]};
  }
  for (std::size_t i = 0; i < size_; ++i) {
    const Group& own = group(i);
    if (own.weights > 0) weight[i] *= static_cast<float>(own.mass / own.weights);
  }
}

std::optional<float> Sampler::weigh(float greatest) noexcept {
  const std::optional<float> temperature = one_temperature();
  const float* const logits = logits_.data();
  float* const weight = weight_.data();
  if (!temperature)
    weigh_groups(greatest);
  else if (*temperature == 1.0F)  // as below, without the divisions, which take long
    for (std::size_t i = 0; i < size_; ++i) weight[i] = exponential(logits[i] - greatest);
  else
    for (std::size_t i = 0; i < size_; ++i) weight[i] = exponential((logits[i] - greatest) / *temperature);
  return temperature;
}

std::span<const float> Sampler::weigh(std::span<const float> logits, std::span<const std::uint8_t> mask) noexcept {
  gather(logits, mask);
  weigh(greatest());
  if (!masked_) return std::span<const float>(weight_).first(size_);
  std::fill_n(of_symbols_.begin(), vocabulary_, 0.0F);
  for (std::size_t i = 0; i < size_; ++i) of_symbols_[symbols_[i]] = weight_[i];
  return std::span<const float>(of_symbols_).first(vocabulary_);
}

std::uint16_t Sampler::choose(std::span<const float> logits, std::span<const std::uint8_t> mask,
                              Random& random) noexcept {
  gather(logits, mask);
  const float most = greatest();
  if (options_.argmax) return most_probable(most);

  const std::optional<float> temperature = weigh(most);
  // With one temperature logits rise as weights do.
  const std::span<const float> order = temperature ? logits_ : std::span<const float>(weight_).first(size_);
  if (options_.top_k > 0 && static_cast<std::size_t>(options_.top_k) < vocabulary_)
    keep_first(order, options_.top_k, 1);

  // One of the nucleus by rejection: a draw from all symbols stands if those before it have less than the share. That
  // is the rule with a chance of top_p at the least, and far cheaper than ranking.
  constexpr int kTries = 8;
  double total = sum_weights();
  for (int attempt = 0; attempt < kTries; ++attempt) {
    const std::optional<std::size_t> drawn = draw(random.uniform() * total);
    if (!drawn) return most_probable(most);
    if (options_.top_p >= 1 || never_cut_[symbol(*drawn)] != 0) return symbol(*drawn);
    // All others together have less than the share: those before it do.
    constexpr double kBeyondRounding = 1e-6;
    if (double{weight_[*drawn]} > (1 - options_.top_p + kBeyondRounding) * total) return symbol(*drawn);
    if (weights_before(order, *drawn) < options_.top_p * total) return symbol(*drawn);
  }
  keep_first(order, static_cast<int>(vocabulary_), options_.top_p);
  total = sum_weights();
  const std::optional<std::size_t> drawn = draw(random.uniform() * total);
  return drawn ? symbol(*drawn) : most_probable(most);
}

void Sampler::keep_first(std::span<const float> order, int count, double share) noexcept {
  std::size_t possible = 0;
  double total = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (weight_[i] == 0) continue;
    keys_[possible++] = key(order[i], static_cast<std::uint16_t>(i));
    total += double{weight_[i]};
  }
  std::sort(keys_.begin(), keys_.begin() + static_cast<std::ptrdiff_t>(possible));
  double mass = 0;
  for (std::size_t i = 0; i < possible; ++i) {
    const std::size_t candidate = keys_[i] & 0xFFFFU;
    float& weight = weight_[candidate];
    const bool kept =
        i < static_cast<std::size_t>(count) && (mass < share * total || never_cut_[symbol(candidate)] != 0);
    mass += double{weight};
    if (!kept) weight = 0;
  }
}

double Sampler::weights_before(std::span<const float> order, std::size_t candidate) const noexcept {
  const float own = order[candidate];
  const float* const weight = weight_.data();
  const auto plus = [](double a, double b) { return a + b; };
  const auto of = [&](std::size_t i, bool counts) { return double{kept_if(counts, weight[i])}; };
  if (!masked_)
    return in_lanes(0, candidate, 0.0, plus, [&](std::size_t i) { return of(i, order[i] >= own); }) +
           in_lanes(candidate + 1, size_, 0.0, plus, [&](std::size_t i) { return of(i, order[i] > own); });
  // The same sums without the zeros of the others: each symbol has its lane.
  const auto in_symbols = [&](std::size_t from, std::size_t to, std::size_t first, std::size_t last, const auto& f) {
    double lanes[4] = {0, 0, 0, 0};
    const std::size_t whole = (last - first) / 4 * 4;
    for (std::size_t i = from; i < to; ++i) {
      const std::size_t place = symbols_[i] - first;
      lanes[place < whole ? place % 4 : 0] += f(i);
    }
    return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
  };
  const std::size_t drawn = symbols_[candidate];
  return in_symbols(0, candidate, 0, drawn, [&](std::size_t i) { return of(i, order[i] >= own); }) +
         in_symbols(candidate + 1, size_, drawn + 1, vocabulary_, [&](std::size_t i) { return of(i, order[i] > own); });
}

double Sampler::sum_weights() noexcept {
  double total = 0;
  std::size_t i = 0;
  for (std::size_t block = 0; block * kBlock < vocabulary_; ++block) {
    const std::size_t end = std::min((block + 1) * kBlock, vocabulary_);
    double sum = 0;
    if (masked_)
      for (; i < size_ && symbols_[i] < end; ++i) sum += double{weight_[i]};
    else
      for (; i < end; ++i) sum += double{weight_[i]};
    block_[block] = sum;
    total += sum;
  }
  return total;
}

std::optional<std::size_t> Sampler::draw(double left) const noexcept {
  std::size_t block = 0;
  for (; (block + 1) * kBlock < vocabulary_ && left >= block_[block]; ++block) left -= block_[block];
  std::size_t i = block * kBlock;
  if (masked_) {
    const auto begin = symbols_.begin();
    i = static_cast<std::size_t>(std::lower_bound(begin, begin + static_cast<std::ptrdiff_t>(size_), i) - begin);
  }
  for (; i < size_; ++i) {
    left -= double{weight_[i]};
    if (left < 0) return i;
  }
  return std::nullopt;
}

}  // namespace continuo::generation
