#pragma once
#include <vector>

#include "data/matrix.hpp"

/// Vectors that stand for a group of cells besides its mean, as PerturBench makes them (Wu et al.
/// 2024, arXiv 2408.10609; program at d357dfa and cafe4c9).
namespace pertscale {

/// log2(mean + 0.1) - log2(control + 0.1), a gene each; NaN where a side is -0.1 or less.
std::vector<double> log_mean_changes(Profile mean, Profile control);

/// sd / mean of cells x genes, with the sd of a population; 0 where the mean is 0.
std::vector<double> variation(Matrix const& cells);
/// The same from an unbiased variance of `count` cells.
std::vector<double> variation(Profile mean, Profile variance, std::int64_t count);

/// sign(score) (-ln(p + 1e-37)) of adjusted p, 0 for an infinite score.
std::vector<double> signed_log_p(Profile score, Profile padj);
/// The form of 2024: sign(score) (-ln(p + 1e-24)) of p as it is, infinite scores too.
std::vector<double> signed_log_p_2024(Profile score, Profile p);

/// Centres and scales cells by the mean and the sd (n - 1) of a set of cells, at most 10 in size:
/// scanpy's scale(max_value=10). A gene that does not vary is only centred.
class CellScale {
 public:
  void add(Matrix const& cells);
  /// Mean over cells of their scaled values; after every set was added.
  std::vector<double> mean(Matrix const& cells) const;
  bool enough() const { return cells_ > 1; }

 private:
  std::int64_t cells_ = 0;
  std::vector<double> mean_, squares_;  ///< squares: about the mean
};

}  // namespace pertscale
