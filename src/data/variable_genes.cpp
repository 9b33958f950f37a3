#include "data/variable_genes.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

namespace pertscale {

namespace {

constexpr std::size_t bins = 20;
constexpr double missing = std::numeric_limits<double>::quiet_NaN();

struct GeneDispersion {
  double log_mean = 0;
  double log_dispersion = missing;
};

std::vector<GeneDispersion> dispersions(DispersionSums const& sums, std::int64_t cells,
                                        std::size_t genes) {
  std::vector<GeneDispersion> out(genes);
  auto const n = static_cast<double>(cells);
  for (std::size_t g = 0; g < genes; ++g) {
    double const mean = sums.sum(g) / n;
    double const variance =
        std::max(0.0, (sums.square_sum(g) - sums.sum(g) * mean) / std::max(1.0, n - 1));
    double const dispersion = variance / (mean == 0 ? 1e-12 : mean);
    out[g].log_mean = std::log1p(mean == 0 ? 1e-12 : mean);
    if (dispersion > 0) out[g].log_dispersion = std::log(dispersion);
  }
  return out;
}

/// pandas.cut(values, 20): equal widths over the range, right-closed, the lowest value in the first
/// bin.
std::vector<std::size_t> bin_of(std::vector<GeneDispersion> const& genes) {
  auto const [low, high] =
      std::minmax_element(genes.begin(), genes.end(),
                          [](auto const& a, auto const& b) { return a.log_mean < b.log_mean; });
  double const first = low->log_mean, width = (high->log_mean - first) / bins;
  std::vector<std::size_t> out;
  for (auto const& gene : genes) {
    std::size_t bin = 0;
    while (bin + 1 < bins && gene.log_mean > first + static_cast<double>(bin + 1) * width) ++bin;
    out.push_back(bin);
  }
  return out;
}

}  // namespace

std::vector<std::size_t> seurat_variable_genes(DispersionSums const& sums, std::int64_t cells,
                                               std::size_t genes, std::size_t count) {
  auto const values = dispersions(sums, cells, genes);
  auto const bin = bin_of(values);
  std::vector<double> total(bins, 0), squares(bins, 0), n(bins, 0);
  for (std::size_t g = 0; g < genes; ++g) {
    if (std::isnan(values[g].log_dispersion)) continue;
    total[bin[g]] += values[g].log_dispersion;
    n[bin[g]] += 1;
  }
  for (std::size_t g = 0; g < genes; ++g)
    if (!std::isnan(values[g].log_dispersion))
      squares[bin[g]] += std::pow(values[g].log_dispersion - total[bin[g]] / n[bin[g]], 2);

  std::vector<double> normalised(genes, 0);
  std::vector<double> known;
  for (std::size_t g = 0; g < genes; ++g) {
    if (std::isnan(values[g].log_dispersion)) continue;
    std::size_t const b = bin[g];
    double const mean = total[b] / n[b];
    normalised[g] =
        n[b] < 2 ? 1.0 : (values[g].log_dispersion - mean) / std::sqrt(squares[b] / (n[b] - 1));
    known.push_back(normalised[g]);
  }
  std::vector<std::size_t> chosen;
  if (known.empty()) return chosen;
  std::sort(known.begin(), known.end(), std::greater<>());
  double const cutoff = known[std::min(count, known.size()) - 1];
  for (std::size_t g = 0; g < genes; ++g)
    if (!std::isnan(values[g].log_dispersion) && normalised[g] >= cutoff) chosen.push_back(g);
  return chosen;
}

}  // namespace pertscale
