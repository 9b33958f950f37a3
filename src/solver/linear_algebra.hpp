#pragma once
#include <Eigen/Core>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "solver/truncated_svd.hpp"

namespace pertscale {

/// Linear algebra by one rank, or by the ranks of a team together. A model is handed one and need
/// not know which. Every member calls the same functions in the same order with the same
/// arguments, and gets the whole result.
class LinearAlgebra {
 public:
  virtual ~LinearAlgebra() = default;
  virtual int members() const = 0;
  virtual int member() const = 0;  ///< 0 to members() - 1

  /// As truncated_svd.
  virtual TruncatedSvd svd(Eigen::Ref<Eigen::MatrixXd const> const& matrix,
                           Eigen::Index rank) const = 0;
  /// As spd_solve.
  virtual std::optional<Eigen::MatrixXd> solve_spd(Eigen::MatrixXd const& a, double lambda,
                                                   Eigen::MatrixXd const& b) const = 0;
  /// A' A, columns x columns, both halves.
  virtual Eigen::MatrixXd gram(Eigen::Ref<Eigen::MatrixXd const> const& matrix) const = 0;
  /// `count` pieces of work that do not depend on each other: each is done once by one member
  /// (piece i by member i mod members), and `take` gets every result on every member, in order.
  /// The same bits for any number of members.
  virtual void share(
      std::size_t count, std::function<std::vector<double>(std::size_t)> const& work,
      std::function<void(std::size_t, std::span<double const>)> const& take) const = 0;
};

/// The body of one rank.
LinearAlgebra const& own_linear_algebra();

}  // namespace pertscale
