#include "suite/verdict.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <map>

#include "core/random.hpp"

using namespace pertscale;

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// Verdicts of an error (lower is better) against model 0.
std::vector<Verdict> judge(VerdictRows const& rows, MissingRule missing = MissingRule::common,
                           MetricSide side = {false, 0}, bool whole_split = false) {
  VerdictOptions options;
  options.side = side;
  options.missing = missing;
  options.baselines = {0};
  options.whole_split = whole_split;
  std::map<std::size_t, Bootstrap> kept;
  return verdicts(rows, options, [&](std::size_t units) -> Bootstrap const& {
    return kept.try_emplace(units, units, 500, "test").first->second;
  });
}

/// Ten perturbations, one row each: a baseline of errors 2.0 to 2.9, and what is added to it.
VerdictRows rows_with(std::vector<std::vector<double>> const& added) {
  VerdictRows out;
  out.values.emplace_back();
  for (std::size_t row = 0; row < 10; ++row) {
    out.unit.push_back(row);
    out.values[0].push_back(2 + 0.1 * static_cast<double>(row));
  }
  for (auto const& list : added) {
    out.values.push_back(out.values[0]);
    for (std::size_t row = 0; row < 10; ++row) out.values.back()[row] += list[row];
  }
  return out;
}

std::vector<double> const lower{-.10, -.11, -.12, -.13, -.14, -.15, -.16, -.17, -.18, -.19};
std::vector<double> const mixed{.10, -.11, .12, -.13, .14, -.15, .16, -.17, .18, -.19};

std::vector<double> negated(std::vector<double> list) {
  for (auto& value : list) value = -value;
  return list;
}

}  // namespace

TEST_CASE("better, worse and not distinguishable, by the side of the metric") {
  auto const rows = rows_with({lower, negated(lower), mixed});

  auto const found = judge(rows);
  REQUIRE(found.size() == 3);
  CHECK(found[0].word == "better");
  CHECK(found[1].word == "worse");
  CHECK(found[2].word == "not_distinguishable");
  CHECK(found[0].compared.units == 10);
  CHECK(found[0].compared.difference == Approx(-0.145));
  // all ten of one sign: 2 / 1024, over three models
  CHECK(found[0].compared.signed_rank.two_sided == 2 / 1024.0);
  CHECK(found[0].p_holm == 3 * 2 / 1024.0);
  CHECK(found[0].compared.ci_high < 0);

  auto const correlation = judge(rows, MissingRule::common, {true, 1});
  CHECK(correlation[0].word == "worse");
  CHECK(correlation[1].word == "better");
  CHECK(std::isnan(correlation[0].compared.ratio));
  CHECK(found[0].compared.ratio < 1);
}

TEST_CASE("five perturbations are too few") {
  auto rows = rows_with({lower});
  for (std::size_t row = 5; row < 10; ++row) rows.values[1][row] = none;
  auto const found = judge(rows);
  CHECK(found[0].word == "too_few");
  CHECK(found[0].compared.units == 5);
  CHECK(found[0].omitted == 5);
  CHECK(std::isnan(found[0].p_holm));
}

TEST_CASE("rows of a perturbation are one unit") {
  auto rows = rows_with({lower});
  for (std::size_t row = 0; row < 10; ++row) rows.unit[row] = row / 2;
  CHECK(judge(rows)[0].compared.units == 5);
  CHECK(judge(rows)[0].word == "too_few");
}

TEST_CASE("common: rows that a model lacks count for none; a model without any value keeps none") {
  auto rows = rows_with({lower, lower, lower});
  rows.values[2][3] = none;
  rows.values[3].assign(10, none);
  auto const found = judge(rows);
  CHECK(found[0].compared.units == 9);
  CHECK(found[0].omitted == 0);
  CHECK(found[1].compared.units == 9);
  CHECK(found[1].omitted == 1);
  CHECK(found[2].compared.units == 0);
  CHECK(found[2].word == "too_few");
}

