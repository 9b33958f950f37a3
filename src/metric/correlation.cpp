#include "metric/correlation.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/mean.hpp"
#include "core/sums.hpp"

namespace pertscale {

namespace {}  // namespace

double pearson_r(Profile a, Profile b) {
  double const mean_a = mean_of(a), mean_b = mean_of(b);
  auto const product = [](Profile x, double mean_x, Profile y, double mean_y) {
    return ordered_sum(x.size(), [&](std::size_t i) { return (x[i] - mean_x) * (y[i] - mean_y); });
  };
  double const r = product(a, mean_a, b, mean_b) / (std::sqrt(product(a, mean_a, a, mean_a)) *
                                                    std::sqrt(product(b, mean_b, b, mean_b)));
  return std::clamp(r, -1.0, 1.0);
}

std::vector<double> average_ranks(Profile values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) {
    return values[i] != values[j] ? values[i] < values[j] : i < j;
  });
  std::vector<double> ranks(values.size());
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first + 1;
    while (last < order.size() && values[order[last]] == values[order[first]]) ++last;
    double const rank = 0.5 * static_cast<double>(first + last + 1);
    for (; first < last; ++first) ranks[order[first]] = rank;
  }
  return ranks;
}

}  // namespace pertscale
