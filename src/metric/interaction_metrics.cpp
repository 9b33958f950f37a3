// Metrics of genetic interactions: what doubles do beyond the sum of their singles.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "metric/interaction_points.hpp"
#include "metric/metric_sets.hpp"
#include "statistics/detection_curve.hpp"

namespace pertscale {
namespace {

constexpr char source[] =
    "Ahlmann-Eltze et al. 2025, Nat. Methods, doi 10.1038/s41592-025-02772-6; null: locfdr 1.1-8, "
    "Efron 2004";

/// A deviation as small against its values is rounding: an additive model predicts none at all.
constexpr double rounding_level = 1e-12;

double predicted_size(PredictedInteraction const& p) {
  double const largest = std::max({std::fabs(p.measured.control), std::fabs(p.measured.first),
                                   std::fabs(p.measured.second), std::fabs(p.predicted)});
  double const size = std::fabs(p.predicted_deviation());
  return size > rounding_level * largest ? size : 0;
}

/// One value over all held-out doubles of a context. Doubles that the model does not predict, and
/// those without both singles, have no points.
class PooledInteractions : public Metric {
 public:
  void declare(OptionList& options) override {
    declare_own(options);
    options_.declare(options);
  }

  std::vector<Score> score(ScoreContext const& context,
                           std::vector<ScoreItem> const& items) const final {
    MeasuredInteractions const measured(context, options_);
    if (!measured.status().ok()) return {{0, measured.status()}};
    std::vector<PredictedInteraction> points;
    Status reason("not_applicable");
    for (auto const& item : items) {
      auto const status = measured.append(item, points);
      if (!status.ok() && item.condition->order() == 2) reason = status;
    }
    if (points.empty()) return {{0, reason}};
    return {value(points, measured.thresholds())};
  }

 protected:
  virtual void declare_own(OptionList& options) = 0;
  virtual Score value(std::vector<PredictedInteraction> const& points,
                      InteractionThresholds const& thresholds) const = 0;

  static DetectionCurve curve_of(std::vector<PredictedInteraction> const& points,
                                 InteractionThresholds const& thresholds) {
    std::vector<Detection> calls;
    calls.reserve(points.size());
    for (auto const& p : points)
      calls.push_back({predicted_size(p), thresholds.outside(p.measured.deviation())});
    return DetectionCurve(std::move(calls));
  }

 private:
  InteractionOptions options_;
};

class InteractionAuc final : public PooledInteractions {
 protected:
  void declare_own(OptionList& options) override {
    options
        .add("curve", curve_,
             "pr: precision over recall, the published trapezoid over steps sorted by precision; "
             "average-precision: the ordinary area of that curve; roc: true over false positive "
             "rate")
        .one_of({"pr", "average-precision", "roc"});
  }

  Score value(std::vector<PredictedInteraction> const& points,
              InteractionThresholds const& thresholds) const override {
    auto const curve = curve_of(points, thresholds);
    if (!curve.status().ok()) return {0, curve.status()};
    if (curve_ == "roc") return {curve.receiver_operating(), {}};
    if (curve_ == "average-precision") return {curve.average_precision(), {}};
    return {curve.published_precision_recall(), {}};
  }

 private:
  std::string curve_ = "pr";
};

class InteractionPower final : public PooledInteractions {
 protected:
  void declare_own(OptionList& options) override {
    options.add("fdp", fdp_, "false discovery proportion at which the curve is read")
        .at_least(0)
        .at_most(1);
  }

  Score value(std::vector<PredictedInteraction> const& points,
              InteractionThresholds const& thresholds) const override {
    auto const curve = curve_of(points, thresholds);
    if (!curve.status().ok()) return {0, curve.status()};
    return {curve.power_at(fdp_), {}};
  }

 private:
  double fdp_ = 0.05;
};

/// Class of the strongest predicted deviations (Fig. 1f of the paper; there of all seeds at once).
class InteractionShare final : public PooledInteractions {
 protected:
  void declare_own(OptionList& options) override {
    options.add("class", class_, "predicted class that is counted")
        .one_of({"buffering", "synergy", "opposite", "additive"});
    options.add("top", top_, "how many of the largest |predicted - additive| are looked at")
        .at_least(1);
  }

  Score value(std::vector<PredictedInteraction> const& points,
              InteractionThresholds const&) const override {
    auto sorted = points;
    std::stable_sort(sorted.begin(), sorted.end(), [](auto const& a, auto const& b) {
      return predicted_size(a) > predicted_size(b);
    });
    sorted.resize(std::min(sorted.size(), static_cast<std::size_t>(top_)));
    auto const counted = std::count_if(sorted.begin(), sorted.end(), [&](auto const& p) {
      auto const found =
          predicted_size(p) == 0
              ? InteractionClass::additive
              : predicted_interaction(p.measured.control, p.measured.additive(), p.predicted);
      return interaction_name(found) == class_;
    });
    return {static_cast<double>(counted) / static_cast<double>(sorted.size()), {}};
  }

