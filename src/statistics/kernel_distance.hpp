#pragma once
#include <string>

#include "statistics/energy_distance.hpp"

/// Squared maximum mean discrepancy (Gretton et al. 2012).
namespace pertscale {

enum class Kernel {
  linear,  ///< <x, y>: MMD^2 is the squared distance of the means (pertpy's default)
  rbf,     ///< exp(-gamma |x - y|^2)
  poly     ///< (gamma <x, y> + coef0)^degree
};

struct KernelForm {
  Kernel kernel = Kernel::linear;
  double gamma = 1;
  /// rbf: gamma = 1 / (2 s^2), s the median distance of two different cells of both groups
  /// together (scPertEval); `gamma` is not read.
  bool median = false;
  /// Mean over pairs of different cells (U-statistic; may be negative) instead of all n^2.
  bool unbiased = false;
  int degree = 2;
  double coef0 = 0;
};

/// MMD^2 = mean k(x, x') + mean k(y, y') - 2 mean k(x, y); rows are cells. By tiles: a few MiB. NaN
/// where a group is empty, or has one cell and the form is unbiased, or `median` finds a scale of
/// 0. pertpy 1.0.3 `mmd`: linear, rbf or poly with gamma 1, biased. scPertEval: rbf, median,
/// unbiased.
double mmd_squared(Points const& a, Points const& b, KernelForm const& form);

/// Median of the Euclidean distances of two different cells of both groups together; of an even
/// number of pairs the mean of the two in the middle. Exact, by counting digits over the tiles, not
/// by keeping distances. NaN with fewer than two cells.
double median_distance(Points const& a, Points const& b);

}  // namespace pertscale
