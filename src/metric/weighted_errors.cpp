#include "metric/weighted_errors.hpp"

#include <algorithm>
#include <cmath>

#include "core/sums.hpp"
#include "metric/metric.hpp"
#include "metric/metric_sets.hpp"
#include "metric/profile_metric.hpp"

namespace pertscale {

namespace {

double total(std::vector<double> const& values) {
  return ordered_sum(values.size(), [&](std::size_t i) { return values[i]; });
}

}  // namespace

std::vector<double> de_weights(Profile score, double exponent) {
  std::vector<double> size(score.size());
  for (std::size_t g = 0; g < score.size(); ++g)
    size[g] = std::isnan(score[g]) ? 0 : std::fabs(score[g]);
  if (size.empty()) return size;
  auto const [low, high] = std::minmax_element(size.begin(), size.end());
  double const least = *low, range = *high - *low;
  for (auto& value : size)
    value = range > 0 && std::isfinite(range) ? std::pow((value - least) / range, exponent) : 0;
  return size;
}

Score weighted_mse(Profile observed, Profile predicted, std::vector<double> const& weights) {
  double const sum = total(weights);
  if (sum == 0) return {0, Status("constant")};
  return {ordered_sum(weights.size(),
                      [&](std::size_t g) {
                        double const d = predicted[g] - observed[g];
                        return weights[g] * d * d;
                      }) /
              sum,
          {}};
}

Score weighted_r2(Profile observed, Profile predicted, std::vector<double> const& weights) {
  double const sum = total(weights);
  if (sum == 0) return {0, Status("constant")};
  std::size_t const n = weights.size();
  double const mean = ordered_sum(n, [&](std::size_t g) { return weights[g] * observed[g]; }) / sum;
  auto const spread = [&](auto&& expected) {
    return ordered_sum(n, [&](std::size_t g) {
      double const d = observed[g] - expected(g);
      return weights[g] * d * d;
    });
  };
  double const variation = spread([&](std::size_t) { return mean; });
  double const size = spread([](std::size_t) { return 0.0; });
  if (variation <= 1e-24 * size) return {0, Status("constant")};
  return {1 - spread([&](std::size_t g) { return predicted[g]; }) / variation, {}};
}

double effective_genes(std::vector<double> const& weights) {
  double const sum = total(weights);
  double const squares =
      ordered_sum(weights.size(), [&](std::size_t g) { return weights[g] * weights[g]; });
  return sum * sum / squares;
}

namespace {

enum class WeightedForm { mse, r2, genes };

/// Weights of a condition come from the test of its measured cells against those of the other
/// perturbations, control left out.
class WeightedMetric final : public Metric {
 public:
  explicit WeightedMetric(WeightedForm form) : form_(form) {}

  void declare(OptionList& options) override {
    options
        .add("exponent", exponent_, "of the weights: (|t| scaled to 0..1 over genes) to this power")
        .greater_than(0);
    if (form_ == WeightedForm::r2)
      options
          .add("reference", reference_,
               "what changes are counted from: control, or the mean of the training conditions")
          .one_of({"control", "perturbed-mean"});
  }

  MetricNeeds needs() const override { return {.de = {request()}}; }

  std::vector<Score> score(ScoreContext const& context,
                           std::vector<ScoreItem> const& items) const override {
    std::vector<Score> scores;
    for (auto const& item : items) scores.push_back(one(context, item));
    return scores;
  }

 private:
  static DeRequest request() {
    return {.method = DeMethod::t_test_overestim,
            .reference = TestReference::rest,
            .rest_with_control = false};
  }

  Score one(ScoreContext const& context, ScoreItem const& item) const {
    if (context.supply == nullptr) return {0, Status("needs_cells")};
    auto const tests = context.supply->de(Side::measured, item.place, request());
    if (!tests.status.ok()) return {0, tests.status};
    auto const weights = de_weights(tests.score, exponent_);
    if (form_ == WeightedForm::mse) return weighted_mse(item.observed, item.predicted, weights);
    if (form_ == WeightedForm::genes) {
      double const genes = effective_genes(weights);
      return std::isfinite(genes) ? Score{genes, {}} : Score{0, Status("constant")};
    }
    Profile const reference = reference_ == "control" ? context.control : context.perturbed_mean;
    if (reference.empty()) return {0, Status("no_reference")};
    std::vector<double> observed(weights.size()), predicted(weights.size());
    for (std::size_t g = 0; g < weights.size(); ++g) {
      observed[g] = item.observed[g] - reference[g];
      predicted[g] = item.predicted[g] - reference[g];
    }
    return weighted_r2(observed, predicted, weights);
  }

  WeightedForm form_;
  double exponent_ = 2;
  std::string reference_ = "control";
};

PartInfo<Metric> describe(WeightedForm form, std::string name, std::string summary,
                          Metric::Traits traits) {
  return {.name = std::move(name),
          .summary = std::move(summary),
          .source =
              "Mejia, Miller et al. 2025 (CellSimBench at 08db3c1); scPertEval (exponents 1, "
              "2, 4); SBB (effective genes)",
          .traits = traits,
          .make = [form] { return std::make_unique<WeightedMetric>(form); }};
}

Registered<Metric> const wmse{describe(
    WeightedForm::mse, "wmse", "mean squared error weighted by differential expression", {})};
Registered<Metric> const r2{describe(WeightedForm::r2, "weighted-r2-delta",
                                     "R2 of changes weighted by differential expression",
                                     {.higher_is_better = true, .best = 1})};
Registered<Metric> const genes{describe(WeightedForm::genes, "effective-genes",
                                        "how many genes carry the weight of wmse",
                                        {.neutral = true})};

RegisteredMetricSet const set{
    {.name = "shift",
     .summary = "the metrics of CellSimBench on profiles",
     .source = "CellSimBench at 08db3c1 (Mejia, Miller et al. 2025)",
     .metrics = {"mse", "wmse", "pearson-delta", "pearson-delta reference=perturbed-mean",
                 "pearson-delta genes=degs:0.05",
                 "pearson-delta genes=degs:0.05 reference=perturbed-mean", "r2-delta",
                 "r2-delta reference=perturbed-mean", "r2-delta genes=degs:0.05",
                 "r2-delta genes=degs:0.05 reference=perturbed-mean", "weighted-r2-delta",
                 "weighted-r2-delta reference=perturbed-mean", "nir"}}};

}  // namespace
}  // namespace pertscale
