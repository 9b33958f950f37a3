#include "statistics/contingency.hpp"

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>

#include "core/sums.hpp"

namespace pertscale {

namespace {

double total(std::vector<double> const& values) {
  return ordered_sum(values.size(), [&](std::size_t i) { return values[i]; });
}

}  // namespace

double chi_square_pvalue(std::vector<std::vector<double>> const& table) {
  std::size_t const rows = table.size(), columns = rows == 0 ? 0 : table.front().size();
  if (rows < 2 || columns < 2) return 1;
  std::vector<double> row_sum, column_sum(columns, 0);
  for (auto const& row : table) {
    row_sum.push_back(total(row));
    for (std::size_t c = 0; c < columns; ++c) column_sum[c] += row[c];
  }
  double const all = total(row_sum);
  auto const freedom = static_cast<double>((rows - 1) * (columns - 1));
  double statistic = 0;
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < columns; ++c) {
      double const expected = row_sum[r] * column_sum[c] / all;
      double difference = std::fabs(table[r][c] - expected);
      if (freedom == 1) difference -= std::min(0.5, difference);
      statistic += difference * difference / expected;
    }
  return boost::math::gamma_q(freedom / 2, statistic / 2);
}

double anova_pvalue(std::span<std::vector<double> const> groups) {
  double const nan = std::numeric_limits<double>::quiet_NaN();
  std::size_t n = 0;
  double sum = 0;
  for (auto const& group : groups) {
    n += group.size();
    sum += total(group);
  }
  if (groups.size() < 2 || n <= groups.size()) return nan;
  double const grand = sum / static_cast<double>(n);
  double between = 0, within = 0;
  for (auto const& group : groups) {
    double const mean = total(group) / static_cast<double>(group.size());
    between += static_cast<double>(group.size()) * (mean - grand) * (mean - grand);
    bool const all_equal = std::all_of(group.begin(), group.end(),
                                       [&](double value) { return value == group.front(); });
    if (!all_equal)
      within += ordered_sum(group.size(),
                            [&](std::size_t i) { return (group[i] - mean) * (group[i] - mean); });
  }
  if (within == 0) {
    bool const same = std::all_of(groups.begin(), groups.end(), [&](auto const& group) {
      return group.front() == groups.front().front();
    });
    return same ? nan : 0;
  }
  auto const above = static_cast<double>(groups.size() - 1);
  auto const below = static_cast<double>(n - groups.size());
  double const f = (between / above) / (within / below);
  return boost::math::ibeta(below / 2, above / 2, below / (below + above * f));
}

}  // namespace pertscale
