#pragma once
#include <span>
#include <vector>

#include "data/matrix.hpp"
#include "data/status.hpp"

namespace pertscale {

/// Quantile of sorted values by linear interpolation between order statistics (type 7 of Hyndman
/// and Fan 1996; R's and NumPy's default). `share` in [0, 1]; there must be a value.
double sorted_quantile(std::span<double const> sorted, double share);

/// Columns that span the natural cubic splines with `df` degrees of freedom and a constant:
/// x.size() x (df + 1). Interior knots at the 1/df ... (df - 1)/df quantiles (type 7) of x,
/// boundary knots at its range, as R's `ns`; the basis itself is that of truncated powers (Hastie,
/// Tibshirani, Friedman 2009, eq. 5.4 and 5.5) in x moved to [0, 1]. x holds two values or more.
Matrix natural_spline_basis(std::span<double const> x, std::size_t df);

struct PoissonFit {
  Status status;               ///< not_converged, singular
  std::vector<double> fitted;  ///< expected counts, one a row of the design
  double deviance = 0;
};

/// Poisson regression with log link by iteratively reweighted least squares from y + 0.1, until the
/// deviance changes by less than 1e-10 of itself; expected counts are kept above 2^-52, as R does.
/// Sums have a defined order.
PoissonFit poisson_regression(Matrix const& design, std::span<double const> counts);

}  // namespace pertscale
