#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cmath>

#include "core/random.hpp"
#include "metric/interaction_points.hpp"
#include "metric/made_items.hpp"

using namespace pertscale;

namespace {

using Values = std::vector<double>;

/// Singles and doubles of a made screen: small additive noise, and some genes of some doubles far
/// off the sum. Every second double is held out.
struct MadeDoubles {
  std::size_t genes;
  std::vector<std::string> gene_names;
  Values control;
  std::vector<Condition> conditions;
  std::vector<Values> profiles;

  explicit MadeDoubles(std::size_t gene_count = 100, double share = 0.1) : genes(gene_count) {
    RandomStream stream(8, "doubles");
    control = filled([&] { return 2 + stream.uniform(); });
    for (std::size_t g = 0; g < genes; ++g) gene_names.push_back(fmt::format("g{}", g));
    for (char single = 'A'; single <= 'F'; ++single) {
      conditions.push_back(parse_condition(fmt::format("{}+ctrl", single), {}));
      profiles.push_back(control);
      for (auto& value : profiles.back()) value += 0.3 * stream.normal();
    }
    for (std::size_t a = 0; a < 6; ++a)
      for (std::size_t b = a + 1; b < 6; ++b) {
        conditions.push_back(parse_condition(
            fmt::format("{}+{}", conditions[a].targets.front(), conditions[b].targets.front()),
            {}));
        Values both = additive(conditions.back());
        for (auto& value : both) {
          value += 0.05 * stream.normal();
          if (stream.uniform() < share) value += stream.uniform() < 0.5 ? 0.8 : -0.8;
        }
        profiles.push_back(both);
      }
  }

  template <class Make>
  Values filled(Make make) const {
    Values out(genes);
    for (auto& value : out) value = make();
    return out;
  }

  Values additive(Condition const& pair) const {
    auto const single = [&](std::string const& target) {
      return profiles[static_cast<std::size_t>(target[0] - 'A')];
    };
    Values out = single(pair.targets[0]);
    for (std::size_t g = 0; g < genes; ++g) out[g] += single(pair.targets[1])[g] - control[g];
    return out;
  }

  std::vector<std::size_t> held_out() const {
    std::vector<std::size_t> out;
    for (std::size_t i = 6; i < conditions.size(); i += 2) out.push_back(i);
    return out;
  }

  std::vector<MeasuredCondition> measured() const {
    std::vector<MeasuredCondition> out;
    for (std::size_t i = 0; i < conditions.size(); ++i)
      out.push_back({&conditions[i], profiles[i], 10, i % 2 == 1});
    return out;
  }

  /// Scores of a model that predicts `predict(condition number)`.
  template <class Predict>
  std::vector<Score> score(std::string const& text, Predict predict) const {
    GeneTable const table(gene_names);
    auto const all = measured();
    std::vector<Values> predictions;
    std::vector<ScoreItem> items;
    for (auto const i : held_out()) predictions.push_back(predict(i));
    for (auto const i : held_out()) {
      ScoreItem item;
      item.condition = &conditions[i];
      item.observed = profiles[i];
      item.predicted = predictions[items.size()];
      item.place = items.size();
      items.push_back(item);
    }
    ScoreContext context;
    context.genes = &table;
    context.control = control;
    context.panel = items;
    context.measured = all;
    return made_metric(text).object->score(context, items);
  }
};

}  // namespace

TEST_CASE("the truth is found, no change and the additive model are told apart") {
  MadeDoubles const made;
  auto const truth = [&](std::size_t i) { return made.profiles[i]; };
  auto const additive = [&](std::size_t i) { return made.additive(made.conditions[i]); };
  auto const no_change = [&](std::size_t) { return made.control; };

  for (auto const* metric : {"interaction-auc curve=pr", "interaction-auc curve=average-precision",
                             "interaction-auc curve=roc", "interaction-tpr fdp=0.05"}) {
    INFO(metric);
    auto const best = made.score(metric, truth);
    REQUIRE(best.size() == 1);
    CHECK(best[0].status.ok());
    CHECK(best[0].value > 0.95);
    CHECK(made.score(metric, no_change).at(0).value < 0.7);
    CHECK(made.score(metric, additive).at(0).status.word() == "constant");
  }
}

TEST_CASE("interaction-recall gives the truth one and the additive model none, by double") {
  MadeDoubles const made;
  for (auto const* metric : {"interaction-recall", "interaction-recall rule=text"}) {
    auto const best = made.score(metric, [&](std::size_t i) { return made.profiles[i]; });
    auto const none =
        made.score(metric, [&](std::size_t i) { return made.additive(made.conditions[i]); });
    REQUIRE(best.size() == made.held_out().size());
    for (std::size_t i = 0; i < best.size(); ++i) {
      CHECK(best[i].value == 1);
      CHECK(none[i].value == 0);
    }
  }
}

