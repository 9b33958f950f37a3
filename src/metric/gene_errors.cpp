// What a prediction gets wrong of one gene, over all held-out conditions of a context.
#include <cmath>

#include "core/sums.hpp"
#include "metric/metric.hpp"

namespace pertscale {
namespace {

constexpr char const* source =
    "PEREGGRN evaluator at 146e517 (Kernfeld et al. 2025), evaluate_across_targets";

enum class GeneForm { absolute, squared, spread };

/// Sum over conditions of |y - x| or (y - x)^2, or the population sd of y, of one gene or as the
/// mean over all genes.
class GeneError final : public Metric {
 public:
  explicit GeneError(GeneForm form) : form_(form) {}

  void declare(OptionList& options) override {
    options.add("gene", gene_, "name of the gene; empty: the mean over all genes").type = "NAME";
  }

  std::vector<Score> score(ScoreContext const& context,
                           std::vector<ScoreItem> const& items) const override {
    if (items.empty()) return {{0, Status("no_prediction")}};
    if (gene_.empty()) {
      std::size_t const genes = items.front().observed.size();
      double const sum = ordered_sum(genes, [&](std::size_t g) { return of_gene(items, g); });
      return {{sum / static_cast<double>(genes), {}}};
    }
    if (context.values == ValueKind::latent) return {{0, Status("not_applicable")}};
    auto const gene = context.genes->find(gene_);
    if (!gene) return {{0, Status("no_gene")}};
    return {{of_gene(items, *gene), {}}};
  }

 private:
  double of_gene(std::vector<ScoreItem> const& items, std::size_t gene) const {
    if (form_ == GeneForm::spread) return spread(items, gene);
    return ordered_sum(items.size(), [&](std::size_t i) {
      double const d = items[i].predicted[gene] - items[i].observed[gene];
      return form_ == GeneForm::squared ? d * d : std::fabs(d);
    });
  }

  static double spread(std::vector<ScoreItem> const& items, std::size_t gene) {
    auto const n = static_cast<double>(items.size());
    double const mean =
        ordered_sum(items.size(), [&](std::size_t i) { return items[i].predicted[gene]; }) / n;
    return std::sqrt(ordered_sum(items.size(),
                                 [&](std::size_t i) {
                                   double const d = items[i].predicted[gene] - mean;
                                   return d * d;
                                 }) /
                     n);
  }

  GeneForm form_;
  std::string gene_;
};

PartInfo<Metric> describe(GeneForm form, std::string name, std::string summary) {
  return {.name = std::move(name),
          .summary = std::move(summary),
          .source = source,
          .traits = {.whole_split = true, .neutral = form == GeneForm::spread},
          .make = [form] { return std::make_unique<GeneError>(form); }};
}

Registered<Metric> const absolute{
    describe(GeneForm::absolute, "gene-absolute-error",
             "sum over conditions of |y - x| of one gene, or the mean over genes")};
Registered<Metric> const squared{
    describe(GeneForm::squared, "gene-squared-error",
             "sum over conditions of (y - x)^2 of one gene, or the mean over genes")};
Registered<Metric> const spread{
    describe(GeneForm::spread, "gene-predicted-spread",
             "sd over conditions of what is predicted of one gene, or the mean over genes")};

}  // namespace
}  // namespace pertscale
