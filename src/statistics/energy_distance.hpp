#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/matrix.hpp"
#include "statistics/point_tiles.hpp"

namespace pertscale {

/// Distance between two cells: squared, Euclidean, or 1 - exp(-gamma |x - y|^2), whose energy
/// distance is the squared maximum mean discrepancy (MMD^2) of the Gaussian kernel (Sejdinovic et
/// al. 2013).
enum class PointMetric { sqeuclidean, euclidean, gaussian };

/// Which energy distance: E = scale (2 mean d(x, y) - s_x - s_y), where s is the mean distance
/// within a group over n (n - 1) pairs (corrected: unbiased, may be negative) or over n^2, the zero
/// diagonal included (plain: a V-statistic).
/// E of a corrected form may be negative; nothing is cut off.
struct EnergyForm {
  PointMetric metric = PointMetric::sqeuclidean;
  bool corrected = true;
  double scale = 1;
  double gamma = 1;  ///< of `gaussian`

  /// "sqeuclidean-corrected", "euclidean" ...
  std::string name() const;
};

/// The form of scale 1 of that name.
std::optional<EnergyForm> energy_form(std::string_view name);
std::vector<std::string> energy_form_names();

/// The form that a program uses:
/// scperturb (scperturb 0.1.0; Peidli et al. 2024; PerturBench of 2024 as `energy`): squared
/// Euclidean, corrected. pertpy (1.0.3, `edistance`) and cell-eval (0.8.2, `pearson_edistance`):
/// Euclidean, plain. scperteval: Euclidean, corrected. perturbench (2025, `mmd`; geomloss'
/// "energy"): Euclidean, plain, scale 1/2.
std::optional<EnergyForm> published_energy_form(std::string_view program);
std::vector<std::string> published_energy_forms();

/// What a group brings to its distances from others.
struct GroupTerms {
  Vector mean;          ///< d
  double variance = 0;  ///< unbiased, summed over the d coordinates; NaN for a single cell
  double self = 0;      ///< mean distance within the group after the form; NaN where it has none
  std::int64_t cells = 0;
};

/// Squared Euclidean: from sums, O(n d). Others: from pairs, O(n^2 d). A single cell has no
/// corrected term (NaN) and a plain one of 0; no cell has none at all (NaN).
GroupTerms group_terms(Points const& points, EnergyForm const& form);

/// Mean distance over all pairs of a cell of `a` and one of `b`; of a group with itself, n^2 pairs
/// whose diagonal is exactly zero. Pairs go through tiles of norms and products: at most
/// a few MiB, whatever the sizes.
double mean_distance(Points const& a, Points const& b, PointMetric metric, double gamma = 1);
double mean_distance_within(Points const& a, PointMetric metric, double gamma = 1);

/// E of two groups; NaN where one of them has no term. Squared Euclidean needs no pair:
/// E = 2 |m_a - m_b|^2, less 2 v_a / n_a + 2 v_b / n_b where corrected; then the points are not
/// read.
double energy_distance(Points const& a, Points const& b, GroupTerms const& terms_a,
                       GroupTerms const& terms_b, EnergyForm const& form);

/// E of a group to several control groups, as scperturb 0.1.0 counts it: distances across are of
/// the pooled controls, the term within control is the mean of the groups' own terms. So a control
/// group's own value is not 0; `own` is its number among the controls, and in a corrected form its
/// mean across is taken n / (n - 1) times there. Throws InternalError for no control.
double energy_to_controls(Points const& a, std::vector<Matrix> const& controls,
                          EnergyForm const& form, std::optional<std::size_t> own = {});

/// The squared Euclidean form from terms alone.
double energy_distance(GroupTerms const& a, GroupTerms const& b, EnergyForm const& form);

}  // namespace pertscale
