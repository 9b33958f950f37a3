#include "statistics/multiple_testing.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>

namespace pertscale {

namespace {

/// The p-values that are numbers, ascending, with their places.
struct Sorted {
  std::vector<double> p;
  std::vector<std::size_t> place;

  explicit Sorted(std::span<double const> values) {
    std::vector<std::pair<double, std::size_t>> known;
    known.reserve(values.size());
    for (std::size_t i = 0; i < values.size(); ++i)
      if (!std::isnan(values[i])) known.emplace_back(values[i], i);
    std::sort(known.begin(), known.end());
    for (auto const& [value, at] : known) {
      p.push_back(value);
      place.push_back(at);
    }
  }

  std::vector<double> spread(std::span<double const> adjusted, std::size_t size) const {
    std::vector<double> out(size, std::numeric_limits<double>::quiet_NaN());
    for (std::size_t i = 0; i < adjusted.size(); ++i) out[place[i]] = adjusted[i];
    return out;
  }
};

/// Steps down from the smallest p-value: the largest of `bound(p, tests left)` so far.
template <class Bound>
std::vector<double> step_down(std::span<double const> p, Bound bound) {
  Sorted const sorted(p);
  std::vector<double> adjusted(sorted.p.size());
  double largest = 0;
  for (std::size_t i = 0; i < adjusted.size(); ++i) {
    largest = std::max(largest, bound(sorted.p[i], static_cast<double>(adjusted.size() - i)));
    adjusted[i] = std::min(largest, 1.0);
  }
  return sorted.spread(adjusted, p.size());
}

}  // namespace

void benjamini_hochberg_sorted(std::span<double const> sorted, std::span<double> adjusted) {
  auto const n = static_cast<double>(sorted.size());
  double smallest = 1;
  for (std::size_t i = sorted.size(); i-- > 0;) {
    // p / (rank / n), in statsmodels' order of operations
    smallest = std::min(smallest, sorted[i] / (static_cast<double>(i + 1) / n));
    adjusted[i] = smallest;
  }
}

std::vector<double> benjamini_hochberg(std::span<double const> p) {
  Sorted sorted(p);
  benjamini_hochberg_sorted(sorted.p, sorted.p);
  return sorted.spread(sorted.p, p.size());
}

std::vector<double> holm(std::span<double const> p) {
  return step_down(p, [](double value, double left) { return value * left; });
}

std::vector<double> holm_sidak(std::span<double const> p) {
  // 1 - (1 - p)^left without cancellation
  return step_down(
      p, [](double value, double left) { return -std::expm1(left * std::log1p(-value)); });
}

}  // namespace pertscale
