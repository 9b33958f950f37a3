#include "core/text.hpp"
#include "metric/de_metric.hpp"

namespace pertscale {
namespace {

enum class OverlapForm { overlap, precision, adjusted };

std::string check_k(std::string const& text) {
  auto const count = parse_integer(text);
  if (text == "N" || (count && *count >= 1)) return {};
  return "takes N (as many as are significant) or a whole number of at least 1";
}

/// Top significant genes of both sides. Of equal ranks at the cut ours takes each with the same
/// chance; the peers cut in an order that their programs leave undefined (`ties=order`: ours).
class TopOverlap final : public DeMetric {
 public:
  explicit TopOverlap(OverlapForm form) : form_(form) {}

 protected:
  void declare_own(OptionList& options) override {
    if (form_ != OverlapForm::adjusted)
      options.add("k", k_, "genes of each side; N: all significant genes").checked(check_k).type =
          "N|number";
    options.add("rank", rank_, "which genes are on top: largest |log2 fold change|, smallest p")
        .one_of({"fold-change", "padj"});
    options
        .add("ties", ties_,
             "equal ranks at the cut: each with the same chance, or the genes' order; auto: "
             "expected, with compat order")
        .one_of({"auto", "expected", "order"});
    if (form_ == OverlapForm::adjusted) return;
    options
        .add("divide", divide_,
             "by the genes compared (k, or fewer where fewer are significant), or by k always")
        .one_of({"compared", "k"});
    options.add("few", few_, "with divide=k: below so many measured genes k is their number")
        .at_least(0);
  }

  Score value(ScoreContext const&, TestPair const& pair) const override {
    TopRule rule;
    rule.rank = rank_ == "padj" ? TopRank::adjusted_p : TopRank::fold_change;
    bool const order = ties_ == "auto" ? peer() != DePeer::none : ties_ == "order";
    rule.ties = order ? TopTies::order : TopTies::expected;
    auto const counts = set_counts(pair);
    if (form_ == OverlapForm::adjusted) return adjusted(pair, rule, counts);
    rule.precision = form_ == OverlapForm::precision;
    rule.k = k_ == "N" ? 0 : static_cast<std::size_t>(*parse_integer(k_));
    rule.whole_k = divide_ == "k";
    rule.few = static_cast<std::size_t>(few_);
    // without a measured gene there is nothing to find; the peers write 0
    if (peer() == DePeer::none && counts.measured == 0 &&
        (!rule.precision || counts.predicted == 0))
      return {0, Status("no_significant")};
    return {top_overlap(pair, rule).value_or(0), {}};
  }

 private:
  Score adjusted(TestPair const& pair, TopRule const& rule, SetCounts const& counts) const {
    if (auto status = enough(static_cast<std::size_t>(counts.measured)); !status.ok())
      return {0, status};
    if (counts.measured >= counts.universe) return {0, Status("constant")};
    return filled(top_matthews(pair, rule.rank, rule.ties), -1, "constant");
  }

  OverlapForm form_;
  std::string k_ = "N", rank_ = "fold-change", ties_ = "auto", divide_ = "compared";
  std::int64_t few_ = 0;
};

PartInfo<Metric> describe(OverlapForm form, std::string name, std::string summary) {
  return {.name = std::move(name),
          .summary = std::move(summary),
          .source = "cell-eval 0.8.2, cell-eval2 0.20.0; PerturbArena (rank=padj divide=k few=10)",
          .traits = {.higher_is_better = true, .best = 1, .needs_genes = true},
          .make = [form] { return std::make_unique<TopOverlap>(form); }};
}

Registered<Metric> const overlap{
    describe(OverlapForm::overlap, "de-overlap",
             "share of the top significant genes that are on top in the prediction too")};
Registered<Metric> const precision{
    describe(OverlapForm::precision, "de-precision",
             "share of the prediction's top calls that are on top in the measured cells")};
Registered<Metric> const adjusted_overlap{
    describe(OverlapForm::adjusted, "de-overlap-adjusted",
             "significant genes and as many top calls: Matthews' correlation over genes")};

}  // namespace
}  // namespace pertscale
