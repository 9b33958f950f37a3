#include "statistics/empirical_null.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "core/sums.hpp"
#include "statistics/poisson_spline.hpp"

namespace pertscale {

namespace {

constexpr std::size_t bins = 119;
constexpr std::size_t spline_df = 7;
constexpr double upper_quartile = 0.6744897501960817;  // of the standard normal

double density(double t) { return std::exp(-t * t / 2) / std::sqrt(2 * std::numbers::pi); }

/// Mass of the standard normal between a < b, from the tail where both lie.
double mass(double a, double b) {
  auto const tail = [](double t) { return std::erfc(t / std::numbers::sqrt2) / 2; };
  return a > 0 ? tail(a) - tail(b) : tail(-b) - tail(-a);
}

using Moments = std::array<double, 5>;

/// E[t^n], n = 0..4, of a standard normal truncated to [a, b]: integration by parts gives
/// m_n = (n - 1) m_{n-2} + (a^{n-1} f(a) - b^{n-1} f(b)) / mass.
Moments standard_moments(double a, double b) {
  double const inside = mass(a, b);
  double at_a = density(a) / inside, at_b = density(b) / inside;
  Moments m{1, at_a - at_b};
  for (std::size_t n = 2; n < m.size(); ++n) {
    at_a *= a;
    at_b *= b;
    m[n] = static_cast<double>(n - 1) * m[n - 2] + at_a - at_b;
  }
  return m;
}

/// E[(d + s t)^n] from the moments of t.
Moments moments_of(double d, double s, Moments const& t) {
  constexpr double choose[5][5] = {
      {1, 0, 0, 0, 0}, {1, 1, 0, 0, 0}, {1, 2, 1, 0, 0}, {1, 3, 3, 1, 0}, {1, 4, 6, 4, 1}};
  Moments out{};
  for (int n = 0; n < 5; ++n)
    for (int i = 0; i <= n; ++i)
      out[static_cast<std::size_t>(n)] +=
          choose[n][i] * std::pow(d, n - i) * std::pow(s, i) * t[static_cast<std::size_t>(i)];
  return out;
}

struct Natural {
  double linear = 0, square = 0;  ///< d / s^2, -1 / (2 s^2)
};

/// Newton's step: covariance of (z, z^2) under the truncated normal, solved for what the observed
/// means exceed the expected ones by.
Natural newton_step(Moments const& e, double mean, double mean_square) {
  double const v11 = e[2] - e[1] * e[1], v12 = e[3] - e[1] * e[2], v22 = e[4] - e[2] * e[2];
  double const determinant = v11 * v22 - v12 * v12;
  double const r1 = mean - e[1], r2 = mean_square - e[2];
  return {(v22 * r1 - v12 * r2) / determinant, (v11 * r2 - v12 * r1) / determinant};
}

}  // namespace

TruncatedNormal fit_truncated_normal(std::span<double const> sorted, double centre, double half,
                                     TruncatedNormal const& start) {
  double const low = centre - half, high = centre + half;
  auto const first = std::lower_bound(sorted.begin(), sorted.end(), low);
  auto const last = std::upper_bound(first, sorted.end(), high);
  std::span<double const> const inside(first, last);
  TruncatedNormal fit{{}, start.mean, start.sd, 1, 0};
  if (inside.size() < 2) return {Status("singular")};
  auto const n = static_cast<double>(inside.size());
  double const mean = ordered_sum(inside) / n;
  double const mean_square =
      ordered_sum(inside.size(), [&](std::size_t i) { return inside[i] * inside[i]; }) / n;
  double moved = 1;
  while (fit.steps < 35 && moved >= 1e-5) {
    double const j = ++fit.steps, s2 = fit.sd * fit.sd;
    Natural const at{fit.mean / s2, -1 / (2 * s2)};
    auto const moments = moments_of(
        fit.mean, fit.sd, standard_moments((low - fit.mean) / fit.sd, (high - fit.mean) / fit.sd));
    Natural step = newton_step(moments, mean, mean_square);
    double scale = 1 / (1 + 1 / (j * j));
    if (at.square + scale * step.square > 0) scale *= 0.1;
    Natural const next{at.linear + scale * step.linear, at.square + scale * step.square};
    if (!(next.square < 0) || !std::isfinite(next.linear)) return {Status("singular")};
    fit.mean = -next.linear / (2 * next.square);
    fit.sd = 1 / std::sqrt(-2 * next.square);
    moved = std::hypot(next.linear - at.linear, next.square - at.square);
  }
  double const share = n / static_cast<double>(sorted.size());
  fit.null_share = share / mass((low - fit.mean) / fit.sd, (high - fit.mean) / fit.sd);
  if (!std::isfinite(fit.null_share)) return {Status("singular")};
  return fit;
}

namespace {

/// Bin centres and counts of sorted values; each bin holds its upper end, the first its lower too.
void histogram(std::span<double const> sorted, std::vector<double>& centres,
               std::vector<double>& counts) {
  double const low = sorted.front(), width = (sorted.back() - low) / static_cast<double>(bins);
  auto const edge = [&](std::size_t i) {
    return i == bins ? sorted.back() : low + static_cast<double>(i) * width;
  };
  auto from = sorted.begin();
  for (std::size_t b = 0; b < bins; ++b) {
    auto const to = std::upper_bound(from, sorted.end(), edge(b + 1));
    counts.push_back(static_cast<double>(to - from));
    centres.push_back((edge(b) + edge(b + 1)) / 2);
    from = to;
  }
}

TruncatedNormal central_normal(std::span<double const> sorted) {
  double const b = 4.3 * std::exp(-0.26 * std::log10(static_cast<double>(sorted.size())));
  double const spread =
      (sorted_quantile(sorted, 0.75) - sorted_quantile(sorted, 0.25)) / (2 * upper_quartile);
  auto const first = fit_truncated_normal(sorted, sorted_quantile(sorted, 0.5), b * spread, {});
  if (!first.status.ok()) return first;
  return fit_truncated_normal(sorted, first.mean, b * first.sd, first);
}

/// Sets the rate to 1 in the middle.
void fill_centre(EmpiricalNull& null) {
  double low = null.mean, high = null.mean;
  for (std::size_t i = 0; i < bins; ++i) {
    if (null.fdr[i] < 1) continue;
    low = std::min(low, null.centres[i]);
    high = std::max(high, null.centres[i]);
  }
  low = std::min(low, null.mean - null.sd);
  high = std::max(high, null.mean + null.sd);
  for (std::size_t i = 0; i < bins; ++i)
    if (null.centres[i] >= low && null.centres[i] <= high) null.fdr[i] = 1;
}

/// Mean over the inner bins of (y - f)^2 / (f + 1), with the spline's degrees of freedom taken off.
double misfit_of(std::vector<double> const& counts, std::vector<double> const& fitted) {
  double const sum = ordered_sum(bins - 2, [&](std::size_t i) {
    double const residual = counts[i + 1] - fitted[i + 1];
    return residual * residual / (fitted[i + 1] + 1);
  });
  return sum / static_cast<double>(bins - 2 - spline_df);
}

}  // namespace

double EmpiricalNull::local_fdr(double value) const {
  auto const right = std::upper_bound(centres.begin(), centres.end(), value) - centres.begin();
  if (right == 0) return fdr.front();
  if (right == static_cast<std::ptrdiff_t>(centres.size())) return fdr.back();
  auto const r = static_cast<std::size_t>(right), l = r - 1;
  double const weight = (value - centres[l]) / (centres[r] - centres[l]);
  return fdr[l] + weight * (fdr[r] - fdr[l]);
}

EmpiricalNull empirical_null(std::span<double const> values) {
  EmpiricalNull null;
  auto const missing = [&](Status status) {
    null.status = std::move(status);
    return null;
  };
  if (values.size() <= bins) return missing(Status("too_few_values"));
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  if (!(sorted_quantile(sorted, 0.25) < sorted_quantile(sorted, 0.75)))
    return missing(Status("constant"));

  std::vector<double> counts;
  histogram(sorted, null.centres, counts);
  auto fit = poisson_regression(natural_spline_basis(null.centres, spline_df), counts);
  if (!fit.status.ok()) return missing(fit.status);
  auto const normal = central_normal(sorted);
  if (!normal.status.ok()) return missing(normal.status);

  null.fitted = std::move(fit.fitted);
  null.mean = normal.mean;
  null.sd = normal.sd;
  null.null_share = normal.null_share;
  null.misfit = misfit_of(counts, null.fitted);
  std::vector<double> normal_counts;
  for (auto const x : null.centres) normal_counts.push_back(density((x - null.mean) / null.sd));
  double const scale = ordered_sum(null.fitted) / ordered_sum(normal_counts);
  for (std::size_t i = 0; i < bins; ++i)
    null.fdr.push_back(std::min(1.0, null.null_share * scale * normal_counts[i] / null.fitted[i]));
  fill_centre(null);
  return null;
}

}  // namespace pertscale
