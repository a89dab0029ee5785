// Sums of gradients over the processes, under way while the backward pass goes on.
#pragma once

#include <torch/types.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "training/link.h"

namespace continuo::training {

/// Gradients travel in buckets of neighbouring parameters, those that the backward pass reaches first before the others
/// (Li et al. 2020, arXiv 2006.15704, section 3.2). A bucket leaves when the gradients of its parameters are there and
/// the buckets before it have left: so all processes send them in the same order. Lives as long as no graph of the
/// parameters outlives it.
class GradientReduction {
 public:
  static constexpr std::int64_t kBucketBytes = 1 << 20;

  GradientReduction(Link& link, std::vector<torch::Tensor> parameters, std::int64_t bucket_bytes = kBucketBytes);
  ~GradientReduction();
  GradientReduction(const GradientReduction&) = delete;
  GradientReduction& operator=(const GradientReduction&) = delete;

  /// The backward pass that comes next is the last before the gradients are wanted.
  void begin();
  /// Waits until every gradient is the sum of all processes' (0 where a process has none).
  void finish();

  /// Buckets that had left before the last finish(): what travelled beside the backward pass.
  std::size_t left_early() const noexcept { return left_early_; }
  std::size_t buckets() const noexcept { return buckets_.size(); }

 private:
  struct Bucket {
    std::vector<std::size_t> parameters;
    torch::Tensor values;     ///< their gradients, one after the other
    std::size_t missing = 0;  ///< gradients that are not there yet
    std::function<void()> wait;
  };

  void arrived(std::size_t parameter);
  void send(Bucket& bucket);
  template <class F>
  void for_each(Bucket& bucket, const F& body);

  Link& link_;
  std::vector<torch::Tensor> parameters_;
  std::vector<std::shared_ptr<void>> accumulators_;  ///< nodes of the graph; they hold the hooks
  std::vector<Bucket> buckets_;
  std::vector<std::size_t> bucket_of_;  ///< of each parameter
  std::size_t next_ = 0;                ///< the bucket that leaves next
  std::size_t left_early_ = 0;
  bool under_way_ = false;
};

}  // namespace continuo::training
