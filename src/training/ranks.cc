// What the processes of a training say to each other beside gradients.
#include "continuo/training/ranks.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>

#include "continuo/base/parallel.h"
#include "training/link.h"

namespace continuo::training {
namespace {

/// The cores that this process may use: "0,1,".
std::string cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return "";
  std::string list;
  for (int i = 0; i < CPU_SETSIZE; ++i)
    if (CPU_ISSET(i, &set)) list += std::to_string(i) + ",";
  return list;
}

std::string machine() {
  char name[256] = {};
  gethostname(name, sizeof name - 1);
  return name;
}

}  // namespace

Ranks::Ranks() = default;

Ranks::Ranks(const RankInfo& own, double seconds) : info_(own) {
  if (alone()) return;
  link_ = connect(own, seconds);
  link_->tell("machine/" + std::to_string(rank()), machine());
  link_->tell("cores/" + std::to_string(rank()), cores());
  int before = 0;
  int beside = 0;
  for (int other = 0; other < size(); ++other) {
    if (link_->hear("machine/" + std::to_string(other)) != machine()) continue;
    before += other < rank() ? 1 : 0;
    beside += link_->hear("cores/" + std::to_string(other)) == cores() ? 1 : 0;
  }
  if (info_.local_rank < 0) info_.local_rank = before;
  if (beside > 1) threads_ = std::max(1, available_cores() / beside);
}

Ranks::~Ranks() = default;

void Ranks::first_ahead(const std::function<void()>& work) {
  const std::string name = "ahead/" + std::to_string(goings_ahead_++);
  if (!first()) link_->hear(name);
  work();
  if (!alone() && first()) link_->tell(name, "done");
}

std::vector<std::uint8_t> Ranks::from_first(std::vector<std::uint8_t> bytes) {
  if (alone()) return bytes;
  torch::Tensor size = torch::tensor(static_cast<std::int64_t>(bytes.size()));
  link_->broadcast(size);
  bytes.resize(static_cast<std::size_t>(size.item<std::int64_t>()));
  constexpr std::size_t kAtOnce = std::size_t{1} << 26;
  for (std::size_t from = 0; from < bytes.size(); from += kAtOnce) {
    const auto count = static_cast<std::int64_t>(std::min(kAtOnce, bytes.size() - from));
    link_->broadcast(torch::from_blob(bytes.data() + from, {count}, torch::kUInt8));
  }
  return bytes;
}

std::string Ranks::from_first(const std::string& text) {
  const auto bytes = from_first(std::vector<std::uint8_t>(text.begin(), text.end()));
  return {bytes.begin(), bytes.end()};
}

void Ranks::sum(std::span<double> values) {
  if (alone()) return;
  link_->sum(torch::from_blob(values.data(), {static_cast<std::int64_t>(values.size())}, torch::kFloat64));
}

}  // namespace continuo::training
