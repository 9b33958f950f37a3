#include "model/linear_fit.hpp"

#include "solver/spd_solve.hpp"

namespace pertscale {

namespace {

/// Mean of the rows, added in their order.
Vector mean_row(Matrix const& matrix) {
  Vector sum = Vector::Zero(matrix.cols());
  for (Eigen::Index row = 0; row < matrix.rows(); ++row) sum += matrix.row(row).transpose();
  return sum / static_cast<double>(matrix.rows());
}

}  // namespace

std::optional<LinearFit> LinearFit::fit(LinearProblem const& problem) {
  auto const& [genes, perturbations, changes, ridge] = problem;
  LinearFit out;
  out.offset_ = mean_row(changes);
  // [P_I' (Y - b 1')' G]' = G' (Y - b 1') P_I: K x L, in O(genes x conditions x K).
  Matrix const projected = (changes.rowwise() - out.offset_.transpose()) * genes;
  Eigen::MatrixXd const cross = projected.transpose() * perturbations;
  auto const left = spd_solve(genes.transpose() * genes, ridge, cross);
  if (!left) return std::nullopt;
  auto const right = spd_solve(perturbations.transpose() * perturbations, ridge, left->transpose());
  if (!right) return std::nullopt;
  out.weights_ = right->transpose();
  out.responses_ = (genes * out.weights_).transpose();
  return out;
}

Vector LinearFit::change(Vector const& perturbation) const {
  Vector sum = offset_;
  for (Eigen::Index k = 0; k < perturbation.size(); ++k)
    sum += perturbation(k) * responses_.row(k).transpose();
  return sum;
}

}  // namespace pertscale
