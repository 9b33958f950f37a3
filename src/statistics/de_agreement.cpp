#include "statistics/de_agreement.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace pertscale {

namespace {

int sign_of(double value) { return (value > 0) - (value < 0); }

double ratio(std::int64_t a, std::int64_t b) {
  return static_cast<double>(a) / static_cast<double>(b);
}

/// Falling key of a gene: larger comes first. A change that is no number comes last.
double key_of(TestTable const& side, TopRank rank, std::size_t gene) {
  double const value =
      rank == TopRank::fold_change ? std::fabs(side.log2fc[gene]) : -side.padj[gene];
  return std::isnan(value) ? -std::numeric_limits<double>::infinity() : value;
}

std::vector<std::size_t> ranked_calls(TestPair const& pair, TestTable const& side, TopRank rank) {
  std::vector<std::size_t> genes;
  for (std::size_t g = 0; g < pair.genes(); ++g)
    if (pair.called(side, g)) genes.push_back(g);
  std::sort(genes.begin(), genes.end(), [&](std::size_t a, std::size_t b) {
    double const of_a = key_of(side, rank, a), of_b = key_of(side, rank, b);
    return of_a != of_b ? of_a > of_b : a < b;
  });
  return genes;
}

/// Share with which each gene is among the first k of the ranked calls.
std::vector<double> membership(TestPair const& pair, TestTable const& side,
                               std::vector<std::size_t> const& calls, std::size_t k, TopRank rank,
                               TopTies ties) {
  std::vector<double> share(pair.genes(), 0);
  k = std::min(k, calls.size());
  for (std::size_t i = 0; i < k; ++i) share[calls[i]] = 1;
  if (ties == TopTies::order || k == 0 || k == calls.size()) return share;
  double const cut = key_of(side, rank, calls[k - 1]);
  std::size_t first = k - 1, last = k;
  while (first > 0 && key_of(side, rank, calls[first - 1]) == cut) --first;
  while (last < calls.size() && key_of(side, rank, calls[last]) == cut) ++last;
  double const chance = static_cast<double>(k - first) / static_cast<double>(last - first);
  for (std::size_t i = first; i < last; ++i) share[calls[i]] = chance;
  return share;
}

double shared(std::vector<double> const& a, std::vector<double> const& b) {
  double sum = 0;
  for (std::size_t g = 0; g < a.size(); ++g) sum += a[g] * b[g];
  return sum;
}

}  // namespace

void TestPair::leave_out(std::size_t gene) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  for (auto* const side : {&measured, &predicted}) {
    side->log2fc[gene] = side->pvalue[gene] = side->padj[gene] = none;
    if (!side->score.empty()) side->score[gene] = none;
  }
}

SetCounts set_counts(TestPair const& pair) {
  SetCounts counts;
  for (std::size_t g = 0; g < pair.genes(); ++g) {
    bool const measured = pair.called(pair.measured, g), predicted = pair.called(pair.predicted, g);
    counts.both += measured && predicted;
    counts.measured += measured;
    counts.predicted += predicted;
    counts.universe += !std::isnan(pair.measured.padj[g]) || !std::isnan(pair.predicted.padj[g]);
  }
  return counts;
}

std::optional<double> recall(SetCounts const& counts) {
  if (counts.measured == 0) return std::nullopt;
  return ratio(counts.both, counts.measured);
}

double jaccard(SetCounts const& counts) {
  std::int64_t const either = counts.measured + counts.predicted - counts.both;
  return either == 0 ? 1 : ratio(counts.both, either);
}

std::optional<double> informedness(SetCounts const& counts) {
  if (counts.measured <= 0 || counts.measured >= counts.universe) return std::nullopt;
  return ratio(counts.both, counts.measured) -
         ratio(counts.predicted - counts.both, counts.universe - counts.measured);
}

std::optional<double> markedness(SetCounts const& counts) {
  if (counts.predicted <= 0 || counts.predicted >= counts.universe) return std::nullopt;
  return ratio(counts.both, counts.predicted) -
         ratio(counts.measured - counts.both, counts.universe - counts.predicted);
}

