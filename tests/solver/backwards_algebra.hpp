#pragma once
#include "solver/linear_algebra.hpp"

namespace pertscale {

/// As a team of several: pieces of shared work are done in another order, each once, and `take`
/// gets them in order.
class BackwardsAlgebra final : public LinearAlgebra {
 public:
  int members() const override { return own_linear_algebra().members(); }
  int member() const override { return own_linear_algebra().member(); }
  TruncatedSvd svd(Eigen::Ref<Eigen::MatrixXd const> const& a, Eigen::Index rank) const override {
    return own_linear_algebra().svd(a, rank);
  }
  std::optional<Eigen::MatrixXd> solve_spd(Eigen::MatrixXd const& a, double lambda,
                                           Eigen::MatrixXd const& b) const override {
    return own_linear_algebra().solve_spd(a, lambda, b);
  }
  Eigen::MatrixXd gram(Eigen::Ref<Eigen::MatrixXd const> const& a) const override {
    return own_linear_algebra().gram(a);
  }
  void share(std::size_t count, std::function<std::vector<double>(std::size_t)> const& work,
             std::function<void(std::size_t, std::span<double const>)> const& take) const override {
    std::vector<std::vector<double>> results(count);
    for (std::size_t i = count; i-- > 0;) results[i] = work(i);
    for (std::size_t i = 0; i < count; ++i) take(i, results[i]);
  }
};

}  // namespace pertscale
