#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/sums.hpp"
#include "metric/correlation.hpp"
#include "metric/metric_sets.hpp"
#include "metric/profile_metric.hpp"
#include "statistics/systematic_variation.hpp"

namespace pertscale {
namespace {

constexpr char const* source = "Systema at fe087c9 (Vinas Torne et al. 2025)";

/// Jaccard index of the genes of the largest observed and of the largest predicted change; equal
/// sizes in the genes' order.
class JaccardTop final : public ProfileMetric {
 public:
  void declare(OptionList& options) override {
    ProfileMetric::declare(options);
    options.add("top", top_, "genes of the largest change on each side").at_least(1);
  }

 protected:
  bool uses_reference() const override { return true; }

  Score value(Compared const& compared) const override {
    auto const observed = largest(compared.observed), predicted = largest(compared.predicted);
    std::vector<std::size_t> both;
    std::set_intersection(observed.begin(), observed.end(), predicted.begin(), predicted.end(),
                          std::back_inserter(both));
    std::size_t const either = observed.size() + predicted.size() - both.size();
    return {static_cast<double>(both.size()) / static_cast<double>(either), {}};
  }

 private:
  std::vector<std::size_t> largest(Profile change) const {
    std::vector<std::size_t> genes(change.size());
    std::iota(genes.begin(), genes.end(), std::size_t{0});
    std::sort(genes.begin(), genes.end(), [&](std::size_t a, std::size_t b) {
      double const x = std::fabs(change[a]), y = std::fabs(change[b]);
      return x != y ? x > y : a < b;
    });
    genes.resize(std::min(genes.size(), static_cast<std::size_t>(top_)));
    std::sort(genes.begin(), genes.end());
    return genes;
  }

  std::int64_t top_ = 20;
};

std::vector<double> difference(Profile a, Profile b) {
  std::vector<double> out(a.size());
  for (std::size_t g = 0; g < a.size(); ++g) out[g] = a[g] - b[g];
  return out;
}

/// Correlation of the predicted change with the change that all training perturbations share: near
/// 1 where a model says the same of every perturbation.
class PredictionSimilarity final : public Metric {
 public:
  void declare(OptionList&) override {}

  std::vector<Score> score(ScoreContext const& context,
                           std::vector<ScoreItem> const& items) const override {
    std::vector<Score> scores;
    for (auto const& item : items) scores.push_back(one(context, item));
    return scores;
  }

 private:
  static Score one(ScoreContext const& context, ScoreItem const& item) {
    if (context.perturbed_mean.empty()) return {0, Status("no_reference")};
    if (item.predicted.size() < 2) return {0, Status("too_few_genes")};
    auto const predicted = difference(item.predicted, context.control);
    auto const shared = difference(context.perturbed_mean, context.control);
    double largest = 0;
    for (std::size_t g = 0; g < predicted.size(); ++g)
      largest = std::max({largest, std::fabs(item.predicted[g]), std::fabs(context.control[g])});
    if (is_constant(predicted, 1e-12 * largest) || is_constant(shared, 1e-12 * largest))
      return {0, Status("constant")};
    return {pearson_r(predicted, shared), {}};
  }
};

/// Cosine of the measured shift from control with the average shift of all measured conditions: how
/// much of a perturbation's effect is systematic. It says nothing of a prediction.
class ShiftCosine final : public Metric {
 public:
  void declare(OptionList&) override {}

  std::vector<Score> score(ScoreContext const& context,
                           std::vector<ScoreItem> const& items) const override {
    std::vector<Profile> all;
    for (auto const& measured : context.measured) all.push_back(measured.profile);
    if (all.empty())
      for (auto const& item : items) all.push_back(item.observed);
    if (all.empty()) return {};
    Vector average = mean_profile(all);
    for (Eigen::Index g = 0; g < average.size(); ++g)
      average[g] -= context.control[static_cast<std::size_t>(g)];
    std::vector<Profile> own;
    for (auto const& item : items) own.push_back(item.observed);
    auto const shifts = shift_similarity(
        own, context.control, {average.data(), static_cast<std::size_t>(average.size())});
    std::vector<Score> scores;
    for (double const cosine : shifts.cosine)
      scores.push_back(std::isnan(cosine) ? Score{0, Status("constant")} : Score{cosine, {}});
    return scores;
  }
};

Registered<Metric> const jaccard{{
    .name = "jaccard-top",
    .summary = "Jaccard index of the genes of the largest changes, observed and predicted",
    .source = source,
    .traits = {.higher_is_better = true, .best = 1},
    .make = [] { return std::make_unique<JaccardTop>(); },
}};
Registered<Metric> const similarity{{
    .name = "prediction-similarity",
    .summary = "correlation of the predicted change with that of the perturbed mean",
    .source = source,
    .traits = {.neutral = true},
    .make = [] { return std::make_unique<PredictionSimilarity>(); },
}};
Registered<Metric> const shift{{
    .name = "shift-cosine",
    .summary = "cosine of the measured shift with the average shift of all perturbations",
    .source = source,
    .traits = {.neutral = true},
    .make = [] { return std::make_unique<ShiftCosine>(); },
}};

RegisteredMetricSet const systema{
    {.name = "systema",
     .summary = "Systema's metrics: both references, twenty genes, centroid accuracy",
     .source = source,
     .metrics = {"pearson-delta", "pearson-delta reference=perturbed-mean",
                 "pearson-delta genes=top-de:20 non-dropout=yes",
                 "pearson-delta genes=top-de:20 non-dropout=yes reference=perturbed-mean", "rmse",
                 "rmse genes=top-de:20 non-dropout=yes", "jaccard-top",
                 "jaccard-top reference=perturbed-mean", "centroid-accuracy",
                 "prediction-similarity", "shift-cosine"}}};

RegisteredMetricSet const nature_methods{
    {.name = "nature-methods",
     .summary = "L2 and Pearson delta on the 1,000 genes highest in control, and interactions",
     .source = "Ahlmann-Eltze, Huber, Anders 2025, Nature Methods",
     .metrics = {"l2 genes=top-expressed:1000", "pearson-delta genes=top-expressed:1000",
                 "pearson genes=top-expressed:1000"}}};

}  // namespace
}  // namespace pertscale
