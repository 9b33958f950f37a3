#pragma once
#include <span>

#include "statistics/point_tiles.hpp"

/// Distances of the values of one gene (coordinate) in two groups of cells, averaged over genes.
namespace pertscale {

enum class GeneDistance {
  wasserstein,  ///< integral of |F - G| over the value (Wasserstein-1; PerturbArena)
  rbf_mmd,      ///< MMD^2 of exp(-gamma (x - y)^2) over all n^2 pairs (PerturbArena, gamma 1)
  ks,           ///< largest |F - G|: Kolmogorov and Smirnov's statistic (pertpy `ks_test`)
  t,            ///< |t| of Welch's test, both unbiased variances + 1e-8 (pertpy `t_test`)
  sym_kldiv     ///< KL(x|y) + KL(y|x) of normals, both population sd + 1e-8 (pertpy `sym_kldiv`)
};

/// Mean over genes; rows are cells. NaN for an empty group, no gene, or `t` of a single cell.
/// `gamma` is read by rbf_mmd only. Memory: some columns of each group.
double mean_gene_distance(Points const& a, Points const& b, GeneDistance form, double gamma = 1);

/// Of one gene; values ascending, none of them empty.
double wasserstein_1d(std::span<double const> a, std::span<double const> b);
double ks_statistic(std::span<double const> a, std::span<double const> b);
/// Equal values (zeros) are counted together: O(distinct values squared).
double rbf_mmd_1d(std::span<double const> a, std::span<double const> b, double gamma);

}  // namespace pertscale
