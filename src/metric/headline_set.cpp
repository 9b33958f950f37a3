#include "metric/metric_sets.hpp"

namespace pertscale {
namespace {

/// What a verdict should rest on. A perturbation's own target genes do not count, changes are
/// counted from what all perturbations share, and rivals that tie count half: see
/// docs/exploits.md for the predictions that win other metrics without knowing anything. Pearson's
/// r of changes from the perturbed mean is not among them: a copy of control wins it, since weak
/// perturbations lie between control and the mean.
RegisteredMetricSet const set{
    {.name = "headline",
     .summary = "an error, a share of explained change and a discrimination that no exploit wins",
     .source = "own choice; docs/exploits.md shows why",
     .metrics = {"rmse exclude-target=yes", "r2-delta reference=perturbed-mean exclude-target=yes",
                 "discrimination distance=cosine"}}};

}  // namespace
}  // namespace pertscale
