// What every registered metric keeps to, by its traits. A new metric is in by being registered.
#include <catch2/catch.hpp>
#include <cmath>

#include "core/random.hpp"
#include "metric/made_items.hpp"

using namespace pertscale;

namespace {

constexpr std::size_t gene_count = 40, item_count = 6;

using Values = std::vector<double>;

/// Six held-out conditions, the truth and a prediction of each.
struct Trial {
  std::vector<std::string> genes;
  Values control, perturbed_mean;
  std::vector<Condition> conditions;
  std::vector<Values> observed, predicted;

  Trial() : control(gene_count), perturbed_mean(gene_count) {
    RandomStream stream(3, "contract");
    for (std::size_t g = 0; g < gene_count; ++g) {
      genes.push_back("gene" + std::to_string(g));
      control[g] = 4 * stream.uniform();
      perturbed_mean[g] = control[g] + 0.2 * stream.normal();
    }
    for (std::size_t i = 0; i < item_count; ++i) {
      conditions.push_back(parse_condition("gene" + std::to_string(3 * i) + "+ctrl", {}));
      observed.emplace_back(control);
      predicted.emplace_back(control);
      for (std::size_t g = 0; g < gene_count; ++g) {
        observed[i][g] += 0.5 * stream.normal();
        predicted[i][g] += 0.5 * stream.normal();
      }
    }
  }

  /// Scores of all items, or of one that is alone in its block.
  std::vector<Score> score(std::string const& name, std::vector<Values> const& of,
                           std::size_t alone = item_count) const {
    GeneTable const table(genes);
    std::vector<ScoreItem> items;
    for (std::size_t i = 0; i < item_count; ++i)
      items.push_back(
          {.condition = &conditions[i], .observed = observed[i], .predicted = of[i], .place = i});
    std::vector<MeasuredCondition> measured;
    for (std::size_t i = 0; i < item_count; ++i)
      measured.push_back({&conditions[i], observed[i], 10, false});
    ScoreContext context{&table, ValueKind::expression, control, perturbed_mean};
    context.panel = items;
    context.measured = measured;
    if (alone == item_count) return made_metric(name).object->score(context, items);
    return made_metric(name).object->score(context, {items[alone]});
  }

  /// The same trial with its genes in another order.
  Trial shuffled() const {
    Trial out = *this;
    auto const order = RandomStream(4, "order").permutation(gene_count);
    auto const apply = [&](Values const& from, Values& to) {
      for (std::size_t g = 0; g < gene_count; ++g) to[g] = from[order[g]];
    };
    apply(control, out.control);
    apply(perturbed_mean, out.perturbed_mean);
    for (std::size_t g = 0; g < gene_count; ++g) out.genes[g] = genes[order[g]];
    for (std::size_t i = 0; i < item_count; ++i) {
      apply(observed[i], out.observed[i]);
      apply(predicted[i], out.predicted[i]);
    }
    return out;
  }
};

Metric::Traits const& traits_of(std::string const& name) {
  return MetricRegistry::instance().find(name).traits;
}

/// Metrics of cells, tests or counts have nothing to work on here: they say so.
bool needs_supply(std::string const& name) {
  auto const needs = made_metric(name).object->needs();
  return !needs.de.empty() || !needs.cells.empty() || needs.counts || needs.halves ||
         needs.contexts;
}

/// A metric of a whole split may need doubles, or a file of labels, that the trial lacks.
bool lacks_something(Metric::Traits const& traits, std::vector<Score> const& scores) {
  return traits.whole_split && scores.at(0).status == Status("not_applicable");
}

void check_numbers(std::vector<Score> const& scores) {
  for (auto const& score : scores)
    if (score.status.ok()) CHECK(std::isfinite(score.value));
}

}  // namespace

TEST_CASE("every metric keeps the contract") {
  auto const registered = MetricRegistry::instance().names();
  REQUIRE(registered.size() >= 10);
  Trial const trial;
  for (auto const& name : registered) {
    if (name.starts_with("interaction-")) continue;  // need doubles: interaction_metrics_test.cpp
    INFO("metric " << name);
    auto const& traits = traits_of(name);
    auto const scores = trial.score(name, trial.predicted);

    SECTION(name + ": one score an item, each a number or a status") {
      REQUIRE(scores.size() == (traits.whole_split ? 1 : item_count));
      for (auto const& score : scores) {
        if (lacks_something(traits, scores)) continue;
        CHECK(score.status.ok() == !needs_supply(name));
        if (!score.status.ok()) CHECK(score.status.word().starts_with("needs_"));
      }
      check_numbers(scores);
    }
    SECTION(name + ": no items, no scores") {
      GeneTable const table(trial.genes);
      if (!traits.whole_split)
        CHECK(made_metric(name)
                  .object->score({&table, ValueKind::expression, trial.control, {}}, {})
                  .empty());
    }
    SECTION(name + ": the truth scores best") {
      if (needs_supply(name) || traits.neutral || lacks_something(traits, scores)) continue;
      auto const truth = trial.score(name, trial.observed);
      for (std::size_t i = 0; i < truth.size(); ++i) {
        REQUIRE(truth[i].status.ok());
        CHECK(truth[i].value == Approx(traits.best).margin(1e-12));
        CHECK((traits.higher_is_better ? truth[i].value >= scores[i].value
                                       : truth[i].value <= scores[i].value));
      }
    }
    SECTION(name + ": the order of the genes is irrelevant") {
      auto const other = trial.shuffled();
      auto const again = other.score(name, other.predicted);
      for (std::size_t i = 0; i < scores.size(); ++i)
        CHECK(again[i].value == Approx(scores[i].value).margin(1e-12));
    }
    SECTION(name + ": the same input gives the same bits") {
      auto const again = trial.score(name, trial.predicted);
      for (std::size_t i = 0; i < scores.size(); ++i) CHECK(again[i].value == scores[i].value);
    }
    SECTION(name + ": an item alone in its block gets the bits that it has among all") {
      if (traits.whole_split) continue;
      for (std::size_t i = 0; i < item_count; ++i) {
        auto const alone = trial.score(name, trial.predicted, i);
        REQUIRE(alone.size() == 1);
        CHECK(alone[0].value == scores[i].value);
        CHECK(alone[0].status == scores[i].status);
      }
    }
    SECTION(name + ": constant predictions give a status or a number, never NaN") {
      check_numbers(trial.score(name, std::vector<Values>(item_count, trial.control)));
      check_numbers(trial.score(name, std::vector<Values>(item_count, trial.perturbed_mean)));
      check_numbers(trial.score(name, std::vector<Values>(item_count, Values(gene_count, 0))));
      check_numbers(trial.score(name, std::vector<Values>(item_count, Values(gene_count, 0.1))));
    }
    SECTION(name + ": a truth without any change gives a status or a number, never NaN") {
      Trial still = trial;
      still.observed.assign(item_count, still.control);
      check_numbers(still.score(name, still.predicted));
      check_numbers(still.score(name, still.observed));
    }
    SECTION(name + ": describes itself") {
      auto const& info = MetricRegistry::instance().find(name);
      CHECK_FALSE(info.summary.empty());
      CHECK_FALSE(info.source.empty());
      auto const part = made_metric(name);
      for (auto const& option : part.options.all()) CHECK_FALSE(option.help.empty());
    }
  }
}
