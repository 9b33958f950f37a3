#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/sums.hpp"
#include "core/vector_loops.hpp"
#include "statistics/mean_distances.hpp"

namespace pertscale {

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// Genes at (log mean, log population variance).
struct Places {
  std::vector<double> mean, variance;

  explicit Places(Points const& cells) {
    auto const n = static_cast<double>(cells.rows());
    Vector const means = mean_point(cells);
    Vector squares = Vector::Zero(cells.cols());
    for (Eigen::Index i = 0; i < cells.rows(); ++i)
      squares.array() += (cells.row(i).transpose() - means).array().square();
    for (Eigen::Index g = 0; g < cells.cols(); ++g) {
      if (!(means[g] > 0)) continue;
      mean.push_back(std::log(means[g]));
      variance.push_back(std::log(squares[g] / n));
    }
  }

  bool usable() const {
    auto const finite = [](double value) { return std::isfinite(value); };
    return !mean.empty() && std::all_of(variance.begin(), variance.end(), finite);
  }

  /// Density at a point.
  double at(double x, double y, std::vector<double>& scratch) const {
    auto const n = static_cast<double>(mean.size());
    double const width = std::pow(n, -1.0 / 6);
    scratch.resize(mean.size());
    for (std::size_t g = 0; g < mean.size(); ++g) {
      double const dx = x - mean[g], dy = y - variance[g];
      scratch[g] = dx * dx + dy * dy;
    }
    take_roots(scratch.data(), scratch.size());
    for (auto& value : scratch) value = -value / width;
    take_exponentials(scratch.data(), scratch.size());
    return sum_of(scratch.data(), scratch.size()) / n / (2 * std::numbers::pi * width * width);
  }
};

constexpr int grid = 100;

/// 100 midpoints of bins over both sides' values, one bin beyond each end; empty for one value.
std::vector<double> midpoints(std::vector<double> const& a, std::vector<double> const& b) {
  double const low =
      std::min(*std::min_element(a.begin(), a.end()), *std::min_element(b.begin(), b.end()));
  double const high =
      std::max(*std::max_element(a.begin(), a.end()), *std::max_element(b.begin(), b.end()));
  double const bin = (high - low) / (grid - 2);
  if (!(bin > 0)) return {};
  std::vector<double> out;
  for (int k = 0; k < grid; ++k) out.push_back(low + (k - 0.5) * bin);
  return out;
}

}  // namespace

double mean_variance_distance(Points const& a, Points const& b) {
  if (a.rows() == 0 || b.rows() == 0) return none;
  Places const left(a), right(b);
  if (!left.usable() || !right.usable()) return none;
  auto const xs = midpoints(left.mean, right.mean), ys = midpoints(left.variance, right.variance);
  if (xs.empty() || ys.empty()) return none;
  std::vector<double> scratch;
  double sum = 0;
  for (double const x : xs)
    for (double const y : ys) {
      double const apart = left.at(x, y, scratch) - right.at(x, y, scratch);
      sum += apart * apart;
    }
  return sum / (grid * grid);
}

}  // namespace pertscale