TEST_CASE("missing values as no change and as the worst") {
  auto rows = rows_with({lower, mixed});
  rows.values[1][8] = none;  // the baseline (no change) has 2.8, model 2 the worse 2.98
  auto const as_no_change = judge(rows, MissingRule::no_change);
  CHECK(as_no_change[0].compared.units == 10);
  CHECK(as_no_change[0].compared.difference == Approx((-1.45 + 0.18) / 10));
  auto const as_worst = judge(rows, MissingRule::worst);
  CHECK(as_worst[0].compared.difference == Approx((-1.45 + 0.18 + 0.18) / 10));
  // where no change is missing too, the worst of the others
  rows.values[0][8] = none;
  CHECK(judge(rows, MissingRule::no_change)[1].compared.difference ==
        Approx((-0.05 - 0.18) / 10).margin(1e-12));
}

TEST_CASE("leaving hard perturbations out gains nothing") {
  // better on seven, far worse on three; another model is as bad there
  std::vector<double> hard = lower, bad = mixed;
  for (std::size_t row = 7; row < 10; ++row) hard[row] = bad[row] = 3;
  auto rows = rows_with({hard, bad});
  CHECK(judge(rows)[0].word == "not_distinguishable");

  for (std::size_t row = 7; row < 10; ++row) rows.values[1][row] = none;
  for (auto const rule : {MissingRule::common, MissingRule::no_change, MissingRule::worst}) {
    auto const found = judge(rows, rule);
    CHECK(found[0].omitted == 3);
    CHECK(found[0].word != "better");
  }
  auto const common = judge(rows);
  CHECK(common[0].compared.ci_high < 0);  // on what it predicts it is better
  CHECK(common[0].withheld);
}

TEST_CASE("an omission that does not matter leaves the verdict") {
  auto rows = rows_with({lower, lower});
  rows.values[1][9] = none;
  auto const found = judge(rows);
  CHECK(found[0].word == "better");
  CHECK_FALSE(found[0].withheld);
}

TEST_CASE("headroom: by how much the positive control is better than the baseline") {
  auto rows = rows_with({lower});
  rows.on_half = rows.values;
  rows.positive.assign(10, 1);
  CHECK(judge(rows)[0].headroom == Approx(1.45));
  CHECK(judge(rows, MissingRule::common, {true, 1})[0].headroom == Approx(-1.45));
  rows.positive[0] = none;
  CHECK(judge(rows)[0].headroom == Approx((14.5 - 1) / 9));
  rows.positive.clear();
  CHECK(std::isnan(judge(rows)[0].headroom));
}

TEST_CASE("one value a split has no test") {
  auto const found = judge(rows_with({lower}), MissingRule::common, {false, 0}, true);
  CHECK(found[0].word == "single_value");
  CHECK(found[0].compared.difference == Approx(-0.145));
  CHECK(std::isnan(found[0].compared.ci_low));
  CHECK(std::isnan(found[0].compared.signed_rank.two_sided));
  CHECK(std::isnan(found[0].p_holm));
}

TEST_CASE("every pair but a model with itself, baselines first") {
  auto const rows = rows_with({lower, mixed});
  VerdictOptions options;
  options.baselines = {0, 2};
  Bootstrap const bootstrap(10, 50, "test");
  auto const found =
      verdicts(rows, options, [&](std::size_t) -> Bootstrap const& { return bootstrap; });
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  for (auto const& v : found) pairs.emplace_back(v.baseline, v.model);
  CHECK(pairs == std::vector<std::pair<std::size_t, std::size_t>>{{0, 1}, {0, 2}, {2, 0}, {2, 1}});
}

TEST_CASE("few differences among many perturbations claim no more than an exact test can") {
  // Five of ten differ, all the same way: the normal approximation says 0.043, all signs 1 / 16.
  std::vector<double> few(10, 0.0);
  for (std::size_t row = 0; row < 5; ++row) few[row] = -0.5 - 0.01 * static_cast<double>(row);
  auto const found = judge(rows_with({few}));
  CHECK(found[0].compared.differing == 5);
  CHECK(found[0].compared.signed_rank.two_sided < 0.05);
  CHECK(found[0].p_holm == 0.0625);
  CHECK(found[0].word == "not_distinguishable");
  few[5] = -0.55;
  CHECK(judge(rows_with({few}))[0].word == "better");
}
