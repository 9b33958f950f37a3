#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "statistics/rank_sums.hpp"

namespace pertscale {

double normal_two_sided(double z) { return std::erfc(std::fabs(z) / std::numbers::sqrt2); }

/// U of one group within its stratum; false where there is nothing to compare with.
bool RankSums::compare(std::size_t g, Compared& out) const {
  auto const& group = groups_[g];
  auto const& stratum = strata_[group.stratum];
  bool const rest = options_.reference == TestReference::rest;
  out.cells = design_.groups[g].cells;
  out.reference = stratum.cells - (rest ? out.cells : 0);
  if (out.reference == 0) return false;
  // the rank sum of n1 cells among themselves is n1 (n1 + 1) / 2
  std::int64_t const twice_u = group.twice - (rest ? out.cells * (out.cells + 1) : 0);
  out.twice_excess = twice_u - out.cells * out.reference;
  Wide const ties = stratum.ties + (rest ? 0 : sides_[g].ties);
  std::int64_t const all = out.cells + out.reference;
  auto const n = static_cast<double>(all);
  out.variance = ties == cube_less_one(all)
                     ? 0
                     : static_cast<double>(out.cells) * static_cast<double>(out.reference) / 12 *
                           ((n + 1) - static_cast<double>(ties) / (n * (n - 1)));
  return true;
}

RankTest RankSums::test(std::size_t row) const {
  RankTest out;
  double excess = 0, variance = 0;  // of the weighted sum over strata
  Compared last{};
  for (std::size_t g = first_group_[row]; g < first_group_[row + 1]; ++g) {
    Compared here{};
    if (!compare(g, here)) {
      ++out.without_reference;
      continue;
    }
    ++out.strata;
    out.u += 0.5 * static_cast<double>(here.twice_excess + here.cells * here.reference);
    double const weight = 1 / static_cast<double>(here.cells + here.reference + 1);
    excess += weight * 0.5 * static_cast<double>(here.twice_excess);
    variance += weight * weight * here.variance;
    last = here;
  }
  if (out.strata == 0) {
    out.score = out.pvalue = out.u = std::numeric_limits<double>::quiet_NaN();
    return out;
  }
  if (out.strata == 1) {  // the plain test, without the weight's rounding
    excess = 0.5 * static_cast<double>(last.twice_excess);
    variance = last.variance;
    if (options_.continuity && excess != 0) excess += excess > 0 ? -0.5 : 0.5;
  }
  if (variance == 0) return out;
  out.score = excess / std::sqrt(variance);
  out.pvalue = normal_two_sided(out.score);
  return out;
}

SampleMoments RankSums::moments(std::size_t row) const {
  SampleMoments out;
  double sum = 0, squares = 0;
  for (std::size_t g = first_group_[row]; g < first_group_[row + 1]; ++g) {
    sum += sums_[g].sum;
    squares += sums_[g].squares;
    out.cells += design_.groups[g].cells;
  }
  auto const n = static_cast<double>(out.cells);
  out.mean = sum / n;
  if (out.cells > 1) out.variance = std::max(0.0, (squares - sum * out.mean) / (n - 1));
  return out;
}

double RankSums::control_natural(std::size_t row) const {
  double sum = 0;
  std::int64_t cells = 0;
  for (std::size_t g = first_group_[row]; g < first_group_[row + 1]; ++g) {
    sum += naturals_[g];
    cells += design_.groups[g].cells;
  }
  return sum / static_cast<double>(cells);
}

std::vector<SampleMoments> rest_moments(std::vector<SampleMoments> const& rows) {
  std::vector<SampleMoments> rest(rows.size());
  SampleMoments before;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rest[i] = before;
    before = pooled(before, rows[i]);
  }
  SampleMoments after;
  for (std::size_t i = rows.size(); i-- > 0;) {
    rest[i] = pooled(rest[i], after);
    after = pooled(rows[i], after);
  }
  return rest;
}

}  // namespace pertscale
