#include "statistics/cell_aggregates.hpp"

#include <algorithm>
#include <cmath>

#include "core/sums.hpp"

namespace pertscale {

namespace {

std::size_t genes_of(Matrix const& cells) { return static_cast<std::size_t>(cells.cols()); }

/// Mean over cells of f(value, gene).
template <class Value>
std::vector<double> mean_of(Matrix const& cells, Value value) {
  std::vector<double> sum(genes_of(cells), 0);
  for (std::size_t cell = 0; cell < static_cast<std::size_t>(cells.rows()); ++cell) {
    auto const row = row_of(cells, cell);
    for (std::size_t g = 0; g < sum.size(); ++g) sum[g] += value(row[g], g);
  }
  for (auto& total : sum) total /= static_cast<double>(cells.rows());
  return sum;
}

}  // namespace

std::vector<double> log_mean_changes(Profile mean, Profile control) {
  std::vector<double> out(mean.size());
  for (std::size_t g = 0; g < mean.size(); ++g)
    out[g] = mean[g] > -0.1 && control[g] > -0.1
                 ? std::log2(mean[g] + 0.1) - std::log2(control[g] + 0.1)
                 : std::nan("");
  return out;
}

std::vector<double> variation(Matrix const& cells) {
  auto const mean = mean_of(cells, [](double value, std::size_t) { return value; });
  auto out = mean_of(
      cells, [&](double value, std::size_t g) { return (value - mean[g]) * (value - mean[g]); });
  for (std::size_t g = 0; g < out.size(); ++g)
    out[g] = mean[g] == 0 ? 0 : std::sqrt(out[g]) / mean[g];
  return out;
}

std::vector<double> variation(Profile mean, Profile variance, std::int64_t count) {
  std::vector<double> out(mean.size());
  auto const n = static_cast<double>(count);
  for (std::size_t g = 0; g < out.size(); ++g)
    out[g] = mean[g] == 0 || count < 2 ? 0 : std::sqrt(variance[g] * (n - 1) / n) / mean[g];
  return out;
}

namespace {

double signed_log(double score, double p, double floor) {
  if (std::isnan(score)) return score;
  if (score == 0) return 0;
  return std::copysign(1.0, score) * -std::log(p + floor);
}

}  // namespace

std::vector<double> signed_log_p(Profile score, Profile padj) {
  std::vector<double> out(score.size());
  for (std::size_t g = 0; g < out.size(); ++g)
    out[g] = std::isinf(score[g]) ? 0 : signed_log(score[g], padj[g], 1e-37);
  return out;
}

std::vector<double> signed_log_p_2024(Profile score, Profile p) {
  std::vector<double> out(score.size());
  for (std::size_t g = 0; g < out.size(); ++g) out[g] = signed_log(score[g], p[g], 1e-24);
  return out;
}

void CellScale::add(Matrix const& cells) {
  if (cells.rows() == 0) return;
  std::size_t const genes = genes_of(cells);
  if (mean_.empty()) mean_.assign(genes, 0), squares_.assign(genes, 0);
  auto const mean = mean_of(cells, [](double value, std::size_t) { return value; });
  auto const squares = mean_of(
      cells, [&](double value, std::size_t g) { return (value - mean[g]) * (value - mean[g]); });
  auto const before = static_cast<double>(cells_), added = static_cast<double>(cells.rows());
  for (std::size_t g = 0; g < genes; ++g) {  // Chan et al. 1983, eq. 2.1
    double const step = mean[g] - mean_[g];
    squares_[g] += squares[g] * added + step * step * before * added / (before + added);
    mean_[g] += step * added / (before + added);
  }
  cells_ += cells.rows();
}

std::vector<double> CellScale::mean(Matrix const& cells) const {
  std::vector<double> sd(mean_.size());
  for (std::size_t g = 0; g < sd.size(); ++g) {
    sd[g] = std::sqrt(squares_[g] / static_cast<double>(cells_ - 1));
    if (sd[g] == 0) sd[g] = 1;
  }
  return mean_of(cells, [&](double value, std::size_t g) {
    return std::clamp((value - mean_[g]) / sd[g], -10.0, 10.0);
  });
}

}  // namespace pertscale
