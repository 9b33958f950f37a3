#pragma once
#include <limits>
#include <span>

#include "data/matrix.hpp"
#include "data/status.hpp"

namespace pertscale {

/// How far a measured change agrees with itself: what no model can be expected to beat.
/// Correlations of parts of a condition's cells, and what they say of all of its cells.
struct Reliability {
  double raw = std::numeric_limits<double>::quiet_NaN();  ///< of single parts
  /// Of all parts together, by Spearman and Brown: k r / (1 + (k - 1) r), held within [-1, 1] (the
  /// formula means nothing for r <= -1 / (k - 1)).
  double full = std::numeric_limits<double>::quiet_NaN();
  Status status;  ///< constant, too_few_parts; then both are NaN
};

/// The parts' correlation r, stepped up to k of them.
double spearman_brown(double r, double k);

/// Pearson correlation; NaN where a side is constant or there are fewer than two genes.
double pearson(Profile a, Profile b);

/// One part's profile and the control that it is compared with.
struct PartProfile {
  Profile profile, control;
};

/// Pearson correlation of the changes of two halves, each against its own half of control: noise
/// that a shared control would bring to both sides is no agreement.
Reliability split_half(PartProfile const& first, PartProfile const& second);

/// Mean over pairs of parts (guides or replicates) of the Pearson correlation of their changes.
/// `control(i, j)` gives the controls of part i and of part j when they are compared: two profiles
/// of different cells. Pairs with a constant change do not count; with no pair left, `constant`.
template <class Controls>
Reliability between_parts(std::span<Profile const> parts, Controls&& controls);

/// The end of between_parts: from the sum over `pairs` pairs.
Reliability mean_reliability(double sum, std::size_t pairs, std::size_t parts);
/// Pearson correlation of two changes.
double change_correlation(PartProfile const& a, PartProfile const& b);

template <class Controls>
Reliability between_parts(std::span<Profile const> parts, Controls&& controls) {
  double sum = 0;
  std::size_t pairs = 0;
  for (std::size_t i = 0; i < parts.size(); ++i)
    for (std::size_t j = i + 1; j < parts.size(); ++j) {
      auto const [control_i, control_j] = controls(i, j);
      double const r = change_correlation({parts[i], control_i}, {parts[j], control_j});
      if (r != r) continue;
      sum += r;
      ++pairs;
    }
  return mean_reliability(sum, pairs, parts.size());
}

}  // namespace pertscale
