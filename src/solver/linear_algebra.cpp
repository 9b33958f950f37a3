#include "solver/linear_algebra.hpp"

#include "solver/products.hpp"
#include "solver/spd_solve.hpp"

namespace pertscale {

namespace {

class OwnLinearAlgebra final : public LinearAlgebra {
 public:
  int members() const override { return 1; }
  int member() const override { return 0; }
  TruncatedSvd svd(Eigen::Ref<Eigen::MatrixXd const> const& matrix,
                   Eigen::Index rank) const override {
    return truncated_svd(matrix, rank);
  }
  std::optional<Eigen::MatrixXd> solve_spd(Eigen::MatrixXd const& a, double lambda,
                                           Eigen::MatrixXd const& b) const override {
    return spd_solve(a, lambda, b);
  }
  Eigen::MatrixXd gram(Eigen::Ref<Eigen::MatrixXd const> const& matrix) const override {
    Eigen::MatrixXd out;
    cross_product(matrix, out);
    out.triangularView<Eigen::StrictlyUpper>() = out.transpose();
    return out;
  }
  void share(std::size_t count, std::function<std::vector<double>(std::size_t)> const& work,
             std::function<void(std::size_t, std::span<double const>)> const& take) const override {
    for (std::size_t i = 0; i < count; ++i) take(i, work(i));
  }
};

}  // namespace

LinearAlgebra const& own_linear_algebra() {
  static OwnLinearAlgebra const algebra;
  return algebra;
}

}  // namespace pertscale