 private:
  std::string class_ = "buffering";
  std::int64_t top_ = 500;
};

void declare_rule(OptionList& options, std::string& rule) {
  options
      .add("rule", rule,
           "code: both singles and the double on one side of control, as the authors' program, "
           "which so never finds opposite; text: the singles only, as the paper describes it")
      .one_of({"code", "text"});
}

InteractionRule rule_of(std::string const& text) {
  return text == "code" ? InteractionRule::code : InteractionRule::text;
}

/// What all measured doubles of a context hold, whatever a model predicts.
class InteractionRate final : public Metric {
 public:
  void declare(OptionList& options) override {
    options.add("class", class_, "measured class that is counted").one_of(interaction_names());
    declare_rule(options, rule_);
    options_.declare(options);
  }

  std::vector<Score> score(ScoreContext const& context,
                           std::vector<ScoreItem> const&) const override {
    MeasuredInteractions const measured(context, options_);
    if (!measured.status().ok()) return {{0, measured.status()}};
    auto const& points = measured.points();
    auto const counted = std::count_if(points.begin(), points.end(), [&](auto const& point) {
      return interaction_name(interaction_class(point, measured.thresholds(), rule_of(rule_))) ==
             class_;
    });
    return {{static_cast<double>(counted) / static_cast<double>(points.size()), {}}};
  }

 private:
  std::string class_ = "additive", rule_ = "code";
  InteractionOptions options_;
};

/// Share of a double's interactions that are predicted in their class.
class InteractionRecall final : public Metric {
 public:
  void declare(OptionList& options) override {
    declare_rule(options, rule_);
    options_.declare(options);
  }

  std::vector<Score> score(ScoreContext const& context,
                           std::vector<ScoreItem> const& items) const override {
    std::vector<Score> scores;
    if (items.empty()) return scores;
    MeasuredInteractions const measured(context, options_);
    for (auto const& item : items) scores.push_back(score_of(measured, item));
    return scores;
  }

 private:
  Score score_of(MeasuredInteractions const& measured, ScoreItem const& item) const {
    if (item.condition->order() != 2) return {0, Status("not_applicable")};
    if (!measured.status().ok()) return {0, measured.status()};
    std::vector<PredictedInteraction> points;
    if (auto status = measured.append(item, points); !status.ok()) return {0, status};
    auto const class_of = [&](InteractionPoint const& point) {
      return interaction_class(point, measured.thresholds(), rule_of(rule_));
    };
    int interactions = 0, found = 0;
    for (auto const& p : points) {
      auto const truth = class_of(p.measured);
      if (truth == InteractionClass::additive) continue;
      auto as_predicted = p.measured;
      as_predicted.both = p.predicted;
      ++interactions;
      found += class_of(as_predicted) == truth;
    }
    if (interactions == 0) return {0, Status("no_interaction")};
    return {static_cast<double>(found) / interactions, {}};
  }

  std::string rule_ = "code";
  InteractionOptions options_;
};

template <class Kind>
PartInfo<Metric> part(char const* name, char const* summary, Metric::Traits traits) {
  traits.needs_genes = true;
  return {name, summary, source, traits, [] { return std::make_unique<Kind>(); }};
}

Registered<Metric> const auc{part<InteractionAuc>(
    "interaction-auc",
    "how well |prediction - additive expectation| finds the genetic interactions of held-out "
    "doubles",
    {.higher_is_better = true, .best = 1, .whole_split = true})};
Registered<Metric> const power{part<InteractionPower>(
    "interaction-tpr",
    "share of the genetic interactions of held-out doubles found at a false discovery proportion",
    {.higher_is_better = true, .best = 1, .whole_split = true})};
Registered<Metric> const share{part<InteractionShare>(
    "interaction-share", "class of the largest predicted deviations from additivity",
    {.whole_split = true, .neutral = true})};
Registered<Metric> const rate{part<InteractionRate>(
    "interaction-rate",
    "share of the genes of all measured doubles that are in a class of interaction, whatever the "
    "model",
    {.whole_split = true, .neutral = true})};
Registered<Metric> const recall{part<InteractionRecall>(
    "interaction-recall", "share of a double's genetic interactions predicted in their class",
    {.higher_is_better = true, .best = 1})};

/// The paper's figures: areas, the curve of true positives at false discovery proportions, classes
/// of measured interactions and of the strongest predictions, on the genes highest in control.
std::vector<std::string> published() {
  std::vector<std::string> out;
  std::string const genes = " genes=top-expressed:1000";
  for (std::string const curve : {"pr", "average-precision", "roc"})
    out.push_back(fmt::format("interaction-auc curve={}{}", curve, genes));
  for (std::string const fdp : {"0", "0.01", "0.02", "0.05", "0.1", "0.15", "0.2", "0.3", "0.4",
                                "0.5", "0.6", "0.7", "0.8", "0.9", "1"})
    out.push_back(fmt::format("interaction-tpr fdp={}{}", fdp, genes));
  for (auto const& name : interaction_names()) {
    if (name != "other") out.push_back(fmt::format("interaction-share class={}{}", name, genes));
    out.push_back(fmt::format("interaction-rate class={}{}", name, genes));
  }
  out.push_back("interaction-recall" + genes);
  return out;
}

RegisteredMetricSet const set{{.name = "interactions",
                               .summary =
                                   "curves and classes of genetic interactions, as points of "
                                   "interactions.csv",
                               .source = source,
                               .metrics = published()}};

}  // namespace
}  // namespace pertscale
