#include <algorithm>
#include <set>

#include "metric/correlation.hpp"
#include "metric/de_metric.hpp"

namespace pertscale {
namespace {

double calls(TestPair const& pair, bool predicted) {
  auto const counts = set_counts(pair);
  return static_cast<double>(predicted ? counts.predicted : counts.measured);
}

/// How many genes one side calls.
class CallCount final : public DeMetric {
 protected:
  void declare_own(OptionList& options) override {
    options.add("side", side_, "whose significant genes are counted")
        .one_of({"measured", "predicted"});
  }
  TestSides sides() const override {
    return side_ == "predicted" ? TestSides::predicted : TestSides::measured;
  }
  Score value(ScoreContext const&, TestPair const& pair) const override {
    return {calls(pair, side_ == "predicted"), {}};
  }

 private:
  std::string side_ = "measured";
};

/// Spearman's correlation over conditions of the numbers of significant genes.
class CallCountCorrelation final : public DeMetric {
 public:
  std::vector<Score> score(ScoreContext const& context,
                           std::vector<ScoreItem> const& items) const override {
    std::vector<double> measured, predicted;
    for (auto const& item :
         context.panel.empty() ? std::span<ScoreItem const>(items) : context.panel) {
      auto const truth = tests_of(context, item, settings(), TestSides::measured);
      if (!truth.status.ok()) return {{0, truth.status}};
      double const genes = calls(truth.pair, false);
      if (genes == 0) continue;
      // a condition that the model leaves out has no call
      double guessed = 0;
      if (!item.predicted.empty()) {
        auto const guess = tests_of(context, item, settings(), TestSides::predicted);
        if (!guess.status.ok()) return {{0, guess.status}};
        guessed = calls(guess.pair, true);
      }
      if (zeros_ == "drop" && guessed == 0) continue;
      measured.push_back(genes);
      predicted.push_back(guessed);
    }
    return {correlation(measured, predicted)};
  }

 protected:
  void declare_own(OptionList& options) override {
    options
        .add(
            "zeros", zeros_,
            "conditions of which the prediction calls no gene: keep, or drop (PerturbArena); those "
            "without a measured gene never count")
        .one_of({"keep", "drop"});
    options.add("least", least_, "conditions needed").at_least(2);
  }
  Score value(ScoreContext const&, TestPair const&) const override { return {}; }

 private:
  Score correlation(std::vector<double> const& measured,
                    std::vector<double> const& predicted) const {
    if (peer() == DePeer::cell_eval && measured.empty()) return {1, {}};
    if (measured.empty()) return {0, Status("no_significant")};
    auto const least =
        peer() == DePeer::cell_eval2 ? settings().least_genes() : static_cast<std::int64_t>(least_);
    if (static_cast<std::int64_t>(measured.size()) < least)
      return {0, Status("too_few_conditions")};
    if (std::set<double>(measured.begin(), measured.end()).size() < 2)
      return {0, Status("constant")};
    if (std::set<double>(predicted.begin(), predicted.end()).size() < 2)
      return filled(std::nullopt, -1, "constant");
    return {pearson_r(average_ranks(measured), average_ranks(predicted)), {}};
  }

  std::string zeros_ = "keep";
  std::int64_t least_ = 2;
};

Registered<Metric> const count{{
    .name = "de-nsig",
    .summary = "number of significant genes",
    .source = "cell-eval 0.8.2, cell-eval2 0.20.0 (nsig counts)",
    .traits = {.needs_genes = true, .neutral = true},
    .make = [] { return std::make_unique<CallCount>(); },
}};

Registered<Metric> const correlated{{
    .name = "de-spearman-sig",
    .summary = "rank correlation over conditions of the numbers of significant genes",
    .source = "cell-eval 0.8.2, cell-eval2 0.20.0; PerturbArena (zeros=drop least=5)",
    .traits = {.higher_is_better = true, .best = 1, .needs_genes = true, .whole_split = true},
    .make = [] { return std::make_unique<CallCountCorrelation>(); },
}};

}  // namespace
}  // namespace pertscale
