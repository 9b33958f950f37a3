#include <catch2/catch.hpp>
#include <cmath>

#include "metric/de_settings.hpp"
#include "metric/table_supply.hpp"

using namespace pertscale;

namespace {

std::vector<std::string> const genes{"A", "B", "C", "D"};

/// A knocked down, which both sides see; C differs.
TableSupply one_condition() {
  TableSupply supply;
  supply.conditions.push_back({.name = "A+ctrl",
                               .log2fc = {-3, 1, 2, 0.1},
                               .padj = {.001, .01, .02, .9},
                               .predicted_log2fc = {-5, 2, -1, 0.2},
                               .predicted_padj = {.001, .02, .3, .8}});
  return supply;
}

double value(TableTrial const& trial, std::string const& metric) {
  auto const score = trial.score(metric);
  INFO(metric << " " << score.status.word());
  REQUIRE(score.status.ok());
  return score.value;
}

}  // namespace

TEST_CASE("tests of both sides become scores") {
  auto const supply = one_condition();
  TableTrial const trial(supply, genes);

  CHECK(value(trial, "de-overlap") == Approx(2.0 / 3));
  CHECK(value(trial, "de-overlap k=1") == 1);
  CHECK(value(trial, "de-precision") == 0.5);  // top two: A C against A B
  CHECK(value(trial, "de-recall") == Approx(2.0 / 3));
  CHECK(value(trial, "de-jaccard") == Approx(2.0 / 3));
  CHECK(value(trial, "de-direction") == Approx(2.0 / 3));
  CHECK(value(trial, "de-direction of=predicted") == 1);
  CHECK(value(trial, "de-spearman-lfc") == Approx(0.5));
  CHECK(value(trial, "de-spearman-lfc sign=up") == Approx(-1));
  CHECK(value(trial, "de-lfc-nmae") == Approx((2 + 1 + 3) / 6.0));
  CHECK(value(trial, "de-nsig") == 3);
  CHECK(value(trial, "de-nsig side=predicted") == 2);
  CHECK(value(trial, "de-roc-auc") == 1);
  CHECK(value(trial, "de-pr-auc by=score") == 1);
  CHECK(value(trial, "de-direction-fidelity-yield form=raw") == Approx(2.0 / 3));
  CHECK(value(trial, "de-direction-reach form=raw") == Approx(2.0 / 3));
  // of three significant genes two are called, rightly; the commoner sign has q = 2/3
  CHECK(value(trial, "de-direction-coverage") == Approx(2.0 / 3));
  CHECK(value(trial, "de-direction-fidelity form=raw") == 1);
  CHECK(value(trial, "de-direction-fidelity") == Approx(1));
  CHECK(value(trial, "de-direction-yield form=raw") == Approx(2.0 / 3));
  CHECK(value(trial, "de-direction-yield") == Approx((2 - 2 * 2.0 / 3) / (3 / 3.0)));
  CHECK(value(trial, "de-direction-sensitivity") == Approx(2.0 / 3));
  CHECK(value(trial, "de-informedness") == Approx(2.0 / 3));
  CHECK(value(trial, "de-markedness") == Approx(1.0 / 2));
  CHECK(value(trial, "de-overlap-adjusted") == Approx(2 / std::sqrt(12.0)));
}

TEST_CASE("the perturbed gene is left out where a metric says so") {
  auto const supply = one_condition();
  TableTrial const trial(supply, genes);

  CHECK(value(trial, "de-jaccard exclude-target=yes") == 0.5);
  CHECK(value(trial, "de-jaccard compat=cell-eval2-0.20.0") == 0.5);
  CHECK(value(trial, "de-jaccard compat=cell-eval2-0.20.0 exclude-target=no") == Approx(2.0 / 3));
  CHECK(value(trial, "de-overlap compat=cell-eval2-0.20.0") == Approx(2.0 / 3));
}

TEST_CASE("what the peers write where a value is undefined") {
  auto supply = one_condition();
  supply.conditions[0].padj = {.9, .9, .9, .9};
  TableTrial const trial(supply, genes);

  CHECK(trial.score("de-overlap").status.word() == "no_significant");
  CHECK(value(trial, "de-overlap compat=cell-eval-0.8.2") == 0);
  CHECK(value(trial, "de-precision") == 0);
  CHECK(trial.score("de-recall").status.word() == "no_significant");
  CHECK(trial.score("de-roc-auc").status.word() == "no_significant");
  CHECK(value(trial, "de-spearman-sig compat=cell-eval-0.8.2") == 1);
  CHECK(trial.score("de-spearman-sig").status.word() == "no_significant");
}

TEST_CASE("cell-eval2 asks for ten significant genes, or for what min-genes says") {
  auto const supply = one_condition();
  TableTrial const trial(supply, genes);

  CHECK(trial.score("de-recall compat=cell-eval2-0.20.0").status.word() == "too_few_genes");
  CHECK(value(trial, "de-recall min-genes=3 compat=cell-eval2-0.20.0") == Approx(2.0 / 3));
  CHECK(trial.score("de-lfc-nmae min-genes=4").status.word() == "too_few_genes");
}

