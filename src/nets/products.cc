// Products with factors of float32 or bfloat16.
#include "nets/products.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <atomic>
#include <ctime>
#include <exception>

#include "continuo/nets/products.h"
#include "continuo/nets/threads.h"

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

namespace continuo::nets {
namespace {

std::atomic<bool> bfloat = false;  // not of one thread: products run on libtorch's pool, too

torch::Tensor rounded_product(const torch::Tensor& a, const torch::Tensor& b) {
  return torch::mm(as_factor(a), as_factor(b));
}

/// Processor time of this thread.
double seconds_of_thread() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace

BfloatProducts::BfloatProducts(bool on) : before_(bfloat) {
  if (on) bfloat = true;
}
BfloatProducts::~BfloatProducts() { bfloat = before_; }

bool has_bfloat_arithmetic() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  unsigned a = 0, b = 0, c = 0, d = 0;
  constexpr unsigned kAmxBf16 = 1U << 22;    // leaf 7, subleaf 0, EDX
  constexpr unsigned kAvx512Bf16 = 1U << 5;  // leaf 7, subleaf 1, EAX
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0) return false;
  if ((d & kAmxBf16) != 0) return true;
  return a >= 1 && __get_cpuid_count(7, 1, &a, &b, &c, &d) != 0 && (a & kAvx512Bf16) != 0;
#else
  return false;
#endif
}

double bfloat_speed() {
  const torch::NoGradGuard no_gradients;
  const int threads = at::get_num_threads();
  set_threads(1, 1);
  const torch::Tensor a = torch::ones({64, 256});
  const torch::Tensor b = torch::ones({256, 512});
  constexpr double kNever = 1e9;
  double single = kNever;
  double rounded = kNever;
  try {
    const torch::Tensor c = b.to(torch::kBFloat16);
    for (int i = 0; i < 6; ++i) {  // the first warm up
      const double begin = seconds_of_thread();
      torch::mm(a, b);
      const double middle = seconds_of_thread();
      torch::mm(a.to(torch::kBFloat16), c);
      single = std::min(single, middle - begin);
      rounded = std::min(rounded, seconds_of_thread() - middle);
    }
  } catch (const std::exception&) {  // oneDNN has no such product for this instruction set
    rounded = kNever;
  }
  set_threads(threads);
  return rounded < kNever ? single / rounded : 0;
}

bool products_are_bfloat() { return bfloat; }

torch::Tensor as_factor(const torch::Tensor& x) { return products_are_bfloat() ? x.to(torch::kBFloat16) : x; }

torch::Tensor product(const torch::Tensor& a, const torch::Tensor& b) {
  return products_are_bfloat() ? rounded_product(a, b).to(torch::kFloat32) : torch::mm(a, b);
}

torch::Tensor add_product(const torch::Tensor& term, const torch::Tensor& a, const torch::Tensor& b) {
  return products_are_bfloat() ? term + rounded_product(a, b) : torch::addmm(term, a, b);
}

void add_product_out(torch::Tensor& result, const torch::Tensor& term, const torch::Tensor& a, const torch::Tensor& b) {
  if (products_are_bfloat())
    torch::add_out(result, term, rounded_product(a, b));
  else
    torch::addmm_out(result, term, a, b);
}

void accumulate_product(torch::Tensor sum, const torch::Tensor& a, const torch::Tensor& b) {
  if (products_are_bfloat())
    sum.add_(rounded_product(a, b));
  else
    sum.addmm_(a, b);
}

}  // namespace continuo::nets
