// A match model over each sequence of a batch.
#include "nets/match.h"

#include <algorithm>
#include <span>

#include "continuo/weights/match_model.h"

namespace continuo::nets {

using torch::Tensor;

Matches find_matches(const Tensor& symbols, const Tensor& memory, int shortest) {
  const Tensor given = symbols.to(torch::kCPU).contiguous();
  const std::int64_t time = given.size(0), batch = given.size(1);
  const auto size = static_cast<std::int64_t>(weights::MatchModel::kMemory);
  Tensor after = memory.defined()
                     ? memory.to(torch::kCPU, torch::kInt32, /*non_blocking=*/false, /*copy=*/true).contiguous()
                     : torch::zeros({1, batch, size}, torch::kInt32);
  Tensor found = torch::zeros({2, time, batch}, torch::kInt64);
  const auto* from = given.data_ptr<std::int64_t>();
  auto* const to = found.data_ptr<std::int64_t>();
  for (std::int64_t row = 0; row < batch; ++row) {
    const std::span<std::int32_t> own(after.data_ptr<std::int32_t>() + row * size, static_cast<std::size_t>(size));
    if (own.front() == kNoSymbol) std::fill(own.begin(), own.end(), 0);
    weights::MatchModel model(own, shortest);
    for (std::int64_t t = 0; t < time; ++t) {
      const weights::Match match = model.step(static_cast<std::uint16_t>(from[t * batch + row]));
      to[t * batch + row] = match.symbol;
      to[(time + t) * batch + row] = match.length;
    }
  }
  found = found.to(symbols.device());
  return {found[0], found[1], after};
}

Tensor embed_matches(const Matches& matches, const ParameterFinder& find) {
  const Tensor there = matches.lengths.gt(0).unsqueeze(2);
  return torch::embedding(find("match.length.weight"), matches.lengths) +
         torch::embedding(find("match.embedding.weight"), matches.symbols) * there;
}

Tensor add_copy_bias(const Tensor& logits, const Matches& matches, const ParameterFinder& find, std::int64_t first) {
  if (!matches.symbols.defined()) return logits;
  const Tensor lengths = matches.lengths.slice(0, first).t();
  const Tensor weight = find("match.copy").index_select(0, lengths.reshape({-1})).view_as(lengths) * lengths.gt(0);
  return logits.scatter_add(2, matches.symbols.slice(0, first).t().unsqueeze(2), weight.unsqueeze(2));
}

}  // namespace continuo::nets
