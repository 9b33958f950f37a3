#pragma once
#include "statistics/welch.hpp"

namespace pertscale {

/// Which mean a fold change compares.
enum class FoldChangeMean {
  geometric,  ///< expm1 of the mean of the log1p values: scanpy, pdex
  arithmetic  ///< mean of expm1 of the values: illico, pdex with geometric_mean = False
};

struct FoldChange {
  double log2 = 0;            ///< log2((m1 + eps) / (m0 + eps))
  double standard_error = 0;  ///< of it, by the delta method
};

/// What a fold change takes from one of its sides.
struct FoldSide {
  double level = 0;          ///< mean + eps
  double squared_error = 0;  ///< (d log2(level) / d mean)^2 variance / cells
};

FoldSide fold_side(SampleMoments const& side, FoldChangeMean kind, double epsilon);
FoldChange log2_fold_change(FoldSide const& group, FoldSide const& reference);

/// log2 fold change from moments of the log1p values (`geometric`) or of their expm1
/// (`arithmetic`). With eps = 0: 0/0 gives 0, one-sided zeros give -inf or inf (pdex). The standard
/// error is sqrt(sum over both sides of (d log2 / d mean)^2 variance / cells): NaN where a side has
/// fewer than two cells or the fold change is not finite. A side whose values are all equal (a gene
/// that it does not express) adds nothing to it.
FoldChange log2_fold_change(SampleMoments const& group, SampleMoments const& reference,
                            FoldChangeMean kind, double epsilon = 1e-9);

}  // namespace pertscale
