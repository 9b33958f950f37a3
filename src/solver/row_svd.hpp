#pragma once
#include <Eigen/Core>
#include <cstdint>

#include "parallel/communicator.hpp"
#include "solver/row_operator.hpp"

namespace pertscale {

/// The leading part of A = U S V' with the rows of A and U spread over a team.
struct RowSvd {
  RowMatrix left;            ///< rows of this rank x rank, orthonormal columns over the team
  Eigen::VectorXd singular;  ///< rank, falling; values at rounding level are exactly zero
  Eigen::MatrixXd right;     ///< columns x rank, orthonormal columns

  Eigen::Index rank() const { return singular.size(); }
};

/// All bodies give the first min(rank, rows, columns) triplets, on every rank; are collective over
/// `team`; and set signs so that the entry of largest magnitude of each right vector is positive
/// (the first of equals). Singular values up to max(rows, columns) 2^-52 of the largest are set to
/// zero: their vectors mean nothing, and those of a zero matrix are unit vectors. One size of
/// team and distribution of the rows gives the same bits; others agree as said.

/// SLEPc's thick-restart Lanczos bidiagonalisation with an implicit transpose, to a residual of
/// 1e-13 of the Frobenius norm: agrees with the exact body within 1e-8 of the largest singular
/// value. Where rows or columns are 16 or fewer it is the exact body: Lanczos breaks down there.
/// Throws InternalError where it does not converge.
RowSvd lanczos_svd(Communicator const& team, RowOperator const& a, Eigen::Index rank);

/// Effort of the randomised body. Power 7: on changes of expression of a real screen (150 x 2,129,
/// rank 10; tests/solver/decomposition_golden_test.cpp) the singular values are then within 1e-6
/// of the exact ones for each of ten seeds; with power 5 they are not.
struct RandomisedEffort {
  Eigen::Index oversampling = 10;  ///< columns beyond the rank that are kept while iterating
  int power = 7;                   ///< multiplications by A A' beyond the first by A
  std::uint64_t seed = 0;
};

/// Halko, Martinsson and Tropp 2011 (doi 10.1137/090771806), algorithm 4.4: orthonormalised after
/// each product. The test matrix is the same for any number of ranks. Fast and approximate: a
/// singular value s_j is off by about (s_l / s_j)^(4 power + 2) of itself, l = rank +
/// oversampling + 1, so a flat tail is not resolved; the published figures use another body.
RowSvd randomised_svd(Communicator const& team, RowOperator const& a, Eigen::Index rank,
                      RandomisedEffort const& effort = {});

/// Exact, by Eigen on the whole matrix, on every rank; memory rows x columns. For small problems
/// and as the oracle of the others.
RowSvd dense_svd(Communicator const& team, RowOperator const& a, Eigen::Index rank);

}  // namespace pertscale
