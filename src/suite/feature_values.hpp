#pragma once
#include "data/features.hpp"
#include "io/feature_file.hpp"
#include "suite/feature_spec.hpp"

namespace pertscale {

/// Scores of the leading principal components of rows (names x dimensions), centred over the rows
/// and not scaled: (X - mean) V. In each component the loading of largest magnitude is positive.
/// At most min(rows - 1, columns) components. Exact, by the covariance or, with fewer rows than
/// columns, by the Gram matrix.
Matrix principal_scores(Matrix const& values, Eigen::Index components);

/// Matrices of up to this order are decomposed whole by LAPACK, larger ones by Lanczos on what is
/// not zero (extreme_eigen): on the rank that calls, so the bits are the same on any number of
/// ranks. The two agree within 1e-8 where eigenvalues are apart.
inline constexpr Eigen::Index largest_dense_order = 3000;

/// The same of a table of zeros and ones, kept as its members (of each column, the rows that have
/// it); never made dense. By the covariance of the columns.
Matrix principal_scores(std::vector<std::vector<std::int32_t>> const& members, Eigen::Index rows,
                        Eigen::Index components, Eigen::Index dense_order = largest_dense_order);

/// U |L|^(1/2) of the eigenpairs of largest magnitude of the weighted adjacency matrix of an
/// undirected graph, nodes x dimensions. Edges given twice add up; to the diagonal strength/(n - 1)
/// is added, where a loop counts twice in the strength and once in the matrix (igraph's defaults as
/// we read them: the one point that nature-methods-2025, section 3.3, could not pin down).
Matrix spectral_embedding(std::vector<GraphEdge> const& edges, Eigen::Index nodes,
                          Eigen::Index dimensions, Eigen::Index dense_order = largest_dense_order);

/// A file's features in the form that models know, by the options of its source.
FeatureTable feature_values(FeatureFile file, FeatureSpec const& spec);

/// Features of several sources side by side: the names that all of them have, in the first's order.
FeatureTable join_features(std::vector<FeatureTable> tables);

}  // namespace pertscale
