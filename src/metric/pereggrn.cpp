#include "core/sums.hpp"
#include "metric/change_agreement.hpp"
#include "metric/correlation.hpp"
#include "metric/metric_sets.hpp"
#include "metric/profile_metric.hpp"

namespace pertscale {
namespace {

constexpr char const* source = "PEREGGRN evaluator at 146e517 (Kernfeld et al. 2025)";

/// A metric of the genes of the largest observed change; `top=0` takes all genes.
class TopMetric : public ProfileMetric {
 public:
  explicit TopMetric(std::int64_t top) : top_(top) {}

  void declare(OptionList& options) override {
    ProfileMetric::declare(options);
    options
        .add("top", top_,
             "genes whose |change| ranks among the N largest, ties by mean rank; 0: all")
        .at_least(0);
  }

 protected:
  bool uses_reference() const override { return true; }
  std::size_t top(Compared const& compared) const {
    return top_ == 0 ? compared.genes() : static_cast<std::size_t>(top_);
  }
  std::vector<std::size_t> chosen(Compared const& compared) const {
    return top_by_size(compared.observed, top(compared));
  }

 private:
  std::int64_t top_;
};

/// Squared L2 norm of the difference of changes: a sum, which that program calls mse.
class SquaredError final : public TopMetric {
 public:
  SquaredError() : TopMetric(0) {}

 protected:
  Score value(Compared const& compared) const override {
    auto const genes = chosen(compared);
    return {ordered_sum(genes.size(),
                        [&](std::size_t i) {
                          double const d =
                              compared.observed[genes[i]] - compared.predicted[genes[i]];
                          return d * d;
                        }),
            {}};
  }
};

/// Squared L2 norm of the difference of what `values` compares.
class SquaredDistance final : public ProfileMetric {
 protected:
  Score value(Compared const& compared) const override {
    return {ordered_sum(compared.genes(),
                        [&](std::size_t i) {
                          double const d = compared.observed[i] - compared.predicted[i];
                          return d * d;
                        }),
            {}};
  }
};

class TopOverlap final : public TopMetric {
 public:
  TopOverlap() : TopMetric(20) {}

 protected:
  Score value(Compared const& compared) const override {
    return top_overlap(compared.observed, compared.predicted, top(compared));
  }
};

class TopPearson final : public TopMetric {
 public:
  TopPearson() : TopMetric(20) {}

 protected:
  Score value(Compared const& compared) const override {
    std::vector<double> observed, predicted;
    for (auto const g : chosen(compared)) {
      observed.push_back(compared.observed[g]);
      predicted.push_back(compared.predicted[g]);
    }
    if (observed.size() < 2) return {0, Status("too_few_genes")};
    if (is_constant(observed, compared.observed_rounding) ||
        is_constant(predicted, compared.predicted_rounding))
      return {0, Status("constant")};
    return {pearson_r(observed, predicted), {}};
  }
};

enum class SignForm { direction_pvalue, target_pvalue, target_fold_change };

class SignMetric final : public ProfileMetric {
 public:
  explicit SignMetric(SignForm form) : form_(form) {}

 protected:
  bool uses_reference() const override { return true; }
  Score value(Compared const& compared) const override {
    auto const observed = compared.observed, predicted = compared.predicted;
    switch (form_) {
      case SignForm::direction_pvalue: return {direction_pvalue(observed, predicted), {}};
      case SignForm::target_pvalue: return target_pvalue(observed, predicted);
      default: return target_fold_change(observed, predicted);
    }
  }

 private:
  SignForm form_;
};

template <class Kind, class... Arguments>
PartInfo<Metric> describe(std::string_view name, std::string_view summary, Metric::Traits traits,
                          Arguments... arguments) {
  return {.name = std::string(name),
          .summary = std::string(summary),
          .source = source,
          .traits = traits,
          .make = [=] { return std::make_unique<Kind>(arguments...); }};
}

constexpr Metric::Traits error{};
constexpr Metric::Traits share{.higher_is_better = true, .best = 1};
constexpr Metric::Traits described{.neutral = true};

Registered<Metric> const squared_error{describe<SquaredError>(
    "squared-error", "sum over genes of the squared difference of changes", error)};
Registered<Metric> const squared_distance{describe<SquaredDistance>(
    "squared-distance", "squared length of the difference of profiles, or of other values", error)};
Registered<Metric> const overlap{describe<TopOverlap>(
    "overlap-top", "genes among the N largest changes on both sides, divided by N", share)};
Registered<Metric> const top_pearson{describe<TopPearson>(
    "pearson-top", "correlation of changes on the N genes of largest observed change", share)};
Registered<Metric> const direction_p{describe<SignMetric>(
    "direction-pvalue", "chi-square test of the signs of changes rounded to two decimals",
    described, SignForm::direction_pvalue)};
Registered<Metric> const target_p{describe<SignMetric>(
    "target-pvalue", "analysis of variance of observed changes over predicted signs", described,
    SignForm::target_pvalue)};
Registered<Metric> const target_change{describe<SignMetric>(
    "target-fold-change", "mean observed change of genes predicted up minus those predicted down",
    described, SignForm::target_fold_change)};

RegisteredMetricSet const set{
    {.name = "pereggrn",
     .summary = "PEREGGRN's metrics of a perturbation",
     .source = source,
     .metrics = {"spearman-delta", "pearson-delta", "mae", "squared-error", "squared-error top=20",
                 "squared-error top=100", "squared-error top=200", "overlap-top",
                 "overlap-top top=100", "overlap-top top=200", "pearson-top", "pearson-top top=100",
                 "pearson-top top=200", "direction", "direction-pvalue", "target-pvalue",
                 "target-fold-change", "squared-distance values=components:20",
                 "cell-type-correct"}}};

}  // namespace
}  // namespace pertscale
