#pragma once
#include "solver/products.hpp"

namespace pertscale {

/// Genes of one step of a tile: bounds the rounding of single-precision sums.
constexpr Eigen::Index tile_genes = 512;

/// out(i, j) = sum over columns of |a(i, k) - b(j, k)|, for at most `tile_genes` columns: a sum in
/// single precision with a relative error below 80 * 2^-24.
void absolute_differences(FloatRowMatrix const& a, FloatRowMatrix const& b, FloatRowMatrix& out);

}  // namespace pertscale
