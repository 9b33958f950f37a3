#include "statistics/de_direction.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

namespace pertscale {

namespace {

constexpr double smallest_headroom = 0.05;  // of 1 - q, cell-eval2
constexpr double raw_purity = 0.9;          // cell-eval2's REACH_PURITY_FLOOR

int direction_of(double change) { return (change > 0) - (change < 0); }

double as_number(std::int64_t count) { return static_cast<double>(count); }

double headroom(double majority) { return std::max(1 - majority, smallest_headroom); }

bool matches(TestPair const& pair, std::size_t gene) {
  int const measured = direction_of(pair.measured.log2fc[gene]);
  return measured != 0 && measured == direction_of(pair.predicted.log2fc[gene]);
}

/// Without a confident gene: silence is right, any call is wrong.
double without_confident(DirectionCounts const& counts) { return counts.called == 0 ? 1 : 0; }

double last_if_nan(double p) { return std::isnan(p) ? std::numeric_limits<double>::infinity() : p; }

/// Where a gene stands in the prediction's order: smaller comes first.
std::tuple<bool, double, double, double> standing(TestPair const& pair, std::size_t gene) {
  auto const& table = pair.predicted;
  double const size = std::fabs(table.log2fc[gene]);
  return {!pair.called(table, gene), last_if_nan(table.padj[gene]), last_if_nan(table.pvalue[gene]),
          last_if_nan(-size)};
}

}  // namespace

DirectionCounts direction_counts(TestPair const& pair) {
  DirectionCounts counts;
  std::int64_t up = 0, down = 0;
  for (std::size_t g = 0; g < pair.genes(); ++g) {
    int const measured = direction_of(pair.measured.log2fc[g]);
    if (pair.called(pair.measured, g)) {
      ++counts.confident;
      up += measured > 0;
      down += measured < 0;
    }
    bool const tested = !std::isnan(pair.measured.padj[g]);
    if (!tested || !pair.called(pair.predicted, g) || measured == 0) continue;
    ++counts.called;
    counts.right += matches(pair, g);
  }
  if (up + down > 0) counts.majority = as_number(std::max(up, down)) / as_number(up + down);
  return counts;
}

std::optional<double> direction_fidelity(DirectionCounts const& counts, DirectionForm form) {
  if (form == DirectionForm::corrected && counts.confident == 0) return without_confident(counts);
  if (counts.called == 0) return std::nullopt;
  double const raw = as_number(counts.right) / as_number(counts.called);
  if (form == DirectionForm::raw) return raw;
  if (!counts.majority) return std::nullopt;
  return (raw - *counts.majority) / headroom(*counts.majority);
}

std::optional<double> direction_coverage(DirectionCounts const& counts) {
  if (counts.confident == 0) return std::nullopt;
  return as_number(counts.called) / as_number(counts.confident);
}

std::optional<double> direction_yield(DirectionCounts const& counts, DirectionForm form) {
  if (counts.confident == 0) return std::nullopt;
  if (form == DirectionForm::raw) return as_number(counts.right) / as_number(counts.confident);
  if (!counts.majority) return std::nullopt;
  return (as_number(counts.right) - *counts.majority * as_number(counts.called)) /
         (as_number(counts.confident) * headroom(*counts.majority));
}

std::optional<double> direction_fidelity_yield(DirectionCounts const& counts, DirectionForm form) {
  if (form == DirectionForm::raw) {
    std::int64_t const most = std::max(counts.called, counts.confident);
    if (most == 0) return std::nullopt;
    return as_number(counts.right) / as_number(most);
  }
  if (counts.confident == 0) return without_confident(counts);
  if (!counts.majority) return std::nullopt;
  if (counts.called == 0) return 0;
  return std::min(1.0, *direction_coverage(counts)) * *direction_fidelity(counts, form);
}

std::int64_t pure_depth(TestPair const& pair, std::span<std::string const> names,
                        ReachUniverse universe, double purity) {
  std::vector<std::size_t> genes;
  for (std::size_t g = 0; g < pair.genes(); ++g) {
    if (std::isnan(pair.measured.padj[g]) || std::isnan(pair.predicted.padj[g])) continue;
    if (direction_of(pair.measured.log2fc[g]) == 0) continue;
    if (universe == ReachUniverse::all || pair.called(pair.measured, g)) genes.push_back(g);
  }
  std::sort(genes.begin(), genes.end(), [&](std::size_t a, std::size_t b) {
    auto const of_a = standing(pair, a), of_b = standing(pair, b);
    return of_a != of_b ? of_a < of_b : names[a] < names[b];
  });
  std::int64_t deepest = 0, right = 0;
  for (std::size_t i = 0; i < genes.size(); ++i) {
    right += matches(pair, genes[i]);
    auto const depth = static_cast<std::int64_t>(i + 1);
    if (as_number(right) / as_number(depth) >= purity) deepest = depth;
  }
  return deepest;
}

std::optional<double> direction_reach(TestPair const& pair, std::span<std::string const> names,
                                      ReachUniverse universe, DirectionForm form) {
  auto const counts = direction_counts(pair);
  if (counts.confident == 0) return std::nullopt;
  double purity = raw_purity;
  if (form == DirectionForm::corrected) {
    if (!counts.majority) return std::nullopt;
    purity = *counts.majority + (1 - pair.alpha) * (1 - *counts.majority);
  }
  return as_number(pure_depth(pair, names, universe, purity)) / as_number(counts.confident);
}

}  // namespace pertscale
