// Products with factors of float32 or bfloat16.
#include "nets/products.h"

#include <atomic>

#include "continuo/nets/products.h"

namespace continuo::nets {
namespace {

std::atomic<bool> bfloat = false;  // not of one thread: products run on libtorch's pool, too

torch::Tensor rounded_product(const torch::Tensor& a, const torch::Tensor& b) {
  return torch::mm(as_factor(a), as_factor(b));
}

}  // namespace

BfloatProducts::BfloatProducts(bool on) : before_(bfloat) {
  if (on) bfloat = true;
}
BfloatProducts::~BfloatProducts() { bfloat = before_; }

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
