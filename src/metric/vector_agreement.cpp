#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/sums.hpp"
#include "metric/explained_share.hpp"
#include "metric/profile_metric.hpp"

namespace pertscale {
namespace {

constexpr char const* perturbench = "PerturBench (Wu et al. 2024, arXiv 2408.10609)";

double product(Profile a, Profile b) {
  return ordered_sum(a.size(), [&](std::size_t g) { return a[g] * b[g]; });
}

/// <x, y> / (|x| |y|) of what `values` compares.
class Cosine final : public ProfileMetric {
 protected:
  Score value(Compared const& compared) const override {
    double const x = product(compared.observed, compared.observed);
    double const y = product(compared.predicted, compared.predicted);
    if (x == 0 || y == 0) return {0, Status("constant")};
    double const cosine =
        product(compared.observed, compared.predicted) / (std::sqrt(x) * std::sqrt(y));
    return {std::clamp(cosine, -1.0, 1.0), {}};
  }
};

/// 1 - sum (x - y)^2 / sum (x - mean x)^2 with the observed x (scikit-learn's r2_score).
/// PerturBench hands the two over in the other order, so that the predicted values' spread divides.
class R2 final : public ProfileMetric {
 public:
  void declare(OptionList& options) override {
    ProfileMetric::declare(options);
    options
        .add("spread", spread_,
             "whose variation over genes divides: that of the observed values, or of the predicted "
             "ones (PerturBench's program)")
        .one_of({"observed", "predicted"});
  }

 protected:
  Score value(Compared const& compared) const override {
    if (spread_ == "predicted")
      return explained_share(compared.predicted, compared.observed, compared.predicted_rounding);
    return explained_share(compared.observed, compared.predicted, compared.observed_rounding);
  }

 private:
  std::string spread_ = "observed";
};

/// Genes among the k of largest size on both sides, divided by k (by the number of genes where
/// there are fewer, unlike the program); equal sizes in the genes' order.
class TopRecall final : public ProfileMetric {
 public:
  void declare(OptionList& options) override {
    ProfileMetric::declare(options);
    options.add("top", top_, "k: genes of largest absolute value; all where there are fewer")
        .at_least(1);
  }

 protected:
  Score value(Compared const& compared) const override {
    auto const observed = largest(compared.observed), predicted = largest(compared.predicted);
    std::vector<std::size_t> both;
    std::set_intersection(observed.begin(), observed.end(), predicted.begin(), predicted.end(),
                          std::back_inserter(both));
    return {static_cast<double>(both.size()) / static_cast<double>(observed.size()), {}};
  }

 private:
  std::vector<std::size_t> largest(Profile values) const {
    std::vector<std::size_t> genes(values.size());
    std::iota(genes.begin(), genes.end(), std::size_t{0});
    std::sort(genes.begin(), genes.end(), [&](std::size_t a, std::size_t b) {
      double const x = std::fabs(values[a]), y = std::fabs(values[b]);
      return x != y ? x > y : a < b;
    });
    genes.resize(std::min(genes.size(), static_cast<std::size_t>(top_)));
    std::sort(genes.begin(), genes.end());
    return genes;
  }

  std::int64_t top_ = 50;
};

/// Genes that are predicted to rise exactly where they do: [y > r] = [x > r]; no change and a fall
/// are one class, unlike in `direction`.
class RiseAgreement final : public ProfileMetric {
 protected:
  bool uses_reference() const override { return true; }

  Score value(Compared const& compared) const override {
    double const same = ordered_sum(compared.genes(), [&](std::size_t g) {
      return (compared.observed[g] > 0) == (compared.predicted[g] > 0) ? 1.0 : 0.0;
    });
    return {same / static_cast<double>(compared.genes()), {}};
  }
};

/// Mean squared or absolute difference of changes: where both sides count them from one control it
/// is that of the profiles.
class ChangeError final : public ProfileMetric {
 public:
  explicit ChangeError(bool squared) : squared_(squared) {}

 protected:
  bool uses_reference() const override { return true; }

  Score value(Compared const& compared) const override {
    double const sum = ordered_sum(compared.genes(), [&](std::size_t g) {
      double const d = compared.predicted[g] - compared.observed[g];
      return squared_ ? d * d : std::fabs(d);
    });
    return {sum / static_cast<double>(compared.genes()), {}};
  }

 private:
  bool squared_;
};

template <class Kind, class... Arguments>
PartInfo<Metric> describe(std::string name, std::string summary, std::string source, double best,
                          Arguments... arguments) {
  return {.name = std::move(name),
          .summary = std::move(summary),
          .source = std::move(source),
          .traits = {.higher_is_better = best == 1, .best = best},
          .make = [=] { return std::make_unique<Kind>(arguments...); }};
}

Registered<Metric> const cosine{
    describe<Cosine>("cosine", "cosine of absolute profiles, or of other values", perturbench, 1)};
Registered<Metric> const r2{describe<R2>(
    "r2", "coefficient of determination of absolute profiles, or of other values", perturbench, 1)};
Registered<Metric> const recall{
    describe<TopRecall>("top-k-recall",
                        "share of the k genes of largest size that the prediction "
                        "also has among its k",
                        perturbench, 1)};
Registered<Metric> const rise{describe<RiseAgreement>(
    "delta-agreement", "share of genes predicted to rise, or not to, as observed",
    "delta agreement accuracy of PerturbArena (Li et al. 2024)", 1)};
Registered<Metric> const mse{describe<ChangeError>("mse-delta", "mean squared error of changes",
                                                   "mse_delta of cell-eval 0.8.2", 0, true)};
Registered<Metric> const mae{describe<ChangeError>("mae-delta", "mean absolute error of changes",
                                                   "mae_delta of cell-eval 0.8.2", 0, false)};

}  // namespace
}  // namespace pertscale
