#include <cmath>

#include "metric/de_metric.hpp"

namespace pertscale {
namespace {

/// Equal signs of fold changes among the genes that one side calls (cell-eval's direction match;
/// cell-eval2's model_direction_match is `of=predicted`).
class DirectionMatch final : public DeMetric {
 protected:
  void declare_own(OptionList& options) override {
    options.add("of", of_, "whose significant genes are looked at")
        .one_of({"measured", "predicted"});
  }

  Score value(ScoreContext const&, TestPair const& pair) const override {
    bool const predicted = of_ == "predicted";
    if (auto status = enough(predicted ? tested(pair) : called(pair)); !status.ok())
      return {0, status};
    return filled(sign_agreement(pair, predicted), 0, "no_significant");
  }

 private:
  static std::size_t called(TestPair const& pair) {
    return static_cast<std::size_t>(set_counts(pair).measured);
  }
  static std::size_t tested(TestPair const& pair) {
    std::size_t genes = 0;
    for (double const p : pair.measured.padj) genes += !std::isnan(p);
    return genes;
  }

  std::string of_ = "measured";
};

Registered<Metric> const registered{{
    .name = "de-direction",
    .summary = "share of the significant genes whose fold change has the measured sign",
    .source = "cell-eval 0.8.2, cell-eval2 0.20.0 (direction match)",
    .traits = {.higher_is_better = true, .best = 1, .needs_genes = true},
    .make = [] { return std::make_unique<DirectionMatch>(); },
}};

}  // namespace
}  // namespace pertscale
