#include "statistics/transport_distance.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/sums.hpp"
#include "core/vector_loops.hpp"

namespace pertscale {

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

Matrix squared_costs(Points const& a, Points const& b) {
  Matrix out(a.rows(), b.rows());
  visit_pairs(a, b, [&](Eigen::Index i, Eigen::Index j, Matrix const& tile) {
    out.block(i, j, tile.rows(), tile.cols()) = tile;
  });
  return out;
}

Matrix squared_costs(Points const& a) {
  Matrix out(a.rows(), a.rows());
  visit_pairs_within(a, [&](Eigen::Index i, Eigen::Index j, Matrix const& tile) {
    out.block(i, j, tile.rows(), tile.cols()) = tile;
    if (i != j) out.block(j, i, tile.cols(), tile.rows()) = tile.transpose();
  });
  return out;
}

/// log mean_j exp((g_j - C_ij) / epsilon) of a row.
class SoftMaximum {
 public:
  explicit SoftMaximum(Eigen::Index columns) : scratch_(static_cast<std::size_t>(columns)) {}

  double operator()(double const* costs, Vector const& g, double epsilon) {
    std::size_t const n = scratch_.size();
    double* const x = scratch_.data();
    scaled_differences(g.data(), costs, 1 / epsilon, x, n);
    double const largest = largest_of(x, n);
    for (std::size_t j = 0; j < n; ++j) x[j] -= largest;
    take_exponentials(x, n);
    return largest + std::log(sum_of(x, n) / static_cast<double>(n));
  }

 private:
  std::vector<double> scratch_;
};

/// f_i = -epsilon log mean_j exp((g_j - C_ij) / epsilon): the row's marginal is met then.
Vector soft_minimum(Matrix const& costs, Vector const& g, double epsilon) {
  SoftMaximum row(costs.cols());
  Vector f(costs.rows());
  for (Eigen::Index i = 0; i < costs.rows(); ++i)
    f[i] = -epsilon * row(costs.row(i).data(), g, epsilon);
  return f;
}

double mean_of(Vector const& values) {
  return sum_of(values.data(), static_cast<std::size_t>(values.size())) /
         static_cast<double>(values.size());
}

/// Population standard deviation of all costs.
double spread(Matrix const& costs) {
  auto const n = static_cast<std::size_t>(costs.size());
  double const* const c = costs.data();
  double const mean = sum_of(c, n) / static_cast<double>(n);
  return std::sqrt(ordered_sum(n, [&](std::size_t k) { return (c[k] - mean) * (c[k] - mean); }) /
                   static_cast<double>(n));
}

/// sum_i |marginal_i - 1/n|, where f would be `met` if row i's marginal were.
double marginal_error(Vector const& f, Vector const& met, double epsilon) {
  auto const n = static_cast<double>(f.size());
  return ordered_sum(static_cast<std::size_t>(f.size()),
                     [&](std::size_t k) {
                       auto const i = static_cast<Eigen::Index>(k);
                       return std::fabs(std::expm1((f[i] - met[i]) / epsilon));
                     }) /
         n;
}

double diameter(Points const& a, Points const& b) {
  return std::sqrt(ordered_sum(static_cast<std::size_t>(a.cols()), [&](std::size_t k) {
    auto const c = static_cast<Eigen::Index>(k);
    double const low = std::min(a.col(c).minCoeff(), b.col(c).minCoeff());
    double const high = std::max(a.col(c).maxCoeff(), b.col(c).maxCoeff());
    return (high - low) * (high - low);
  }));
}

/// epsilon from the diameter's square down to blur^2 in steps of scaling^2; both ends are in.
std::vector<double> annealed(double diameter, DivergenceOptions const& options) {
  std::vector<double> out{diameter * diameter};
  double const first = 2 * std::log(diameter), last = 2 * std::log(options.blur);
  double const step = 2 * std::log(options.scaling);
  auto const count = static_cast<int>(std::ceil((last - first) / step));
  for (int k = 0; k < count; ++k) out.push_back(std::exp(first + k * step));
  out.push_back(options.blur * options.blur);
  return out;
}

}  // namespace

SinkhornCost sinkhorn_cost(Points const& a, Points const& b, SinkhornOptions const& options) {
  SinkhornCost out;
  if (a.rows() == 0 || b.rows() == 0) return {none, none, 0, false};
  Matrix const costs = squared_costs(a, b), turned = costs.transpose();
  out.epsilon = options.epsilon_share * spread(costs);
  if (!(out.epsilon > 0)) return {costs(0, 0), 0, 0, true};
  Vector f = Vector::Zero(a.rows()), g = Vector::Zero(b.rows());
  while (!out.converged && out.iterations < options.most) {
    g = soft_minimum(turned, f, out.epsilon);
    Vector const met = soft_minimum(costs, g, out.epsilon);
    if (out.iterations > 0 && out.iterations % options.check_every == 0)
      out.converged = marginal_error(f, met, out.epsilon) <= options.threshold;
    f = met;
    ++out.iterations;
  }
  out.cost = mean_of(f) + mean_of(g);
  return out;
}

double sinkhorn_divergence(Points const& a, Points const& b, DivergenceOptions const& options) {
  if (a.rows() == 0 || b.rows() == 0) return none;
  double const wide = diameter(a, b);
  if (!(wide > 0)) return 0;
  Matrix const ab = squared_costs(a, b) / 2, ba = ab.transpose();
  Matrix const aa = squared_costs(a) / 2, bb = squared_costs(b) / 2;
  auto const scales = annealed(wide, options);
  double const start = scales.front(), end = scales.back();
  Vector f = soft_minimum(ab, Vector::Zero(b.rows()), start);
  Vector g = soft_minimum(ba, Vector::Zero(a.rows()), start);
  Vector own_f = soft_minimum(aa, Vector::Zero(a.rows()), start);
  Vector own_g = soft_minimum(bb, Vector::Zero(b.rows()), start);
  for (double const epsilon : scales) {
    Vector const next_f = soft_minimum(ab, g, epsilon), next_g = soft_minimum(ba, f, epsilon);
    f = (f + next_f) / 2;
    g = (g + next_g) / 2;
    own_f = (own_f + soft_minimum(aa, own_f, epsilon)) / 2;
    own_g = (own_g + soft_minimum(bb, own_g, epsilon)) / 2;
  }
  Vector const last_f = soft_minimum(ab, g, end), last_g = soft_minimum(ba, f, end);
  double const s = mean_of(last_f) - mean_of(soft_minimum(aa, own_f, end)) + mean_of(last_g) -
                   mean_of(soft_minimum(bb, own_g, end));
  return std::sqrt(std::max(0.0, 2 * s));
}

}  // namespace pertscale
