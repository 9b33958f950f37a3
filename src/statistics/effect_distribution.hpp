#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "data/status.hpp"

namespace pertscale {

/// Distribution of the true effects of one perturbation over genes, freed of sampling noise.
///
/// Our own reconstruction of the idea of TRADE (Nadig et al. 2025, Nat. Genet.), whose published
/// program calls ash (Stephens 2017) with half-uniform components: here the components are normals
/// about zero, beta_g ~ sum_k pi_k N(0, sigma_k^2), seen with normal noise of known standard error.
/// Values need not equal TRADE's.
struct EffectDistribution {
  std::vector<double> sigma;   ///< of the components, rising from 0
  std::vector<double> weight;  ///< pi, of the same size; sums to 1
  std::int64_t genes = 0;      ///< effects that were used
  int iterations = 0;

  /// Transcriptome-wide impact: the variance of the true effects, sum_k pi_k sigma_k^2.
  double impact = 0;
  /// genes (sum pi sigma^2)^2 / sum pi sigma^4, that is 3 genes / kurtosis: all genes where every
  /// effect is drawn from one normal, few where few genes carry the impact. 0 without impact.
  double effective_genes = 0;
  Status status;  ///< too_few_genes: fewer than 10 effects with a standard error above 0
};

struct EffectDistributionOptions {
  int iterations = 600;     ///< EM steps, at most
  double tolerance = 1e-6;  ///< stops where the mean log likelihood of a gene gains less in three
};

/// Effects (log2 fold changes) and their standard errors, a gene each; pairs that are not finite,
/// or without error, are left out. Grid (as ash): 0, then from a tenth of the smallest error,
/// doubling the variance at each step, to twice the root of the largest effect^2 - error^2.
/// Maximum likelihood by accelerated EM from equal weights, no penalty; the same input gives the
/// same bits.
/// Cost: genes x components (about 20) a step.
EffectDistribution effect_distribution(std::span<double const> effects,
                                       std::span<double const> errors,
                                       EffectDistributionOptions const& options = {});

}  // namespace pertscale
