#pragma once
#include <cstdint>
#include <string_view>

#include "data/training_view.hpp"
#include "solver/linear_algebra.hpp"

namespace pertscale {

/// Gene embedding from the training profiles: U S of the matrix genes x training conditions
/// (control among them), each condition centred over its genes and not scaled; raw expression, not
/// changes (Nature Methods 2025, section 3.2, step 1). Latent coordinates are not centred: their
/// axes are arbitrary. genes x min(rank, genes, conditions).
Matrix pca_gene_embedding(TrainingView const& training, Eigen::Index rank,
                          LinearAlgebra const& algebra);

/// `size` standard normal numbers that depend on the seed, the purpose and the name alone.
Vector random_embedding(std::uint64_t seed, std::string_view purpose, std::string_view name,
                        Eigen::Index size);

}  // namespace pertscale
