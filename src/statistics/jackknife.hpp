#pragma once
#include "data/matrix.hpp"

/// Sampling error of a group's log profile made from summed counts.
namespace pertscale {

/// log(1 + target sum_i y_ig / sum_ig y_ig); a group without counts is 0 everywhere.
void log_of_sums(Profile sums, double total, double target, std::span<double> out);

/// Delete-one-cell jackknife variance of that profile, summed over genes:
/// C = (n - 1) / n sum_g sum_i (v_ig - mean v_g)^2, v_ig = log(1 + target (P_g - y_ig) / (S - l_i))
/// (cell-eval2 0.20.0). 0 with fewer than two cells or no counts. `counts`: cells x genes.
double jackknife_variance(Matrix const& counts, double target);

}  // namespace pertscale
