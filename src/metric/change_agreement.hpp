#pragma once
#include <vector>

#include "data/matrix.hpp"
#include "data/status.hpp"

/// How a predicted change agrees with the observed one, as PEREGGRN's evaluator counts it (Kernfeld
/// et al. 2025; formulas read from the program at 146e517). Changes are differences from a
/// baseline, a value a gene.
namespace pertscale {

/// Genes whose size |change| ranks among the `n` largest; equal sizes share the mean of their
/// ranks, so ties across the border leave all of them out.
std::vector<std::size_t> top_by_size(Profile change, std::size_t n);

/// Genes among the `n` largest on both sides, divided by n.
Score top_overlap(Profile observed, Profile predicted, std::size_t n);

/// Change to two decimals, half to even, and its sign.
int rounded_sign(double change);

/// Chi-square test of the table of rounded signs (observed x predicted, classes that occur).
double direction_pvalue(Profile observed, Profile predicted);

/// One-way analysis of variance of the observed changes over the classes of the rounded predicted
/// sign. `constant` where no F is defined, `one_class` where all genes are in one class.
Score target_pvalue(Profile observed, Profile predicted);

/// Mean observed change of genes predicted up minus that of genes predicted down; with one of the
/// two missing the genes predicted not to change stand for it. `one_class` as above.
Score target_fold_change(Profile observed, Profile predicted);

}  // namespace pertscale
