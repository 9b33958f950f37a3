#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "statistics/point_tiles.hpp"

namespace pertscale {

/// Weights, and the intercept last, of the logistic regression that minimises
/// c sum_i log(1 + exp(-s_i (w'x_i + b))) + w'w / 2, s_i = 1 where second[i], else -1; rows of x
/// are cells. scikit-learn's LogisticRegression of two classes, at its optimum (Newton steps that
/// are halved until they go down). Both classes have rows. Nothing where a step cannot be solved.
std::optional<Vector> logistic_regression(Matrix const& x, std::vector<char> const& second,
                                          double c = 1);

/// Mean probability of being of `b` that a logistic regression on the cells of `a` and of four
/// fifths of `b` gives the fifth of `b` held out (at least one cell; pertpy `classifier_proba`,
/// X = a, Y = b, whose draw has no seed). With more coordinates than cells they are replaced by as
/// many that keep all scalar products, O(cells^3). NaN with fewer than two cells in `b` or none in
/// `a`.
double held_out_probability(Points const& a, Points const& b, std::uint64_t seed);

}  // namespace pertscale
