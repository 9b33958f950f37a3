#include "metric/cell_metric.hpp"
#include "statistics/gene_distances.hpp"
#include "statistics/transport_distance.hpp"

namespace pertscale {
namespace {

/// Optimal transport between measured and predicted cells.
class Wasserstein final : public CellMetric {
 public:
  void declare(OptionList& options) override {
    options
        .add("form", form_,
             "genes: Wasserstein-1 of one gene at a time, the mean over genes (PerturbArena); "
             "pertpy: Sinkhorn's dual cost, squared Euclidean, regularised by 0.05 sd of the "
             "costs, stopped at a marginal error of 1e-3; pertpy-converged: of 1e-9; scperteval: "
             "debiased Sinkhorn distance of blur 0.05")
        .one_of({"genes", "pertpy", "pertpy-converged", "scperteval"});
    CellMetric::declare(options);
  }

 protected:
  Score value(ComparedGroups const& groups) const override {
    auto const& [measured, predicted, control] = groups;
    if (form_ == "genes")
      return number_or_status(mean_gene_distance(measured, predicted, GeneDistance::wasserstein),
                              groups, 1);
    if (form_ == "scperteval")
      return number_or_status(sinkhorn_divergence(measured, predicted), groups, 1);
    SinkhornOptions options;
    if (form_ == "pertpy-converged") options.threshold = 1e-9;
    auto const found = sinkhorn_cost(measured, predicted, options);
    if (!found.converged) return {0, Status("not_converged")};
    return number_or_status(found.cost, groups, 1);
  }

 private:
  std::string form_ = "genes";
};

Registered<Metric> const registered{{
    .name = "wasserstein",
    .summary = "optimal transport between measured and predicted cells",
    .source = "PerturbArena (genes); pertpy 1.0.3, OTT (Cuturi 2013); scPertEval, geomloss "
              "(Feydy et al. 2019)",
    .traits = {.higher_is_better = false, .best = 0},
    .make = [] { return std::make_unique<Wasserstein>(); },
}};

}  // namespace
}  // namespace pertscale
