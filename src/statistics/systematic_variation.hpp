#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "data/matrix.hpp"

namespace pertscale {

/// Mean and spread over perturbations.
struct MeanSpread {
  std::int64_t n = 0;
  double mean = 0;  ///< NaN with no value
  double sd = 0;    ///< sample standard deviation; NaN with fewer than two values
  double sem = 0;   ///< sd / sqrt(n)
};

/// Of the values that are numbers, in their order.
MeanSpread mean_spread(std::span<double const> values);

/// Mean of profiles, each weighted alike or by `weights`, added in their order.
Vector mean_profile(std::span<Profile const> profiles, std::span<double const> weights = {});

/// Shifts of the conditions of a context, against the average shift (Systema: Vinas Torne et al.
/// 2025). With s_p = centroid_p - reference and a = average perturbed profile - control, the
/// systematic variation is the mean over p of cos(s_p, a). Systema takes the mean of the centroids
/// as average, and control or that mean as reference; a stays the shift from control in both.
struct ShiftSimilarity {
  std::vector<double> norm;    ///< |s_p|, a condition each
  std::vector<double> cosine;  ///< cos(s_p, a); NaN where s_p or a is zero
  MeanSpread systematic;       ///< of the cosines
};

ShiftSimilarity shift_similarity(std::span<Profile const> centroids, Profile reference,
                                 Profile average_shift);

/// Systematic variation without the `dropped` conditions of largest (`strongest`) or smallest norm;
/// ties keep the earlier condition in. With fewer conditions left than two there is no value (n is
/// what was left).
MeanSpread systematic_without(ShiftSimilarity const& shifts, std::size_t dropped, bool strongest);

/// Shifts from a reference scaled to length 1, conditions x genes; a zero shift stays zero. Their
/// product with its transpose holds all pairwise cosines.
Matrix unit_shifts(std::span<Profile const> centroids, Profile reference);

}  // namespace pertscale
