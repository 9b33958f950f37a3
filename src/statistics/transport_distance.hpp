#pragma once
#include <cstdint>

#include "statistics/point_tiles.hpp"

/// Optimal transport with entropy (Cuturi 2013; Sinkhorn's iterations on logarithms), cells of
/// equal weight.
namespace pertscale {

struct SinkhornOptions {
  /// pertpy (OTT's default): this times the sd of the cost matrix is the regularisation.
  double epsilon_share = 0.05;
  double threshold = 1e-3;  ///< summed error of the marginal at which iterations stop
  int check_every = 10;     ///< iterations
  int most = 100000;        ///< iterations; then `converged` is false
};

struct SinkhornCost {
  double cost = 0;     ///< mean f + mean g of the dual potentials; NaN for an empty group
  double epsilon = 0;  ///< regularisation used
  int iterations = 0;
  bool converged = false;
};

/// Cost squared Euclidean. The dual value mean f + mean g, at convergence <C, P> + epsilon
/// KL(P | product of the marginals): pertpy 1.0.3 `wasserstein` (OTT's reg_ot_cost) at a threshold
/// of 1e-3. Keeps the cost matrix twice: 16 n m bytes. All costs equal: that cost.
SinkhornCost sinkhorn_cost(Points const& a, Points const& b, SinkhornOptions const& options = {});

struct DivergenceOptions {
  double blur = 0.05;    ///< epsilon = blur^2 at the end
  double scaling = 0.5;  ///< blur shrinks by it from the diameter of both groups on
};

/// Debiased Sinkhorn divergence as a distance, sqrt(max(0, 2 S)), S = OT(a, b) - OT(a, a) / 2 -
/// OT(b, b) / 2 with cost |x - y|^2 / 2 (Feydy et al. 2019). Iterations follow the annealed,
/// symmetric scheme of geomloss (one step a scale, one extrapolation), which scPertEval calls: the
/// value depends on it, since nothing waits for convergence. Keeps 8 (n + m)^2 bytes. NaN for an
/// empty group.
double sinkhorn_divergence(Points const& a, Points const& b, DivergenceOptions const& options = {});

}  // namespace pertscale
