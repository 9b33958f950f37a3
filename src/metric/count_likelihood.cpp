#include "metric/cell_metric.hpp"
#include "statistics/negative_binomial.hpp"

namespace pertscale {
namespace {

/// How badly negative binomials of one side's counts foretell the counts of the other side.
class CountLikelihood final : public CellMetric {
 public:
  void declare(OptionList& options) override {
    options
        .add("fit", fit_,
             "which cells the negative binomials are fitted to; the likelihood is that of the "
             "other side. predicted: a proper score; measured: cells alike can beat the truth")
        .one_of({"predicted", "measured"});
    options
        .add("underdispersed", genes_,
             "genes that vary no more than Poisson counts in the fitted cells: poisson, the "
             "maximum of the likelihood; skip, left out, as pertpy does")
        .one_of({"poisson", "skip"});
    CellMetric::declare(options);
  }

 protected:
  bool uses_counts() const override { return true; }

  Score value(ComparedGroups const& groups) const override {
    bool const forwards = fit_ == "predicted";
    auto const genes = genes_ == "skip" ? Underdispersed::skip : Underdispersed::poisson;
    double const surprise = count_surprise(forwards ? groups.predicted : groups.measured,
                                           forwards ? groups.measured : groups.predicted, genes);
    return number_or_status(surprise, groups, 1);
  }

 private:
  std::string fit_ = "predicted";
  std::string genes_ = "poisson";
};

Registered<Metric> const registered{{
    .name = "nb-ll",
    .summary = "minus the mean log-likelihood of a gene's counts under a negative binomial fitted "
               "to the other side; mean over genes",
    .source = "pertpy 1.0.3 (nb_ll: fit=measured underdispersed=skip)",
    .traits = {.higher_is_better = false, .best = 0, .needs_genes = true},
    .make = [] { return std::make_unique<CountLikelihood>(); },
}};

}  // namespace
}  // namespace pertscale
