#pragma once
#include <Eigen/Core>

#include "parallel/communicator.hpp"
#include "solver/row_svd.hpp"

namespace pertscale {

/// Principal components of rows that are spread over a team. All but the scores are on every rank.
struct Pca {
  Eigen::VectorXd mean;        ///< of the columns
  Eigen::MatrixXd components;  ///< columns x count, orthonormal; the loading of largest magnitude
                               ///< of each is positive (the first of equals)
  RowMatrix scores;            ///< rows of this rank x count: (A - 1 mean') components
  Eigen::VectorXd singular;    ///< of A - 1 mean', falling
  Eigen::VectorXd variances;   ///< singular^2 / (rows - 1); 0 for a single row
  Eigen::VectorXd explained;   ///< variances over the total variance; 0 where there is none
};

enum class SvdBody {
  exact,       ///< dense_svd
  lanczos,     ///< lanczos_svd
  randomised,  ///< randomised_svd
};

/// The first min(count, rows, columns) components. A stays as it is: it is centred implicitly, so
/// sparse rows stay sparse. Collective over `team`; bits and agreement are those of the body.
Pca pca(Communicator const& team, RowOperator const& a, Eigen::Index count, SvdBody body,
        RandomisedEffort const& effort = {});

/// The SVD by the body named.
RowSvd row_svd(Communicator const& team, RowOperator const& a, Eigen::Index rank, SvdBody body,
               RandomisedEffort const& effort = {});

}  // namespace pertscale