TEST_CASE("a prediction without any change: a status here, the worst value in cell-eval2") {
  auto supply = one_condition();
  supply.conditions[0].predicted_log2fc = {0, 0, 0, 0};
  supply.conditions[0].predicted_padj = {1, 1, 1, 1};
  TableTrial const trial(supply, genes);
  std::string const theirs = " min-genes=1 compat=cell-eval2-0.20.0";

  CHECK(trial.score("de-spearman-lfc").status.word() == "constant");
  CHECK(value(trial, "de-spearman-lfc" + theirs) == -1);
  CHECK(trial.score("de-mcc").status.word() == "constant");
  CHECK(value(trial, "de-mcc" + theirs) == -1);
  CHECK(value(trial, "de-markedness" + theirs) == -1);
  CHECK(trial.score("de-direction-precision").status.word() == "no_significant");
  CHECK(value(trial, "de-direction-precision" + theirs) == 0);
  CHECK(value(trial, "de-overlap") == 0);
}

TEST_CASE("numbers of significant genes over conditions: an omitted one has no call") {
  TableSupply supply;
  for (int i = 1; i <= 3; ++i) {
    WrittenCondition condition{.name = std::string(1, static_cast<char>('w' + i)) + "+ctrl"};
    for (int g = 0; g < 4; ++g) {
      condition.padj.push_back(g < i ? 0.01 : 1);
      condition.predicted_padj.push_back(g < 4 - i ? 0.01 : 1);
    }
    condition.log2fc = condition.predicted_log2fc = {1, 2, 3, 4};
    supply.conditions.push_back(condition);
  }
  TableTrial trial(supply, genes);
  REQUIRE(trial.scores("de-spearman-sig").size() == 1);
  CHECK(value(trial, "de-spearman-sig") == Approx(-1));

  trial.forget_prediction(2);
  trial.forget_prediction(1);
  CHECK(value(trial, "de-spearman-sig") == Approx(-std::sqrt(0.75)));  // calls 3, 0, 0
  CHECK(trial.score("de-spearman-sig zeros=drop").status.word() == "too_few_conditions");
  CHECK(trial.score("de-spearman-sig least=4").status.word() == "too_few_conditions");
}

TEST_CASE("zero p-values: in order here, in cell-eval2 equal to the smallest other of the panel") {
  auto supply = one_condition();  // A, B and C are significant
  supply.conditions[0].predicted_padj = {.5, .001, .6, 0};
  TableTrial const trial(supply, genes);

  CHECK(value(trial, "de-roc-auc") == 0);  // D leads, though it is not significant
  CHECK(value(trial, "de-roc-auc compat=cell-eval2-0.20.0 min-genes=3") == Approx(0.5 / 3));
  supply.conditions.push_back(supply.conditions[0]);
  supply.conditions[1].predicted_padj = {1e-9, .5, .5, .5};
  TableTrial const larger(supply, genes);
  CHECK(value(larger, "de-roc-auc compat=cell-eval2-0.20.0 min-genes=3") == 0);
}

TEST_CASE("without cells every metric of tests says so; a supply's status is handed on") {
  auto supply = one_condition();
  supply.predicted_tests = Status("needs_cells");
  TableTrial const trial(supply, genes);
  for (std::string const name : {"de-overlap", "de-direction-reach", "de-spearman-sig"})
    CHECK(trial.score(name).status.word() == "needs_cells");
  CHECK(value(trial, "de-nsig") == 3);

  MadeItem const item{{"g1", "g2"}, {0, 0}, {1, 2}, {1, 2}};
  CHECK(item.score("de-recall").status.word() == "needs_cells");
}

TEST_CASE("requests follow compat, single options win over it") {
  auto const request = [](std::string const& metric) {
    auto const needs = made_metric(metric).object->needs();
    REQUIRE(needs.de.size() == 1);
    return needs.de[0];
  };

  DeRequest const ours = request("de-recall");
  CHECK(ours.method == DeMethod::wilcoxon);
  CHECK((ours.epsilon == 1e-9 && !ours.continuity && !ours.cpm && !ours.own_control));
  CHECK(ours.emit == Emit::none);
  DeRequest const first = request("de-overlap k=50 compat=cell-eval-0.8.2");
  CHECK((first.epsilon == 0 && first.continuity && first.own_control && !first.cpm));
  CHECK(first.emit == Emit::tiled);
  CHECK(first == request("de-pr-auc compat=cell-eval-0.8.2"));
  DeRequest const second = request("de-jaccard compat=cell-eval2-0.20.0");
  CHECK((second.cpm && second.min_control_cpm == 5 && !second.continuity && !second.own_control));
  CHECK((second.fold_change == FoldChangeMean::arithmetic && second.emit == Emit::poisson));
  CHECK(request("de-jaccard compat=cell-eval2-0.20.0 values=lognormalised").min_control_cpm == -1);
  CHECK(request("de-jaccard compat=cell-eval-0.8.2 epsilon=1e-9").epsilon == 1e-9);
  CHECK(request("de-jaccard test=t-test reference=other-perturbations") ==
        DeRequest{.method = DeMethod::t_test,
                  .reference = TestReference::rest,
                  .rest_with_control = false});
  CHECK(request("de-jaccard emit=poisson").emit == Emit::poisson);
}

TEST_CASE("options of tests are checked") {
  CHECK_THROWS_WITH(made_metric("de-overlap k=0"), Catch::Contains("at least 1"));
  CHECK_THROWS_WITH(made_metric("de-overlap epsilon=small"), Catch::Contains("auto or a number"));
  CHECK_THROWS_WITH(made_metric("de-recall min-genes=0"), Catch::Contains("at least 1"));
}
