#include "statistics/welch.hpp"

#include <boost/math/special_functions/beta.hpp>
#include <cmath>
#include <limits>

namespace pertscale {

namespace {

/// Errors become values: an underflow is 0.
using Policy = boost::math::policies::policy<
    boost::math::policies::domain_error<boost::math::policies::ignore_error>,
    boost::math::policies::overflow_error<boost::math::policies::ignore_error>,
    boost::math::policies::underflow_error<boost::math::policies::ignore_error>,
    boost::math::policies::promote_double<false>>;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

double score_of(double difference, double squared_error) {
  double const score = difference / std::sqrt(squared_error);
  return std::isnan(score) ? 0 : score;
}

TestResult unequal_variances(SampleMoments const& group, SampleMoments const& reference) {
  if (group.cells < 2 || reference.cells < 2) return {not_a_number, not_a_number};
  auto const n1 = static_cast<double>(group.cells), n0 = static_cast<double>(reference.cells);
  double const e1 = group.variance / n1, e0 = reference.variance / n0;
  TestResult out;
  out.score = score_of(group.mean - reference.mean, e1 + e0);
  if (e1 + e0 == 0) {
    out.pvalue = out.score == 0 ? 1 : 0;
    return out;
  }
  // Scaled by the sum, so that squares of small errors do not vanish.
  double const a = e1 / (e1 + e0), b = e0 / (e1 + e0);
  out.pvalue = student_two_sided(out.score, 1 / (a * a / (n1 - 1) + b * b / (n0 - 1)));
  return out;
}

}  // namespace

double student_two_sided(double t, double degrees) {
  double const square = t * t;
  if (std::isinf(square)) return 0;
  // P = I_x(degrees / 2, 1/2) with x = degrees / (degrees + t^2), or from the complement: taken so
  // that neither 1 - x nor 1 - P loses digits.
  double const complement = square / (degrees + square);
  if (square < 0.25) return 1 - boost::math::ibeta(0.5, degrees / 2, complement, Policy());
  if (square < degrees) return boost::math::ibetac(0.5, degrees / 2, complement, Policy());
  return boost::math::ibeta(degrees / 2, 0.5, degrees / (degrees + square), Policy());
}

double welch_score(SampleMoments const& group, SampleMoments const& reference) {
  if (group.cells < 2 || reference.cells < 2) return not_a_number;
  return score_of(group.mean - reference.mean,
                  group.variance / static_cast<double>(group.cells) +
                      reference.variance / static_cast<double>(reference.cells));
}

TestResult welch_test(SampleMoments const& group, SampleMoments const& reference) {
  return unequal_variances(group, reference);
}

TestResult overestimated_variance_test(SampleMoments const& group, SampleMoments const& reference) {
  if (reference.cells < 2) return {not_a_number, not_a_number};
  return unequal_variances(group, {reference.mean, reference.variance, group.cells});
}

SampleMoments pooled(SampleMoments const& a, SampleMoments const& b) {
  if (a.cells == 0) return b;
  if (b.cells == 0) return a;
  auto const na = static_cast<double>(a.cells), nb = static_cast<double>(b.cells);
  double const n = na + nb, shift = b.mean - a.mean;
  double squares = shift * shift * (na * nb / n);
  if (a.cells > 1) squares += a.variance * (na - 1);
  if (b.cells > 1) squares += b.variance * (nb - 1);
  return {a.mean + shift * (nb / n), squares / (n - 1), a.cells + b.cells};
}

}  // namespace pertscale