// Section 5.4 of the paper's figures: no change 500 buffering, 0 synergy, 0 opposite.
TEST_CASE("no change is buffering throughout") {
  MadeDoubles const made;
  auto const no_change = [&](std::size_t) { return made.control; };

  CHECK(made.score("interaction-share class=buffering", no_change).at(0).value == 1);
  CHECK(made.score("interaction-share class=synergy", no_change).at(0).value == 0);
  CHECK(made.score("interaction-share class=opposite", no_change).at(0).value == 0);
}

TEST_CASE("predicted classes of the largest deviations add up") {
  MadeDoubles const made;
  RandomStream stream(1, "prediction");
  std::vector<Values> random;
  for (std::size_t i = 0; i < made.conditions.size(); ++i)
    random.push_back(made.filled([&] { return 2.5 + stream.normal(); }));
  double sum = 0;
  for (auto const* kind : {"buffering", "synergy", "opposite", "additive"})
    sum += made.score(fmt::format("interaction-share top=50 class={}", kind),
                      [&](std::size_t i) { return random[i]; })
               .at(0)
               .value;

  CHECK(sum == Approx(1));
}

// All fifteen doubles count, not the held-out ones alone; counted here one by one.
TEST_CASE("rates of measured classes are those of all doubles") {
  MadeDoubles const made;
  auto const rate = [&](std::string const& options) {
    return made
        .score(fmt::format("interaction-rate low=-0.3 high=0.3 {}", options),
               [&](std::size_t) { return made.control; })
        .at(0)
        .value;
  };
  double within = 0, points = 0;
  for (std::size_t i = 6; i < made.conditions.size(); ++i) {
    auto const expected = made.additive(made.conditions[i]);
    for (std::size_t g = 0; g < made.genes; ++g) {
      within += std::fabs(made.profiles[i][g] - expected[g]) <= 0.3;
      points += 1;
    }
  }

  CHECK(rate("class=additive") == Approx(within / points));
  CHECK(rate("class=opposite") == 0);
  CHECK(rate("class=opposite rule=text") > 0);
  double sum = 0;
  for (auto const* kind : {"additive", "synergy", "buffering", "opposite", "other"})
    sum += rate(fmt::format("rule=text class={}", kind));
  CHECK(sum == Approx(1));
}

TEST_CASE("only the chosen genes count") {
  MadeDoubles const made;
  auto const& own = made.control;
  GeneTable const table(made.gene_names);
  auto const all = made.measured();
  ScoreContext context;
  context.genes = &table;
  context.control = own;
  context.measured = all;
  InteractionOptions options;
  OptionList list;
  options.declare(list);
  list.assign("genes", "top-expressed:20");

  MeasuredInteractions const measured(context, options);

  REQUIRE(measured.status().ok());
  CHECK(measured.points().size() == 15 * 20);
  auto sorted = own;
  std::sort(sorted.rbegin(), sorted.rend());
  for (auto const& point : measured.points()) CHECK(point.control >= sorted[19]);
}

TEST_CASE("what has no interactions says why") {
  auto const word = [](MadeDoubles const& made, std::string const& metric) {
    return made.score(metric, [&](std::size_t i) { return made.profiles[i]; }).at(0).status.word();
  };
  MadeDoubles no_doubles;
  no_doubles.conditions.resize(7);
  no_doubles.profiles.resize(7);
  no_doubles.conditions[6] = parse_condition("G+ctrl", {});
  MadeDoubles no_singles;
  for (std::size_t i = 0; i < 6; ++i)
    no_singles.conditions[i] = parse_condition(fmt::format("Z{}+ctrl", i), {});

  CHECK(word(no_doubles, "interaction-auc") == "not_applicable");
  CHECK(word(no_doubles, "interaction-recall") == "not_applicable");
  CHECK(word(no_doubles, "interaction-rate") == "not_applicable");
  CHECK(word(no_singles, "interaction-auc") == "no_single");
  CHECK(word(no_singles, "interaction-recall") == "no_single");
  CHECK(word(MadeDoubles(7), "interaction-auc") == "too_few_values");
  CHECK(word(MadeDoubles(100, 0), "interaction-auc low=-9 high=9") == "one_class");
  CHECK(word(MadeDoubles(100, 0), "interaction-recall low=-9 high=9") == "no_interaction");
}

TEST_CASE("a double without a prediction has no score of its own and no points") {
  MadeDoubles const made;
  auto const first_only = [&](std::size_t i) { return i == 6 ? made.profiles[i] : Values(); };

  auto const by_double = made.score("interaction-recall", first_only);
  CHECK(by_double.at(0).value == 1);
  CHECK(by_double.at(1).status.word() == "no_prediction");
  CHECK(made.score("interaction-share", [](std::size_t) { return Values(); }).at(0).status.word() ==
        "no_prediction");
}

TEST_CASE("thresholds that are no thresholds are refused") {
  CHECK_THROWS_AS(made_metric("interaction-auc low=0.1"), UserError);
  CHECK_THROWS_AS(made_metric("interaction-auc high=-0.1"), UserError);
  CHECK_THROWS_AS(made_metric("interaction-auc high=much"), UserError);
  CHECK_THROWS_AS(made_metric("interaction-auc fdr=0"), UserError);
}
