#include "metric/cell_metric.hpp"
#include "statistics/gene_distances.hpp"

namespace pertscale {
namespace {

/// A distance of each gene's values in measured and predicted cells, averaged over genes.
class GeneSpread final : public CellMetric {
 public:
  explicit GeneSpread(GeneDistance form) : form_(form) {}

 protected:
  Score value(ComparedGroups const& groups) const override {
    return number_or_status(mean_gene_distance(groups.measured, groups.predicted, form_), groups,
                            form_ == GeneDistance::t ? 2 : 1);
  }

 private:
  GeneDistance form_;
};

PartInfo<Metric> describe(GeneDistance form, std::string name, std::string summary) {
  return {.name = std::move(name),
          .summary = std::move(summary),
          .source = "pertpy 1.0.3; scPerturBench (sym_kldiv)",
          .traits = {.higher_is_better = false, .best = 0},
          .make = [form] { return std::make_unique<GeneSpread>(form); }};
}

Registered<Metric> const kl{
    describe(GeneDistance::sym_kldiv, "sym-kldiv",
             "KL(x|y) + KL(y|x) of normals, sd + 1e-8, of each gene's cells; mean over genes")};
Registered<Metric> const ks{
    describe(GeneDistance::ks, "ks", "Kolmogorov and Smirnov's statistic; mean over genes")};
Registered<Metric> const t{describe(GeneDistance::t, "t-distance",
                                    "|t| of Welch's test, variances + 1e-8; mean over genes")};

}  // namespace
}  // namespace pertscale
