#include "statistics/logistic.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/random.hpp"
#include "core/sums.hpp"
#include "solver/products.hpp"
#include "solver/spd_solve.hpp"

namespace pertscale {

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

double sigmoid(double z) { return 1 / (1 + std::exp(-z)); }

/// w'x + b of row i.
double decision(Matrix const& x, Eigen::Index i, Vector const& model) {
  return ordered_sum(static_cast<std::size_t>(x.cols()),
                     [&](std::size_t k) {
                       auto const at = static_cast<Eigen::Index>(k);
                       return x(i, at) * model[at];
                     }) +
         model[x.cols()];
}

/// The objective, its slope and its curvature at one place.
class Newton {
 public:
  Newton(Matrix const& x, std::vector<char> const& second, double c)
      : x_(x), second_(second), c_(c) {}

  double objective(Vector const& model) const {
    auto const weights = static_cast<std::size_t>(x_.cols());
    double const penalty = ordered_sum(weights, [&](std::size_t k) {
      double const w = model[static_cast<Eigen::Index>(k)];
      return w * w / 2;
    });
    return penalty + c_ * ordered_sum(second_.size(), [&](std::size_t i) {
                       double const z = decision(x_, static_cast<Eigen::Index>(i), model);
                       double const against = second_[i] != 0 ? -z : z;
                       return std::max(against, 0.0) + std::log1p(std::exp(-std::fabs(z)));
                     });
  }

  /// Curvature^-1 times slope, and slope times that (the square of the decrement).
  std::optional<std::pair<Vector, double>> step(Vector const& model) const {
    Eigen::Index const d = x_.cols();
    Vector slope = model;
    slope[d] = 0;
    RowMatrix rooted(x_.rows(), d + 1);  // rows times the root of their curvature
    for (Eigen::Index i = 0; i < x_.rows(); ++i) {
      double const p = sigmoid(decision(x_, i, model));
      double const pull = c_ * (p - (second_[static_cast<std::size_t>(i)] != 0 ? 1 : 0));
      double const root = std::sqrt(c_ * p * (1 - p));
      for (Eigen::Index k = 0; k < d; ++k) {
        slope[k] += pull * x_(i, k);
        rooted(i, k) = root * x_(i, k);
      }
      slope[d] += pull;
      rooted(i, d) = root;
    }
    Eigen::MatrixXd curvature;
    cross_product(rooted, curvature);
    for (Eigen::Index k = 0; k < d; ++k) curvature(k, k) += 1;
    auto const solved = spd_solve(curvature, 0, slope);
    if (!solved) return std::nullopt;
    Vector const out = solved->col(0);
    double const decrement = ordered_sum(static_cast<std::size_t>(d + 1), [&](std::size_t k) {
      auto const at = static_cast<Eigen::Index>(k);
      return slope[at] * out[at];
    });
    return std::pair(out, decrement);
  }

 private:
  Matrix const& x_;
  std::vector<char> const& second_;
  double c_;
};

/// Coordinates with the same scalar products, no more of them than rows.
Matrix narrowed(Matrix const& rows) {
  if (rows.cols() <= rows.rows()) return rows;
  RowMatrix gram;
  multiply_transposed(rows, rows, gram);
  Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> const eigen(gram);
  Eigen::VectorXd const lengths = eigen.eigenvalues().cwiseMax(0).cwiseSqrt();
  return eigen.eigenvectors() * lengths.asDiagonal();
}

}  // namespace

std::optional<Vector> logistic_regression(Matrix const& x, std::vector<char> const& second,
                                          double c) {
  Newton const newton(x, second, c);
  Vector model = Vector::Zero(x.cols() + 1);
  double value = newton.objective(model);
  for (int iteration = 0; iteration < 200; ++iteration) {
    auto const step = newton.step(model);
    if (!step) return std::nullopt;
    if (step->second <= 1e-20 * (1 + value)) return model;
    double size = 1, next = 0;
    Vector tried;
    for (; size > 1e-10; size /= 2) {
      tried = model - size * step->first;
      next = newton.objective(tried);
      if (next <= value - 0.1 * size * step->second) break;
    }
    if (!(next < value)) return model;  // at rounding level
    model = tried;
    value = next;
  }
  return std::nullopt;
}

double held_out_probability(Points const& a, Points const& b, std::uint64_t seed) {
  if (a.rows() == 0 || b.rows() < 2) return none;
  auto const order =
      RandomStream(seed, "classifier-proba").permutation(static_cast<std::size_t>(b.rows()));
  Eigen::Index const held_out = std::max<Eigen::Index>(1, b.rows() / 5);
  Matrix all(a.rows() + b.rows(), a.cols());
  all.topRows(a.rows()) = a;
  for (Eigen::Index i = 0; i < b.rows(); ++i)
    all.row(a.rows() + i) = b.row(static_cast<Eigen::Index>(order[static_cast<std::size_t>(i)]));
  Matrix const cells = narrowed(all);
  Eigen::Index const trained = cells.rows() - held_out;
  std::vector<char> second(static_cast<std::size_t>(trained), 0);
  std::fill(second.begin() + a.rows(), second.end(), 1);
  auto const model = logistic_regression(cells.topRows(trained), second);
  if (!model) return none;
  return ordered_sum(
             static_cast<std::size_t>(held_out),
             [&](std::size_t i) {
               return sigmoid(decision(cells, trained + static_cast<Eigen::Index>(i), *model));
             }) /
         static_cast<double>(held_out);
}

}  // namespace pertscale
