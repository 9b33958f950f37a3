#include "statistics/reliability.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/sums.hpp"

namespace pertscale {

double spearman_brown(double r, double k) {
  double const below = 1 + (k - 1) * r;
  if (std::isnan(r)) return r;
  return below > 0 ? std::clamp(k * r / below, -1.0, 1.0) : -1;
}

double pearson(Profile a, Profile b) {
  double const none = std::numeric_limits<double>::quiet_NaN();
  if (a.size() < 2) return none;
  auto const n = static_cast<double>(a.size());
  double const mean_a = ordered_sum(a.size(), [&](std::size_t g) { return a[g]; }) / n;
  double const mean_b = ordered_sum(b.size(), [&](std::size_t g) { return b[g]; }) / n;
  auto const product = [&](Profile x, double mean_x, Profile y, double mean_y) {
    return ordered_sum(x.size(), [&](std::size_t g) { return (x[g] - mean_x) * (y[g] - mean_y); });
  };
  // a constant side leaves rounding of the mean, not a spread
  auto const constant = [](Profile x) {
    return std::all_of(x.begin(), x.end(), [&](double value) { return value == x[0]; });
  };
  double const spread = std::sqrt(product(a, mean_a, a, mean_a) * product(b, mean_b, b, mean_b));
  if (!(spread > 0) || constant(a) || constant(b)) return none;
  return std::clamp(product(a, mean_a, b, mean_b) / spread, -1.0, 1.0);
}

double change_correlation(PartProfile const& a, PartProfile const& b) {
  std::vector<double> first(a.profile.size()), second(b.profile.size());
  for (std::size_t g = 0; g < first.size(); ++g) {
    first[g] = a.profile[g] - a.control[g];
    second[g] = b.profile[g] - b.control[g];
  }
  return pearson(first, second);
}

Reliability mean_reliability(double sum, std::size_t pairs, std::size_t parts) {
  Reliability out;
  if (parts < 2)
    out.status = Status("too_few_parts");
  else if (pairs == 0)
    out.status = Status("constant");
  if (!out.status.ok()) return out;
  out.raw = sum / static_cast<double>(pairs);
  out.full = spearman_brown(out.raw, static_cast<double>(parts));
  return out;
}

Reliability split_half(PartProfile const& first, PartProfile const& second) {
  double const r = change_correlation(first, second);
  return std::isnan(r) ? mean_reliability(0, 0, 2) : mean_reliability(r, 1, 2);
}

}  // namespace pertscale
