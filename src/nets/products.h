// Matrix products of matrices [rows, columns] in the precision that BfloatProducts set. In float32 they are libtorch's.
#pragma once

#include <torch/types.h>

namespace continuo::nets {

bool products_are_bfloat();

/// `x` as products take it. For a factor of many products: rounded once instead of each time.
torch::Tensor as_factor(const torch::Tensor& x);

torch::Tensor product(const torch::Tensor& a, const torch::Tensor& b);
/// term + a b; `term` [columns] or [rows, columns].
torch::Tensor add_product(const torch::Tensor& term, const torch::Tensor& a, const torch::Tensor& b);
/// result = term + a b
void add_product_out(torch::Tensor& result, const torch::Tensor& term, const torch::Tensor& a, const torch::Tensor& b);
/// sum += a b. `sum` may be a part of a larger tensor.
void accumulate_product(torch::Tensor sum, const torch::Tensor& a, const torch::Tensor& b);

}  // namespace continuo::nets
