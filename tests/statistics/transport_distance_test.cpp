#include "statistics/transport_distance.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "statistics/random_points.hpp"

using namespace pertscale;

namespace {

Matrix costs_of(Matrix const& a, Matrix const& b) {
  Matrix out(a.rows(), b.rows());
  for (Eigen::Index i = 0; i < a.rows(); ++i)
    for (Eigen::Index j = 0; j < b.rows(); ++j) out(i, j) = (a.row(i) - b.row(j)).squaredNorm();
  return out;
}

/// Oracle: Sinkhorn's scaling of the kernel matrix itself, <C, P> + epsilon KL(P | a b').
double plain_sinkhorn(Matrix const& costs, double epsilon) {
  auto const n = static_cast<double>(costs.rows()), m = static_cast<double>(costs.cols());
  Eigen::ArrayXXd const kernel = (-costs.array() / epsilon).exp();
  Vector u = Vector::Ones(costs.rows()), v = Vector::Ones(costs.cols());
  for (int k = 0; k < 20000; ++k) {
    u = (kernel.matrix() * v * n).cwiseInverse();
    v = (kernel.matrix().transpose() * u * m).cwiseInverse();
  }
  Eigen::ArrayXXd const plan = (u.asDiagonal() * kernel.matrix() * v.asDiagonal()).array();
  return (plan * costs.array()).sum() + epsilon * (plan * (plan * n * m).log()).sum();
}

double spread(Matrix const& costs) {
  return std::sqrt((costs.array() - costs.mean()).square().mean());
}

/// Oracle of the annealed scheme, line by line on small matrices.
Vector soft(Matrix const& costs, Vector const& g, double epsilon) {
  Vector f(costs.rows());
  for (Eigen::Index i = 0; i < costs.rows(); ++i) {
    double sum = 0;
    for (Eigen::Index j = 0; j < costs.cols(); ++j)
      sum += std::exp((g[j] - costs(i, j)) / epsilon) / static_cast<double>(costs.cols());
    f[i] = -epsilon * std::log(sum);
  }
  return f;
}

}  // namespace

TEST_CASE("one cell against one: the cost itself; equal cells: zero") {
  Matrix const a = Matrix::Constant(1, 2, 1), b = Matrix::Constant(1, 2, 4);
  CHECK(sinkhorn_cost(a, b).cost == 18);
  CHECK(sinkhorn_cost(a, b).converged);
  CHECK(sinkhorn_divergence(a, a) == 0);
  CHECK(sinkhorn_divergence(a, b) == Approx(std::sqrt(18.0)));  // sqrt(2 |x - y|^2 / 2)
  CHECK(std::isnan(sinkhorn_cost(Matrix(0, 2), b).cost));
  CHECK(std::isnan(sinkhorn_divergence(Matrix(0, 2), b)));
}

TEST_CASE("the dual cost is that of the scaled kernel") {
  Matrix const a = normals(9, 3, 1), b = normals(12, 3, 2, 0.5);
  Matrix const costs = costs_of(a, b);

  auto const found = sinkhorn_cost(a, b, {.threshold = 1e-12});

  CHECK(found.converged);
  CHECK(found.epsilon == Approx(0.05 * spread(costs)).epsilon(1e-12));
  CHECK(found.cost == Approx(plain_sinkhorn(costs, found.epsilon)).epsilon(1e-9));
  CHECK(std::fabs(sinkhorn_cost(a, b).cost - found.cost) < 1e-3 * found.cost);
  CHECK_FALSE(sinkhorn_cost(a, b, {.threshold = 1e-12, .most = 3}).converged);
}

TEST_CASE("the divergence follows the annealed scheme") {
  Matrix const a = normals(5, 2, 3), b = normals(4, 2, 4, 1);
  Matrix const ab = costs_of(a, b) / 2, ba = ab.transpose();
  Matrix const aa = costs_of(a, a) / 2, bb = costs_of(b, b) / 2;
  Matrix both(9, 2);
  both << a, b;
  double const wide = (both.colwise().maxCoeff() - both.colwise().minCoeff()).norm();
  std::vector<double> scales{wide * wide};
  for (double e = wide * wide; e > 0.25; e /= 4) scales.push_back(e);
  scales.push_back(0.25);

  Vector f = soft(ab, Vector::Zero(4), wide * wide), g = soft(ba, Vector::Zero(5), wide * wide);
  Vector p = soft(aa, Vector::Zero(5), wide * wide), q = soft(bb, Vector::Zero(4), wide * wide);
  for (double const e : scales) {
    Vector const next_f = soft(ab, g, e), next_g = soft(ba, f, e);
    p = (p + soft(aa, p, e)) / 2;
    q = (q + soft(bb, q, e)) / 2;
    f = (f + next_f) / 2;
    g = (g + next_g) / 2;
  }
  double const s = (soft(ab, g, 0.25) - soft(aa, p, 0.25)).mean() +
                   (soft(ba, f, 0.25) - soft(bb, q, 0.25)).mean();

  CHECK(sinkhorn_divergence(a, b, {.blur = 0.5}) == Approx(std::sqrt(2 * s)).epsilon(1e-10));
}

TEST_CASE("with a small blur the divergence of shifted cells is the shift") {
  Matrix const a = normals(40, 3, 7);
  Matrix b = a;
  b.col(1).array() += 2;
  CHECK(sinkhorn_divergence(a, b) == Approx(2).epsilon(0.01));
  CHECK(sinkhorn_divergence(a, a) == Approx(0).margin(1e-6));
}
