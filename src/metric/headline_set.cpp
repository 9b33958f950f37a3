#include "metric/metric_sets.hpp"

namespace pertscale {
namespace {

/// What a verdict should rest on. A perturbation's own target genes do not count, changes are
/// counted from what all perturbations share, and rivals that tie count half: see
/// docs/exploits.md for the predictions that win other metrics without knowing anything.
RegisteredMetricSet const set{
    {.name = "headline",
     .summary = "an error, a correlation and a discrimination that no known exploit wins",
     .source = "own choice; docs/exploits.md shows why",
     .metrics = {"rmse exclude-target=yes",
                 "pearson-delta reference=perturbed-mean exclude-target=yes",
                 "discrimination distance=cosine"}}};

}  // namespace
}  // namespace pertscale
