#include "metric/de_metric.hpp"

namespace pertscale {
namespace {

enum class SetForm { recall, jaccard, matthews, informedness, markedness };

/// Agreement of the sets of significant genes, counted over genes tested on either side
/// (cell-eval2's sig_* and *_adjusted).
class SetAgreement final : public DeMetric {
 public:
  explicit SetAgreement(SetForm form) : form_(form) {}

 protected:
  bool peer_excludes_target() const override { return form_ == SetForm::jaccard; }

  Score value(ScoreContext const&, TestPair const& pair) const override {
    auto const counts = set_counts(pair);
    if (form_ == SetForm::jaccard) return {jaccard(counts), {}};
    if (form_ == SetForm::markedness) {
      auto const why = counts.predicted == 0 ? "no_significant" : "constant";
      return filled(markedness(counts), -1, why);
    }
    if (auto status = enough(static_cast<std::size_t>(counts.measured)); !status.ok())
      return {0, status};
    if (form_ == SetForm::recall) return score_or(recall(counts), "no_significant");
    if (counts.measured >= counts.universe) return {0, Status("constant")};
    return form_ == SetForm::matthews ? filled(matthews(counts), -1, "constant")
                                      : filled(informedness(counts), -1, "constant");
  }

 private:
  SetForm form_;
};

PartInfo<Metric> describe(SetForm form, std::string name, std::string summary) {
  return {.name = std::move(name),
          .summary = std::move(summary),
          .source = "cell-eval 0.8.2 (recall); cell-eval2 0.20.0",
          .traits = {.higher_is_better = true, .best = 1, .needs_genes = true},
          .make = [form] { return std::make_unique<SetAgreement>(form); }};
}

Registered<Metric> const recall_of_calls{describe(
    SetForm::recall, "de-recall", "share of the significant genes that the prediction calls")};
Registered<Metric> const jaccard_of_calls{
    describe(SetForm::jaccard, "de-jaccard",
             "significant genes: intersection over union, 1 where neither side has one")};
Registered<Metric> const matthews_of_calls{
    describe(SetForm::matthews, "de-mcc", "significant or not: Matthews' correlation over genes")};
Registered<Metric> const informedness_of_calls{describe(
    SetForm::informedness, "de-informedness", "recall less the rate of false calls (Youden's J)")};
Registered<Metric> const markedness_of_calls{
    describe(SetForm::markedness, "de-markedness",
             "precision of calls less the share of missed genes among those not called")};

}  // namespace
}  // namespace pertscale
