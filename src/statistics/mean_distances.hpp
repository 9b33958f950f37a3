#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/status.hpp"
#include "statistics/point_tiles.hpp"

namespace pertscale {

/// 1 - r of Pearson or of Spearman (ranks, ties share their mean), 1 - cosine; NaN where constant
/// (or zero).
double pearson_distance(Profile a, Profile b);
double spearman_distance(Profile a, Profile b);
double cosine_distance(Profile a, Profile b);
/// (1 - tau_b) n (n - 1) / 4: the number of pairs in different order where there are no ties.
/// O(n log n) (Knight 1966).
double kendall_distance(Profile a, Profile b);
/// 1 - R2 of `a` as the truth: sum (a - b)^2 / sum (a - mean a)^2. Not symmetric.
double r2_distance(Profile a, Profile b);

/// sqrt((m_a - m_b)' S^-1 (m_a - m_b)), S the covariance (n - 1) of `a` only; NaN where S is
/// singular, as it is with no more cells than coordinates.
double mahalanobis_distance(Points const& a, Points const& b);

/// Mean squared difference of two densities over a grid of 100 x 100: of log mean and log
/// population variance over genes whose mean is above 0. Each density is a sum of exp(-r / h) / (2
/// pi h^2) about the genes, h = n^(-1/6) (Silverman's rule in two dimensions). NaN where a side has
/// no such gene, one without variance, or all are at one place.
double mean_variance_distance(Points const& a, Points const& b);

/// Distances of pertpy 1.0.3 (`Distance(metric)`), X = a, Y = b, by name:
/// edistance euclidean root_mean_squared_error mse mean_absolute_error pearson_distance
/// spearman_distance kendalltau_distance cosine_distance r2_distance mean_pairwise mmd sym_kldiv
/// t_test ks_test mahalanobis mean_var_distribution wasserstein classifier_proba (one seeded draw);
/// and nb_ll, of counts only. `root_mean_squared_error` is not divided by the number of features
/// there: it is `euclidean`. Left out: classifier_cp, which is no distance of two groups.
struct PertpyDistance {
  std::string name;
  /// `undefined` where the formula has no value; `too_few_cells` for an empty group.
  Score of(Points const& a, Points const& b) const;
};

std::optional<PertpyDistance> pertpy_distance(std::string_view name);
std::vector<std::string> pertpy_distance_names();

/// What coordinates are scaled by before distances are compared: nothing, or their range in the
/// control, or in measured and control. pertpy 1.0.3 leaves the control itself as it was
/// (`_pertpy`), so its two distances are on different scales.
enum class Scaling { none, control, both, control_pertpy, both_pertpy };

struct ComparedCells {
  Matrix measured, predicted, control;
};

/// pertpy's compare_distance: d(measured, predicted) / d(control, predicted); below 1 is better
/// than control; zero_reference where that distance is 0. Scaled coordinates are (x - low) / (high
/// - low); a constant one is shifted only.
Score compare_distance(PertpyDistance const& distance, ComparedCells const& cells, Scaling scaling);

}  // namespace pertscale
