#include "suite/interpolated_duplicate.hpp"

#include <algorithm>
#include <limits>

#include "statistics/multiple_testing.hpp"
#include "statistics/rank_sums.hpp"
#include "statistics/welch.hpp"

namespace pertscale {

namespace {

/// Halved rows of a context, ascending.
std::vector<std::size_t> tested_rows(HalvedScreen const& halves, std::size_t context) {
  std::vector<std::size_t> out;
  auto const& rows = halves.truth.labels.rows();
  for (std::size_t row = 0; row < rows.size(); ++row)
    if (rows[row].context == context && halves.halved(row)) out.push_back(row);
  return out;
}

}  // namespace

Matrix second_half_padj(HalvedScreen const& halves, std::vector<std::size_t> const& rows) {
  auto const genes = static_cast<Eigen::Index>(halves.truth.genes.size());
  Matrix out = Matrix::Constant(static_cast<Eigen::Index>(rows.size()), genes,
                                std::numeric_limits<double>::quiet_NaN());
  if (rows.empty()) return out;
  auto const all = tested_rows(halves, halves.truth.labels.rows()[rows.front()].context);
  std::vector<SampleMoments> moments(all.size());
  for (Eigen::Index gene = 0; gene < genes; ++gene) {
    auto const g = static_cast<std::size_t>(gene);
    for (std::size_t i = 0; i < all.size(); ++i)
      moments[i] = {halves.second_mean.row(all[i])[g], halves.second_variance.row(all[i])[g],
                    halves.second_cells[all[i]]};
    auto const rest = rest_moments(moments);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      auto const at = std::lower_bound(all.begin(), all.end(), rows[i]);
      if (at == all.end() || *at != rows[i]) continue;
      auto const k = static_cast<std::size_t>(at - all.begin());
      out(static_cast<Eigen::Index>(i), gene) =
          overestimated_variance_test(moments[k], rest[k]).pvalue;
    }
  }
  for (Eigen::Index i = 0; i < out.rows(); ++i) {
    auto const adjusted = benjamini_hochberg(row_of(out, static_cast<std::size_t>(i)));
    std::copy(adjusted.begin(), adjusted.end(), out.row(i).data());
  }
  return out;
}

}  // namespace pertscale
