#pragma once
#include <vector>

#include "metric/de_settings.hpp"
#include "metric/metric.hpp"

namespace pertscale {

/// The genes of the context that a condition perturbs, ascending. The peers know one gene a label:
/// cell-eval 0.8.2 the gene that is called as the label is, cell-eval2 also the target of a single
/// (what its target_gene_map is for); combinations have none there.
std::vector<std::size_t> target_genes(ScoreContext const& context, Condition const& condition,
                                      DePeer peer);

}  // namespace pertscale
