#include "metric/de_metric.hpp"
#include "statistics/de_direction.hpp"

namespace pertscale {
namespace {

enum class DirectionScore {
  precision,
  sensitivity,
  fidelity,
  coverage,
  yield,
  fidelity_yield,
  reach
};

/// cell-eval2's direction family. Values that are undefined stay so there too.
class Direction final : public DeMetric {
 public:
  explicit Direction(DirectionScore score) : score_(score) {}

 protected:
  bool has_form() const {
    return score_ == DirectionScore::fidelity || score_ == DirectionScore::yield ||
           score_ == DirectionScore::fidelity_yield || score_ == DirectionScore::reach;
  }
  bool has_universe() const {
    return score_ == DirectionScore::sensitivity || score_ == DirectionScore::reach;
  }
  bool peer_excludes_target() const override {
    return score_ != DirectionScore::precision && score_ != DirectionScore::sensitivity;
  }

  void declare_own(OptionList& options) override {
    if (has_form())
      options
          .add("form", form_,
               "corrected for the commoner sign of the measured genes, or the plain ratio")
          .one_of({"corrected", "raw"});
    if (has_universe())
      options
          .add("universe", universe_,
               "genes that are walked down: the measured significant ones, or all (then the value "
               "may exceed 1)")
          .one_of({"significant", "all"});
  }

  Score value(ScoreContext const& context, TestPair const& pair) const override {
    auto const form = form_ == "raw" ? DirectionForm::raw : DirectionForm::corrected;
    auto const universe = universe_ == "all" ? ReachUniverse::all : ReachUniverse::significant;
    auto const counts = direction_counts(pair);
    switch (score_) {
      case DirectionScore::precision: return precision(pair, counts);
      case DirectionScore::sensitivity: {
        auto const confident = static_cast<std::size_t>(counts.confident);
        if (auto status = enough(confident); !status.ok()) return {0, status};
        double const purity = 1 - pair.alpha / 2;
        return {static_cast<double>(pure_depth(pair, context.genes->names(), universe, purity)) /
                    static_cast<double>(counts.confident),
                {}};
      }
      case DirectionScore::fidelity:
        return score_or(direction_fidelity(counts, form), "no_significant");
      case DirectionScore::coverage: return score_or(direction_coverage(counts), "no_significant");
      case DirectionScore::yield: return score_or(direction_yield(counts, form), "no_significant");
      case DirectionScore::fidelity_yield:
        return score_or(direction_fidelity_yield(counts, form), "no_significant");
      default:
        return score_or(direction_reach(pair, context.genes->names(), universe, form),
                        "no_significant");
    }
  }

 private:
  /// k / n^, of measured genes with a direction.
  Score precision(TestPair const& pair, DirectionCounts const& counts) const {
    std::size_t adjudicable = 0;
    for (std::size_t g = 0; g < pair.genes(); ++g)
      adjudicable += pair.measured.padj[g] >= 0 && pair.measured.log2fc[g] != 0;
    if (auto status = enough(adjudicable); !status.ok()) return {0, status};
    return filled(direction_fidelity(counts, DirectionForm::raw), 0, "no_significant");
  }

  DirectionScore score_;
  std::string form_ = "corrected", universe_ = "significant";
};

PartInfo<Metric> describe(DirectionScore score, std::string name, std::string summary) {
  return {.name = std::move(name),
          .summary = std::move(summary),
          .source = "cell-eval2 0.20.0",
          .traits = {.higher_is_better = true, .best = 1, .needs_genes = true},
          .make = [score] { return std::make_unique<Direction>(score); }};
}

Registered<Metric> const precision{
    describe(DirectionScore::precision, "de-direction-precision",
             "share of the prediction's calls that have the measured sign")};
Registered<Metric> const sensitivity{describe(
    DirectionScore::sensitivity, "de-direction-sensitivity",
    "depth of the prediction's order with 97.5 % equal signs, over the significant genes")};
Registered<Metric> const fidelity{
    describe(DirectionScore::fidelity, "de-direction-fidelity",
             "share of calls with the measured sign, corrected for the commoner sign")};
Registered<Metric> const coverage{describe(DirectionScore::coverage, "de-direction-coverage",
                                           "calls over significant genes (may exceed 1)")};
Registered<Metric> const yield{
    describe(DirectionScore::yield, "de-direction-yield",
             "calls of the measured sign over significant genes, corrected (may exceed 1)")};
Registered<Metric> const fidelity_yield{
    describe(DirectionScore::fidelity_yield, "de-direction-fidelity-yield",
             "calls of the measured sign over the larger of calls and significant genes")};
Registered<Metric> const reach{
    describe(DirectionScore::reach, "de-direction-reach",
             "depth of the prediction's order whose signs are nearly all right, over the "
             "significant genes")};

}  // namespace
}  // namespace pertscale
