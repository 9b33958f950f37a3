#include "metric/correlation.hpp"
#include "metric/profile_metric.hpp"

namespace pertscale {
namespace {

enum class CorrelationForm { pearson, pearson_delta, spearman_delta };

/// Correlation over genes of the predicted with the observed profile: r(y, x) for `pearson`,
/// r(y - reference, x - reference) for the forms on changes (Nature Methods 2025, section 4.2;
/// Systema, section 2.4), on average ranks for Spearman's.
class Correlation final : public ProfileMetric {
 public:
  explicit Correlation(CorrelationForm form) : form_(form) {}

 protected:
  bool uses_reference() const override { return form_ != CorrelationForm::pearson; }

  Score value(Compared const& compared) const override {
    if (compared.genes() < 2) return {0, Status("too_few_genes")};
    if (is_constant(compared.observed, compared.observed_rounding) ||
        is_constant(compared.predicted, compared.predicted_rounding))
      return {0, Status("constant")};
    if (form_ != CorrelationForm::spearman_delta)
      return {pearson_r(compared.observed, compared.predicted), {}};
    return {pearson_r(average_ranks(compared.observed), average_ranks(compared.predicted)), {}};
  }

 private:
  CorrelationForm form_;
};

PartInfo<Metric> describe(CorrelationForm form, std::string name, std::string summary) {
  return {.name = std::move(name),
          .summary = std::move(summary),
          .source =
              "Ahlmann-Eltze et al. 2025; Systema; Csendes et al. 2025 (Pearson); "
              "PEREGGRN (Spearman)",
          .traits = {.higher_is_better = true, .best = 1},
          .make = [form] { return std::make_unique<Correlation>(form); }};
}

Registered<Metric> const pearson{
    describe(CorrelationForm::pearson, "pearson", "correlation of absolute profiles")};
Registered<Metric> const pearson_delta{
    describe(CorrelationForm::pearson_delta, "pearson-delta", "correlation of changes")};
Registered<Metric> const spearman_delta{describe(CorrelationForm::spearman_delta, "spearman-delta",
                                                 "rank correlation of changes, ties averaged")};

}  // namespace
}  // namespace pertscale
