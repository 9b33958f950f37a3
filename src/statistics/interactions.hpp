#pragma once
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "statistics/empirical_null.hpp"

/// Genetic interactions of doubles: what a double does beyond the sum of its singles
/// (Ahlmann-Eltze, Huber, Anders 2025, Nat. Methods, doi 10.1038/s41592-025-02772-6).
namespace pertscale {

/// One gene of one double A+B: expression in control, both singles and the double.
struct InteractionPoint {
  double control = 0, first = 0, second = 0, both = 0;

  /// What the sum of both changes would give: A + B - c0.
  double additive() const { return first + second - control; }
  double deviation() const { return both - additive(); }
};

/// Deviations outside [low, high] are interactions. A side without a threshold has none.
struct InteractionThresholds {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();

  bool outside(double deviation) const { return deviation < low || deviation > high; }
};

/// On either side of zero the deviation whose local false discovery rate is nearest `level` (of
/// several the nearest to zero). A side where no deviation has a rate as low as `level` gets no
/// threshold.
InteractionThresholds interaction_thresholds(EmpiricalNull const& null,
                                             std::span<double const> deviations, double level);

enum class InteractionClass { additive, synergy, buffering, opposite, other };

/// `code`: as the authors' program decides, where both singles and the double must lie on one side
/// of control, so that `opposite` can never be. `text`: as the paper describes it, where only the
/// singles must; a double beyond control is then `opposite`.
enum class InteractionRule { code, text };

/// "additive", "synergy", "buffering", "opposite", "other".
std::string_view interaction_name(InteractionClass kind);
/// Every class's name, in the order of InteractionClass.
std::vector<std::string> interaction_names();

/// Within the thresholds a point is additive. Outside them, where the singles (and by `code` the
/// double) lie on one side of control: `synergy` further from control than additive, `buffering`
/// between, `opposite` on the other side of control; else `other`.
InteractionClass interaction_class(InteractionPoint const& point,
                                   InteractionThresholds const& thresholds, InteractionRule rule);

/// Class of a predicted double by where it lies alone (Fig. 1f there): beyond the additive
/// expectation `synergy`, between it and control `buffering`, on the other side of control
/// `opposite`; on the expectation itself, or where that is control, `additive`.
InteractionClass predicted_interaction(double control, double additive, double predicted);

}  // namespace pertscale
