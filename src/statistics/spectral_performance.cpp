#include "statistics/spectral_performance.hpp"

#include <cmath>
#include <limits>

#include "core/sums.hpp"

namespace pertscale {

SpectralArea spectral_area(std::span<SpectralPoint const> points) {
  std::size_t const n = points.size();
  if (n < 2) return {Status("too_few_points")};
  auto const weight = [&](std::size_t i) {
    double const left = i == 0 ? 0 : points[i].parameter - points[i - 1].parameter;
    double const right = i + 1 == n ? 0 : points[i + 1].parameter - points[i].parameter;
    return (left + right) / 2;
  };
  SpectralArea out;
  out.area = ordered_sum(n, [&](std::size_t i) { return weight(i) * points[i].mean; });
  out.sigma = std::sqrt(ordered_sum(n, [&](std::size_t i) {
    double const part = weight(i) * points[i].sem;
    return part * part;
  }));
  out.mean_sem =
      ordered_sum(n, [&](std::size_t i) { return points[i].sem; }) / static_cast<double>(n);
  return out;
}

SpectralPoint spectral_point(double parameter, std::span<double const> repeats) {
  auto const n = static_cast<double>(repeats.size());
  double const mean = ordered_sum(repeats) / n;
  if (repeats.size() < 2) return {parameter, mean, std::numeric_limits<double>::quiet_NaN()};
  double const squares = ordered_sum(
      repeats.size(), [&](std::size_t i) { return (repeats[i] - mean) * (repeats[i] - mean); });
  return {parameter, mean, std::sqrt(squares / (n - 1) / n)};
}

}  // namespace pertscale
