#include "statistics/interactions.hpp"

#include <algorithm>
#include <cmath>

namespace pertscale {

namespace {

int sign(double value) { return (value > 0) - (value < 0); }

/// The deviation of one sign whose rate is nearest `level`; infinite where none has a rate as low.
double nearest(EmpiricalNull const& null, std::span<double const> deviations, double level,
               int side) {
  double const none = std::numeric_limits<double>::infinity();
  double chosen = none, distance = none, lowest = none;
  for (auto const e : deviations) {
    if (sign(e) != side) continue;
    double const rate = null.local_fdr(e), away = std::fabs(rate - level);
    lowest = std::min(lowest, rate);
    if (away > distance || (away == distance && std::fabs(e) >= std::fabs(chosen))) continue;
    distance = away;
    chosen = e;
  }
  return lowest <= level ? chosen : side * none;
}

}  // namespace

InteractionThresholds interaction_thresholds(EmpiricalNull const& null,
                                             std::span<double const> deviations, double level) {
  return {nearest(null, deviations, level, -1), nearest(null, deviations, level, 1)};
}

std::string_view interaction_name(InteractionClass kind) {
  switch (kind) {
    case InteractionClass::additive: return "additive";
    case InteractionClass::synergy: return "synergy";
    case InteractionClass::buffering: return "buffering";
    case InteractionClass::opposite: return "opposite";
    case InteractionClass::other: break;
  }
  return "other";
}

std::vector<std::string> interaction_names() {
  std::vector<std::string> names;
  for (auto const kind :
       {InteractionClass::additive, InteractionClass::synergy, InteractionClass::buffering,
        InteractionClass::opposite, InteractionClass::other})
    names.emplace_back(interaction_name(kind));
  return names;
}

InteractionClass interaction_class(InteractionPoint const& point,
                                   InteractionThresholds const& thresholds, InteractionRule rule) {
  double const e = point.deviation();
  if (!thresholds.outside(e)) return InteractionClass::additive;
  int const side = sign(point.first - point.control);
  int const of_double = sign(point.both - point.control);
  bool const same = side != 0 && side == sign(point.second - point.control) &&
                    (rule == InteractionRule::text || of_double == side);
  if (!same) return InteractionClass::other;
  if (sign(e) == side) return InteractionClass::synergy;
  return of_double == -side ? InteractionClass::opposite : InteractionClass::buffering;
}

InteractionClass predicted_interaction(double control, double additive, double predicted) {
  int const side = sign(additive - control), beyond = sign(predicted - additive);
  if (side == 0 || beyond == 0) return InteractionClass::additive;
  if (beyond == side) return InteractionClass::synergy;
  return sign(predicted - control) == -side ? InteractionClass::opposite
                                            : InteractionClass::buffering;
}

}  // namespace pertscale