std::optional<double> matthews(double both, double measured, double predicted, double universe) {
  if (measured <= 0 || measured >= universe || predicted <= 0 || predicted >= universe)
    return std::nullopt;
  // (TP TN - FP FN) = TP G - a b
  return (both * universe - measured * predicted) /
         std::sqrt(measured * predicted * (universe - measured) * (universe - predicted));
}

std::optional<double> matthews(SetCounts const& counts) {
  return matthews(static_cast<double>(counts.both), static_cast<double>(counts.measured),
                  static_cast<double>(counts.predicted), static_cast<double>(counts.universe));
}

std::optional<double> top_overlap(TestPair const& pair, TopRule const& rule) {
  auto const measured = ranked_calls(pair, pair.measured, rule.rank);
  auto const predicted = ranked_calls(pair, pair.predicted, rule.rank);
  std::size_t const bound = rule.precision ? predicted.size() : measured.size();
  std::size_t k = rule.k == 0 ? bound : rule.k;
  if (!rule.whole_k || measured.size() < rule.few) k = std::min(k, bound);
  if (k == 0) return std::nullopt;
  return shared(membership(pair, pair.measured, measured, k, rule.rank, rule.ties),
                membership(pair, pair.predicted, predicted, k, rule.rank, rule.ties)) /
         static_cast<double>(k);
}

std::optional<double> top_matthews(TestPair const& pair, TopRank rank, TopTies ties) {
  auto const measured = ranked_calls(pair, pair.measured, rank);
  auto const predicted = ranked_calls(pair, pair.predicted, rank);
  std::size_t const k = measured.size();
  double const both = shared(membership(pair, pair.measured, measured, k, rank, ties),
                             membership(pair, pair.predicted, predicted, k, rank, ties));
  return matthews(both, static_cast<double>(k), static_cast<double>(std::min(k, predicted.size())),
                  static_cast<double>(set_counts(pair).universe));
}

std::optional<double> sign_agreement(TestPair const& pair, bool called_by_prediction) {
  auto const& caller = called_by_prediction ? pair.predicted : pair.measured;
  auto const& other = called_by_prediction ? pair.measured : pair.predicted;
  std::int64_t same = 0, all = 0;
  for (std::size_t g = 0; g < pair.genes(); ++g) {
    if (!pair.called(caller, g) || std::isnan(other.padj[g])) continue;
    ++all;
    same += sign_of(pair.measured.log2fc[g]) == sign_of(pair.predicted.log2fc[g]);
  }
  if (all == 0) return std::nullopt;
  return ratio(same, all);
}

FoldChangePairs significant_fold_changes(TestPair const& pair, ChangeSign sign) {
  FoldChangePairs out;
  for (std::size_t g = 0; g < pair.genes(); ++g) {
    double const change = pair.measured.log2fc[g];
    if (!pair.called(pair.measured, g)) continue;
    if (sign == ChangeSign::up && !(change > 0)) continue;
    if (sign == ChangeSign::down && !(change < 0)) continue;
    double const predicted = pair.predicted.log2fc[g];
    out.measured.push_back(change);
    out.predicted.push_back(std::isnan(predicted) ? 0 : predicted);
  }
  return out;
}

std::optional<double> fold_change_error(TestPair const& pair, std::size_t least) {
  double error = 0, size = 0;
  std::size_t genes = 0;
  for (std::size_t g = 0; g < pair.genes(); ++g) {
    double const change = pair.measured.log2fc[g];
    if (!pair.called(pair.measured, g) || !std::isfinite(change)) continue;
    double const predicted = pair.predicted.log2fc[g];
    error += std::fabs((std::isfinite(predicted) ? predicted : 0) - change);
    size += std::fabs(change);
    ++genes;
  }
  if (genes < std::max<std::size_t>(least, 1) || size == 0) return std::nullopt;
  return error / size;
}

}  // namespace pertscale
