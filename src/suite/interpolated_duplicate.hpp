#pragma once
#include <vector>

#include "data/matrix.hpp"
#include "suite/half_screen.hpp"

namespace pertscale {

/// Adjusted p-values (Benjamini-Hochberg) of the second halves of `rows`, rows x genes: each
/// against the second halves of all other perturbations of its context, controls left out, by
/// scanpy's t-test with overestimated variance (CellSimBench). `rows` are of one context. NaN where
/// there is no test.
Matrix second_half_padj(HalvedScreen const& halves, std::vector<std::size_t> const& rows);

}  // namespace pertscale
