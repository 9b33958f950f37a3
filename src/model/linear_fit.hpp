#pragma once
#include <optional>

#include "data/matrix.hpp"

namespace pertscale {

/// The two embeddings and the changes they are to explain (Nature Methods 2025, section 3.2).
struct LinearProblem {
  Matrix genes;          ///< G: genes x K
  Matrix perturbations;  ///< P_I: training conditions with an embedding, control among them, x L
  Matrix changes;        ///< Y': the same conditions x genes, changes from control
  double ridge = 0.1;    ///< lambda, on both sides; of squared embedding units
};

/// x_hat - c0 = G W p + b.
class LinearFit {
 public:
  /// W = (G'G + lambda I)^-1 G' (Y - b 1') P_I (P_I'P_I + lambda I)^-1 with b the row mean of Y.
  /// b is fixed first and P_I is not centred, so this is not the joint least-squares optimum.
  /// Nothing where one of the two matrices is singular (only with ridge = 0, or next to it).
  static std::optional<LinearFit> fit(LinearProblem const& problem);

  Matrix const& weights() const { return weights_; }
  Vector const& offset() const { return offset_; }
  /// G W p + b for one perturbation's embedding p (L), added in the order of its entries.
  Vector change(Vector const& perturbation) const;

 private:
  Matrix weights_;    ///< W: K x L
  Vector offset_;     ///< b: genes
  Matrix responses_;  ///< (G W)': L x genes
};

}  // namespace pertscale
