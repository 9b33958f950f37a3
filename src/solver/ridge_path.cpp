#include "solver/ridge_path.hpp"

#include <Eigen/Cholesky>
#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "core/error.hpp"
#include "solver/leading_eigen.hpp"
#include "solver/products.hpp"

namespace pertscale {

namespace {

struct Centred {
  Eigen::RowVectorXd mean_x, mean_y;
  Eigen::MatrixXd x, y;
};

Centred centred(RidgeRows const& rows) {
  if (rows.features.rows() != rows.outputs.rows() || rows.features.rows() == 0)
    throw InternalError("ridge: shapes do not fit, or there is no row");
  Centred out{rows.features.colwise().mean(), rows.outputs.colwise().mean(), {}, {}};
  out.x = rows.features.rowwise() - out.mean_x;
  out.y = rows.outputs.rowwise() - out.mean_y;
  return out;
}

/// Eigenpairs of X'X (primal) or XX' that are above rounding, values falling.
struct Spectrum {
  bool primal;
  LeadingEigen eigen;
};

Spectrum spectrum(Eigen::MatrixXd const& x) {
  Spectrum out{x.cols() <= x.rows(), {}};
  Eigen::MatrixXd gram;
  if (out.primal)
    cross_product(x, gram);
  else
    cross_product(x.transpose(), gram);
  out.eigen = leading_eigen(std::move(gram), std::min(x.rows(), x.cols()));
  auto& values = out.eigen.values;
  double const noise = values.size() == 0 ? 0
                                          : static_cast<double>(std::max(x.rows(), x.cols())) *
                                                std::numeric_limits<double>::epsilon() * values(0);
  Eigen::Index kept = 0;
  while (kept < values.size() && values(kept) > noise) ++kept;
  values = values.head(kept).eval();
  out.eigen.vectors = out.eigen.vectors.leftCols(kept).eval();
  return out;
}

/// Orthonormal columns U of X's column space, and X's squared singular values.
Eigen::MatrixXd row_space(Eigen::MatrixXd const& x, Spectrum const& s) {
  if (!s.primal) return s.eigen.vectors;
  return x * s.eigen.vectors * s.eigen.values.cwiseSqrt().cwiseInverse().asDiagonal();
}

std::map<int, std::vector<Eigen::Index>> members_of(std::vector<int> const& fold) {
  std::map<int, std::vector<Eigen::Index>> out;
  for (std::size_t i = 0; i < fold.size(); ++i)
    out[fold[i]].push_back(static_cast<Eigen::Index>(i));
  return out;
}

}  // namespace

std::vector<Eigen::MatrixXd> ridge_path(RidgeRows const& rows, Eigen::MatrixXd const& asked,
                                        std::vector<double> const& penalties) {
  auto const c = centred(rows);
  if (asked.cols() != c.x.cols()) throw InternalError("ridge_path: shapes do not fit");
  auto const s = spectrum(c.x);
  auto const& v = s.eigen.vectors;
  Eigen::MatrixXd const new_x = asked.rowwise() - c.mean_x;
  // B = V (D + penalty)^-1 V' X'Y, or X' V (D + penalty)^-1 V' Y.
  Eigen::MatrixXd const left =
      s.primal ? Eigen::MatrixXd(new_x * v) : Eigen::MatrixXd(new_x * (c.x.transpose() * v));
  Eigen::MatrixXd const right = s.primal ? Eigen::MatrixXd((c.x * v).transpose() * c.y)
                                         : Eigen::MatrixXd(v.transpose() * c.y);
  std::vector<Eigen::MatrixXd> out;
  for (double const penalty : penalties) {
    if (!(penalty >= 0)) throw InternalError("ridge_path: a negative penalty");
    Eigen::VectorXd const shrink = (s.eigen.values.array() + penalty).inverse();
    Eigen::MatrixXd prediction = left * (shrink.asDiagonal() * right);
    prediction.rowwise() += c.mean_y;
    out.push_back(std::move(prediction));
  }
  return out;
}

Eigen::MatrixXd ridge_refit(RidgeRows const& rows, Eigen::MatrixXd const& asked, double penalty) {
  auto const c = centred(rows);
  Eigen::Index const n = c.x.rows(), p = c.x.cols();
  Eigen::MatrixXd a = Eigen::MatrixXd::Zero(n + p, p);
  Eigen::MatrixXd b = Eigen::MatrixXd::Zero(n + p, c.y.cols());
  a.topRows(n) = c.x;
  a.bottomRows(p).diagonal().setConstant(std::sqrt(penalty));
  b.topRows(n) = c.y;
  Eigen::MatrixXd const coefficients = a.completeOrthogonalDecomposition().solve(b);
  Eigen::MatrixXd out = (asked.rowwise() - c.mean_x) * coefficients;
  out.rowwise() += c.mean_y;
  return out;
}

std::vector<Eigen::MatrixXd> ridge_folds(RidgeRows const& rows, std::vector<int> const& fold,
                                         std::vector<double> const& penalties) {
  auto const c = centred(rows);
  Eigen::Index const n = c.x.rows();
  if (static_cast<Eigen::Index>(fold.size()) != n)
    throw InternalError("ridge_folds: shapes do not fit");
  auto const folds = members_of(fold);
  if (folds.size() < 2) throw InternalError("ridge_folds: a fold leaves no row");
  auto const s = spectrum(c.x);
  Eigen::MatrixXd const u = row_space(c.x, s), uy = u.transpose() * c.y;
  std::vector<Eigen::MatrixXd> out;
  for (double const penalty : penalties) {
    if (!(penalty > 0)) throw InternalError("ridge_folds: a penalty that is not positive");
    // W = I - 11'/n - U D (D + penalty)^-1 U'; the centred y is orthogonal to 1.
    Eigen::VectorXd const fit = s.eigen.values.array() / (s.eigen.values.array() + penalty);
    Eigen::MatrixXd const residual = c.y - u * (fit.asDiagonal() * uy);
    Eigen::MatrixXd prediction(n, c.y.cols());
    for (auto const& [name, own] : folds) {
      Eigen::MatrixXd const u_own = u(own, Eigen::all);
      Eigen::MatrixXd w = -(u_own * fit.asDiagonal() * u_own.transpose());
      w.array() -= 1 / static_cast<double>(n);
      w.diagonal().array() += 1;
      Eigen::LLT<Eigen::MatrixXd> const factor(w);
      if (factor.info() != Eigen::Success)
        throw InternalError("ridge_folds: the penalty is below rounding of the features");
      prediction(own, Eigen::all) =
          rows.outputs(own, Eigen::all) - factor.solve(residual(own, Eigen::all));
    }
    out.push_back(std::move(prediction));
  }
  return out;
}

}  // namespace pertscale
