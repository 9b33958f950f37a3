#include <algorithm>
#include <cmath>

#include "metric/de_metric.hpp"
#include "statistics/label_curves.hpp"

namespace pertscale {
namespace {

constexpr double cell_eval_floor = 1e-10;  // of adjusted p-values, cell-eval 0.8.2

/// How well the prediction's tests find the measured significant genes.
class CallCurve final : public DeMetric {
 public:
  explicit CallCurve(bool roc) : roc_(roc) {}

 protected:
  void declare_own(OptionList& options) override {
    options
        .add("by", by_,
             "what orders the prediction's genes: adjusted p (cell-eval), p, or the size of the "
             "test's score (scPertEval)")
        .one_of({"padj", "pvalue", "score"});
  }

  Score value(ScoreContext const& context, TestPair const& pair) const override {
    bool const zeros = peer() == DePeer::cell_eval2 && by_ == "padj" && has_zero(pair);
    double const least = zeros ? smallest_of_panel(context) : 0;
    std::vector<char> labels;
    std::vector<double> scores;
    for (std::size_t g = 0; g < pair.genes(); ++g) {
      if (std::isnan(pair.measured.padj[g])) continue;
      labels.push_back(pair.called(pair.measured, g) ? 1 : 0);
      scores.push_back(strength(pair.predicted, g, least));
    }
    auto const called = static_cast<std::size_t>(std::count(labels.begin(), labels.end(), 1));
    if (auto status = enough(called); !status.ok()) return {0, status};
    return score_or(roc_ ? roc_auc(labels, scores) : average_precision(labels, scores), "constant");
  }

 private:
  static bool has_zero(TestPair const& pair) {
    auto const& padj = pair.predicted.padj;
    return std::find(padj.begin(), padj.end(), 0.0) != padj.end();
  }

  /// cell-eval2 puts the smallest adjusted p-value of the whole predicted table in place of zeros.
  double smallest_of_panel(ScoreContext const& context) const {
    double smallest = 1;
    for (auto const& item : context.panel) {
      if (item.predicted.empty()) continue;
      auto const tests = tests_of(context, item, settings());
      if (!tests.status.ok()) continue;
      for (std::size_t g = 0; g < tests.pair.genes(); ++g)
        if (!std::isnan(tests.pair.measured.padj[g]) && tests.pair.predicted.padj[g] > 0)
          smallest = std::min(smallest, tests.pair.predicted.padj[g]);
    }
    return smallest;
  }

  /// Larger: stronger evidence. A gene without a test has none.
  double strength(TestTable const& side, std::size_t gene, double least) const {
    double const floor = peer() == DePeer::cell_eval ? cell_eval_floor : least;
    double const p = by_ == "pvalue" ? side.pvalue[gene] : side.padj[gene];
    if (by_ != "score") return std::isnan(p) ? -1 : -std::max(p, floor);
    double const score = std::fabs(side.score[gene]);
    return std::isnan(side.padj[gene]) || std::isnan(score) ? 0 : score;
  }

  bool roc_;
  std::string by_ = "padj";
};

PartInfo<Metric> describe(bool roc, std::string name, std::string summary) {
  return {.name = std::move(name),
          .summary = std::move(summary),
          .source = "cell-eval 0.8.2, cell-eval2 0.20.0; scPertEval (by=score)",
          .traits = {.higher_is_better = true, .best = 1, .needs_genes = true},
          .make = [roc] { return std::make_unique<CallCurve>(roc); }};
}

Registered<Metric> const pr{describe(
    false, "de-pr-auc", "significant genes found by the prediction's p: average precision")};
Registered<Metric> const roc{describe(
    true, "de-roc-auc", "significant genes found by the prediction's p: area under the ROC curve")};

}  // namespace
}  // namespace pertscale
