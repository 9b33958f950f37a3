#include <algorithm>

#include "metric/correlation.hpp"
#include "metric/de_metric.hpp"

namespace pertscale {
namespace {

/// Spearman's correlation of fold changes over the measured significant genes.
class FoldChangeCorrelation final : public DeMetric {
 protected:
  void declare_own(OptionList& options) override {
    options.add("sign", sign_, "which significant genes: all, those that rise, those that fall")
        .one_of({"both", "up", "down"});
  }

  Score value(ScoreContext const&, TestPair const& pair) const override {
    auto const sign = sign_ == "up"     ? ChangeSign::up
                      : sign_ == "down" ? ChangeSign::down
                                        : ChangeSign::both;
    auto const changes = significant_fold_changes(pair, sign);
    if (auto status = enough(changes.measured.size()); !status.ok()) return {0, status};
    if (changes.measured.size() < 2) return {0, Status("too_few_genes")};
    if (same(changes.measured)) return {0, Status("constant")};
    if (same(changes.predicted)) return filled(std::nullopt, -1, "constant");
    return {pearson_r(average_ranks(changes.measured), average_ranks(changes.predicted)), {}};
  }

 private:
  static bool same(std::vector<double> const& values) {
    return std::all_of(values.begin(), values.end(),
                       [&](double value) { return value == values.front(); });
  }

  std::string sign_ = "both";
};

/// cell-eval2's lfc_nmae: 0 perfect, 1 as good as predicting no change.
class FoldChangeError final : public DeMetric {
 protected:
  bool peer_excludes_target() const override { return true; }

  Score value(ScoreContext const&, TestPair const& pair) const override {
    auto const least = static_cast<std::size_t>(settings().least_genes());
    auto const error = fold_change_error(pair, least);
    auto const counts = set_counts(pair);
    return score_or(error, counts.measured == 0 ? "no_significant" : "too_few_genes");
  }
};

Registered<Metric> const spearman{{
    .name = "de-spearman-lfc",
    .summary = "rank correlation of log2 fold changes over the significant genes",
    .source = "cell-eval 0.8.2, cell-eval2 0.20.0 (lfc_spearman)",
    .traits = {.higher_is_better = true, .best = 1, .needs_genes = true},
    .make = [] { return std::make_unique<FoldChangeCorrelation>(); },
}};

Registered<Metric> const error{{
    .name = "de-lfc-nmae",
    .summary = "error of log2 fold changes over their size, on the significant genes",
    .source = "cell-eval2 0.20.0 (lfc_nmae)",
    .traits = {.higher_is_better = false, .best = 0, .needs_genes = true},
    .make = [] { return std::make_unique<FoldChangeError>(); },
}};

}  // namespace
}  // namespace pertscale
