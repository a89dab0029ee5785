// Hooks on the nodes of the graph that accumulate gradients, and the buckets that they fill.
#include "training/reduction.h"

#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/function_hook.h>
#include <torch/csrc/autograd/variable.h>

namespace continuo::training {
namespace {

using torch::Tensor;

class AfterGradient : public torch::autograd::FunctionPostHook {
 public:
  explicit AfterGradient(std::function<void()> action) : action_(std::move(action)) {}
  torch::autograd::variable_list operator()(const torch::autograd::variable_list& outputs,
                                            const torch::autograd::variable_list& /*inputs*/) override {
    action_();
    return outputs;
  }

 private:
  std::function<void()> action_;
};

}  // namespace

GradientReduction::GradientReduction(Link& link, std::vector<Tensor> parameters, std::int64_t bucket_bytes)
    : link_(link), parameters_(std::move(parameters)), bucket_of_(parameters_.size()) {
  std::int64_t bytes = bucket_bytes;  // of the last bucket
  std::vector<std::int64_t> elements;
  for (std::size_t i = parameters_.size(); i-- > 0;) {
    const auto size = static_cast<std::int64_t>(parameters_[i].nbytes());
    if (buckets_.empty() || bytes + size > bucket_bytes) {
      buckets_.emplace_back();
      elements.push_back(0);
      bytes = 0;
    }
    bytes += size;
    elements.back() += parameters_[i].numel();
    buckets_.back().parameters.push_back(i);
    bucket_of_[i] = buckets_.size() - 1;
  }
  for (std::size_t b = 0; b < buckets_.size(); ++b)
    buckets_[b].values = torch::empty({elements[b]}, parameters_[buckets_[b].parameters[0]].options());
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const auto node = torch::autograd::impl::grad_accumulator(parameters_[i]);
    node->add_post_hook(std::make_unique<AfterGradient>([this, i] { arrived(i); }));
    accumulators_.push_back(node);
  }
}

GradientReduction::~GradientReduction() {
  for (Bucket& bucket : buckets_) {
    try {
      if (bucket.wait) bucket.wait();  // what still travels must not arrive in memory that is gone
    } catch (...) {                    // an error is on its way already
    }
  }
}

void GradientReduction::begin() {
  for (Bucket& bucket : buckets_) bucket.missing = bucket.parameters.size();
  next_ = 0;
  under_way_ = true;
}

void GradientReduction::arrived(std::size_t parameter) {
  if (!under_way_) return;
  --buckets_[bucket_of_[parameter]].missing;
  while (next_ < buckets_.size() && buckets_[next_].missing == 0) send(buckets_[next_++]);
}

template <class F>
void GradientReduction::for_each(Bucket& bucket, const F& body) {
  const torch::NoGradGuard no_gradients;
  std::int64_t at = 0;
  for (const std::size_t i : bucket.parameters) {
    Tensor& parameter = parameters_[i];
    body(parameter, bucket.values.narrow(0, at, parameter.numel()).view(parameter.sizes()));
    at += parameter.numel();
  }
}

void GradientReduction::send(Bucket& bucket) {
  for_each(bucket, [](Tensor& parameter, Tensor place) {
    if (parameter.grad().defined())
      place.copy_(parameter.grad());
    else
      place.zero_();
  });
  bucket.wait = link_.start_sum(bucket.values);
}

void GradientReduction::finish() {
  left_early_ = next_;
  while (next_ < buckets_.size()) send(buckets_[next_++]);
  under_way_ = false;
  for (Bucket& bucket : buckets_) {
    std::exchange(bucket.wait, {})();
    for_each(bucket, [](Tensor& parameter, const Tensor& sum) {
      if (parameter.grad().defined())
        parameter.mutable_grad().copy_(sum);
      else
        parameter.mutable_grad() = sum.clone();
    });
  }
}

}  // namespace continuo::training
