// How tensors travel between the processes of a training: libtorch's c10d, with Gloo between processors and NCCL
// between GPUs.
#pragma once

#include <torch/types.h>

#include <functional>
#include <string>

#include "continuo/training/ranks.h"

namespace continuo::training {

/// The connection of one process to all others. All of them call the same functions in the same order. Throws Error,
/// with what to do, when a process is lost.
class Link {
 public:
  virtual ~Link() = default;

  /// Begins to replace the elements of a contiguous tensor by their sums over all processes, and returns what waits for
  /// the end of it. Sums that are under way at the same time end in any order.
  virtual std::function<void()> start_sum(torch::Tensor tensor) = 0;
  void sum(torch::Tensor tensor) { start_sum(std::move(tensor))(); }
  /// Replaces a contiguous tensor by the first process's.
  virtual void broadcast(torch::Tensor tensor) = 0;

  // Texts by their names, kept by the first process for as long as it lives. Waiting for one has no time limit.
  virtual void tell(const std::string& name, const std::string& text) = 0;
  virtual std::string hear(const std::string& name) = 0;
};

/// Waits for all processes. Throws Error, also where libtorch was built without c10d.
std::unique_ptr<Link> connect(const RankInfo& own, double seconds);

}  // namespace continuo::training
