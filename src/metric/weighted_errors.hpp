#pragma once
#include <vector>

#include "data/matrix.hpp"
#include "data/status.hpp"

/// Errors that weigh genes by how strongly a perturbation changes them (Mejia, Miller et al. 2025;
/// CellSimBench).
namespace pertscale {

/// (minmax |score|)^exponent over genes; NaN scores count as 0, and where all |score| are equal
/// every weight is 0. Not divided by their sum.
std::vector<double> de_weights(Profile score, double exponent);

/// sum w (y - x)^2 / sum w. `constant` where all weights are 0.
Score weighted_mse(Profile observed, Profile predicted, std::vector<double> const& weights);

/// 1 - sum w (d - e)^2 / sum w (d - dbar)^2 with the weighted mean dbar of the observed changes d
/// and predicted changes e. `constant` where the observed changes do not vary under the weights.
Score weighted_r2(Profile observed, Profile predicted, std::vector<double> const& weights);

/// 1 / sum (w / sum w)^2: how many genes carry the weight.
double effective_genes(std::vector<double> const& weights);

}  // namespace pertscale
