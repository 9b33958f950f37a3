#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/matrix.hpp"

namespace pertscale {

/// Distance between two cells.
enum class PointMetric { sqeuclidean, euclidean };

/// Which energy distance: E = scale (2 mean d(x, y) - s_x - s_y), where s is the mean distance
/// within a group over n (n - 1) pairs (corrected: unbiased, may be negative) or over n^2, the zero
/// diagonal included (plain: a V-statistic).
/// scPerturb (Peidli et al. 2024): sqeuclidean, corrected. pertpy: euclidean, plain. PerturBench:
/// scale 1/2.
struct EnergyForm {
  PointMetric metric = PointMetric::sqeuclidean;
  bool corrected = true;
  double scale = 1;

  /// "sqeuclidean-corrected", "euclidean" ...
  std::string name() const;
};

/// The form of scale 1 of that name.
std::optional<EnergyForm> energy_form(std::string_view name);
std::vector<std::string> energy_form_names();

/// Cells of one group, by row: n x d.
using Points = Eigen::Ref<Matrix const, 0, Eigen::OuterStride<>>;

/// What a group brings to its distances from others.
struct GroupTerms {
  Vector mean;          ///< d
  double variance = 0;  ///< unbiased, summed over the d coordinates; NaN for a single cell
  double self = 0;      ///< mean distance within the group after the form; NaN where it has none
  std::int64_t cells = 0;
};

/// Squared Euclidean: from sums, O(n d). Euclidean: from pairs, O(n^2 d). A single cell has no
/// corrected term (NaN) and a plain one of 0; no cell has none at all (NaN).
GroupTerms group_terms(Points const& points, EnergyForm const& form);

/// Mean distance over all pairs of a cell of `a` and one of `b`; of a group with itself, n^2 pairs
/// whose diagonal is exactly zero. Euclidean pairs go through tiles of norms and products: at most
/// a few MiB, whatever the sizes.
double mean_distance(Points const& a, Points const& b, PointMetric metric);
double mean_distance_within(Points const& a, PointMetric metric);

/// E of two groups; NaN where one of them has no term. Squared Euclidean needs no pair:
/// E = 2 |m_a - m_b|^2, less 2 v_a / n_a + 2 v_b / n_b where corrected; then the points are not
/// read.
double energy_distance(Points const& a, Points const& b, GroupTerms const& terms_a,
                       GroupTerms const& terms_b, EnergyForm const& form);

/// The squared Euclidean form from terms alone.
double energy_distance(GroupTerms const& a, GroupTerms const& b, EnergyForm const& form);

}  // namespace pertscale
