#include "statistics/jackknife.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/sums.hpp"

namespace pertscale {

void log_of_sums(Profile sums, double total, double target, std::span<double> out) {
  for (std::size_t g = 0; g < sums.size(); ++g)
    out[g] = total > 0 ? std::log1p(target * sums[g] / total) : 0;
}

double jackknife_variance(Matrix const& counts, double target) {
  auto const cells = static_cast<std::size_t>(counts.rows());
  auto const genes = static_cast<std::size_t>(counts.cols());
  if (cells < 2) return 0;
  std::vector<double> sums(genes, 0), size(cells), profile(genes), shift(genes, 0),
      squares(genes, 0);
  for (std::size_t i = 0; i < cells; ++i) {
    auto const row = row_of(counts, i);
    size[i] = ordered_sum(row);
    for (std::size_t g = 0; g < genes; ++g) sums[g] += row[g];
  }
  double const total = ordered_sum(sums);
  if (total <= 0) return 0;
  log_of_sums(sums, total, target, profile);
  for (std::size_t i = 0; i < cells; ++i) {
    auto const row = row_of(counts, i);
    double const left = total - size[i];
    for (std::size_t g = 0; g < genes; ++g) {
      // counted from the whole group's value, so that the difference below keeps its digits
      double const value =
          (left > 0 ? std::log1p(target * (sums[g] - row[g]) / left) : 0) - profile[g];
      shift[g] += value;
      squares[g] += value * value;
    }
  }
  auto const n = static_cast<double>(cells);
  double const spread =
      ordered_sum(genes, [&](std::size_t g) { return squares[g] - shift[g] * shift[g] / n; });
  return std::max(0.0, (n - 1) / n * spread);
}

}  // namespace pertscale
