// RANKS 1 3
#include "suite/score_supply.hpp"

#include <catch2/catch.hpp>
#include <cstring>

#include "core/error.hpp"
#include "statistics/multiple_testing.hpp"
#include "suite/made_supply.hpp"

namespace pertscale {
namespace {

DeRequest ranks_per_million() {
  DeRequest request;
  request.method = DeMethod::wilcoxon;
  request.cpm = true;
  request.fold_change = FoldChangeMean::arithmetic;
  request.min_control_cpm = 140000;  // some of seven genes pass
  return request;
}

bool same_bits(Profile a, Profile b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

TEST_CASE("tests of measured cells are those of a plain comparison of pairs") {
  Made const made;
  auto const products = made.products({{ranks_per_million()}, {}, false, false});
  auto const scored = made.scored();
  auto const supply = make_supply(products, scored, "made/1");
  auto const control = made.logs(made.screen.control_row(0), true);
  std::size_t gated = 0;
  for (std::size_t item = 0; item < scored.panel().size(); ++item) {
    auto const cells = made.logs(scored.rows()[item], true);
    auto const found = supply->de(Side::measured, item, ranks_per_million());
    REQUIRE(found.status.ok());
    std::vector<double> gate;
    for (std::size_t gene = 0; gene < 7; ++gene) {
      auto const a = column(cells, gene), b = column(control, gene);
      auto const [z, p] = plain_ranks(a, b);
      CHECK(found.score[gene] == Approx(z).epsilon(1e-12).margin(1e-13));
      CHECK(found.pvalue[gene] == Approx(p).epsilon(1e-11));
      CHECK(found.log2fc[gene] ==
            Approx(std::log2((naturals(a) + 1e-9) / (naturals(b) + 1e-9))).epsilon(1e-11));
      gate.push_back(naturals(b) > 140000 ? found.pvalue[gene] : std::nan(""));
      gated += std::isnan(gate.back());
    }
    auto const adjusted = benjamini_hochberg(gate);
    CHECK(same_bits(found.padj, adjusted));
  }
  CHECK(gated > 0);
  CHECK(gated < 7 * scored.panel().size());
}

TEST_CASE("the rest without control holds the other perturbations only") {
  Made const made;
  DeRequest ranks, moments;
  ranks.method = DeMethod::wilcoxon;
  ranks.reference = moments.reference = TestReference::rest;
  ranks.rest_with_control = moments.rest_with_control = false;
  auto const products = made.products({{ranks, moments}, {}, false, false});
  auto const scored = made.scored(1);
  auto const supply = make_supply(products, scored, "made/1");
  for (std::size_t item = 0; item < scored.panel().size(); ++item) {
    Values rest;
    for (auto const row : scored.rows())
      if (row != scored.rows()[item])
        for (auto const& cell : made.logs(row)) rest.push_back(cell);
    auto const cells = made.logs(scored.rows()[item]);
    auto const found = supply->de(Side::measured, item, ranks);
    auto const welch = supply->de(Side::measured, item, moments);
    for (std::size_t gene = 0; gene < 7; ++gene) {
      auto const a = column(cells, gene), b = column(rest, gene);
      CHECK(found.score[gene] == Approx(plain_ranks(a, b).first).epsilon(1e-12).margin(1e-13));
      double const change =
          std::log2((std::expm1(mean_of(a)) + 1e-9) / (std::expm1(mean_of(b)) + 1e-9));
      CHECK(found.log2fc[gene] == Approx(change).epsilon(1e-9).margin(1e-12));
      CHECK(welch.log2fc[gene] == Approx(change).epsilon(1e-9).margin(1e-12));
    }
  }
}

TEST_CASE("products have the same bits on one rank and on all") {
  Made const made;
  TemporaryFolder const own;
  DeRequest welch;
  for (auto const& request : {ranks_per_million(), welch}) {
    auto const all =
        de_product({made.dataset, made.screen, made.genes}, request, made.comm, made.folder, {});
    auto const one = de_product({made.dataset, made.screen, made.genes}, request,
                                Communicator::self(), own.path(), {});
    for (auto const& table :
         {&DeProduct::score, &DeProduct::log2fc, &DeProduct::pvalue, &DeProduct::padj})
      for (std::size_t row = 0; row < (all.*table).rows(); ++row)
        CHECK(same_bits((all.*table).row(row), (one.*table).row(row)));
  }
}

TEST_CASE("cells, counts and halves are those of the file") {
  Made const made;
  CellRequest expression, counts, few;
  counts.values = CellRequest::Values::counts;
  few.most = 3;
  auto const products = made.products({{}, {expression, counts, few}, true, true});
  auto const scored = made.scored();
  auto const supply = make_supply(products, scored, "made/1");
  std::vector<std::size_t> items{ScoreSupply::control_item};
  for (auto const& item : scored.panel()) items.push_back(item.place);
  auto const groups = half_groups(made.dataset, 0);
  for (auto const item : items) {
    std::size_t const row =
        item == ScoreSupply::control_item ? made.screen.control_row(0) : scored.rows()[item];
    auto const logs = made.logs(row), raw = made.counts(row);
    auto const cells = supply->cells(Side::measured, item, expression).values;
    auto const numbers = supply->cells(Side::measured, item, counts).values;
    auto const sums = supply->counts(Side::measured, item);
    REQUIRE(cells.rows() == static_cast<Eigen::Index>(logs.size()));
    double total = 0;
    for (std::size_t gene = 0; gene < 7; ++gene) {
      double sum = 0;
      for (std::size_t cell = 0; cell < logs.size(); ++cell) {
        auto const at = static_cast<Eigen::Index>(cell), g = static_cast<Eigen::Index>(gene);
        CHECK(cells(at, g) == Approx(logs[cell][gene]).epsilon(1e-15));
        CHECK(numbers(at, g) == raw[cell][gene]);
        sum += raw[cell][gene];
      }
      CHECK(sums.sums[gene] == sum);
      total += sum;
    }
    CHECK(sums.total == total);
    CHECK(sums.cells == static_cast<std::int64_t>(raw.size()));
    auto const sample = supply->cells(Side::measured, item, few).values;
    CHECK(sample.rows() == std::min<Eigen::Index>(3, cells.rows()));
    auto const half = supply->half(item, 1);
    if (raw.size() < 2) {
      CHECK(half.status.word() == "too_few_cells");
      continue;
    }
    std::vector<double> mean(7, 0);
    std::int64_t count = 0;
    for (std::size_t cell = 0, own = 0; cell < made.dataset.row_of_cell.size(); ++cell) {
      if (made.dataset.row_of_cell[cell] != static_cast<std::int32_t>(row)) continue;
      auto const& group = groups.groups[static_cast<std::size_t>(groups.group_of_cell[cell])];
      if (group.member == 1) {
        for (std::size_t gene = 0; gene < 7; ++gene) mean[gene] += logs[own][gene];
        ++count;
      }
      ++own;
    }
    CHECK(half.cells == count);
    for (std::size_t gene = 0; gene < 7; ++gene)
      CHECK(half.values[gene] == Approx(mean[gene] / static_cast<double>(count)).epsilon(1e-9));
  }
}

TEST_CASE("a prediction of means has cells only as it is told; tiled ones are all its mean") {
  Made const made;
  DeRequest ranks, without, control;
  ranks.method = DeMethod::wilcoxon;
  ranks.emit = Emit::tiled;
  without.method = DeMethod::wilcoxon;
  control.control_variance = true;
  CellRequest tiled, none;
  tiled.emit = Emit::tiled;
  auto const products = made.products({{ranks, without, control}, {tiled, none}, true, false});
  auto const scored = made.scored();
  auto const supply = make_supply(products, scored, "made/1");

  CHECK(supply->cells(Side::predicted, 0, none).status.word() == "needs_cells");
  CHECK(supply->de(Side::predicted, 0, without).status.word() == "needs_cells");
  CHECK(supply->counts(Side::predicted, 0).status.word() == "needs_counts");
  CHECK(supply->predicted_control().status.word() == "needs_cells");
  auto const reference = made.logs(made.screen.control_row(0));
  auto const& item = scored.panel()[1];
  auto const cells = supply->cells(Side::predicted, 1, tiled).values;
  REQUIRE(cells.rows() == item.observed_cells);
  auto const found = supply->de(Side::predicted, 1, ranks);
  auto const variance = supply->de(Side::predicted, 1, control);
  for (std::size_t gene = 0; gene < 7; ++gene) {
    CHECK((cells.col(static_cast<Eigen::Index>(gene)).array() == item.predicted[gene]).all());
    std::vector<double> const same(static_cast<std::size_t>(item.observed_cells),
                                   item.predicted[gene]);
    auto const [z, p] = plain_ranks(same, column(reference, gene));
    CHECK(found.score[gene] == Approx(z).epsilon(1e-12).margin(1e-13));
    CHECK(found.pvalue[gene] == Approx(p).epsilon(1e-11));
    auto const& context = scored.context();
    double const n1 = static_cast<double>(item.observed_cells),
                 n0 = static_cast<double>(context.control_cells);
    double const t = (item.predicted[gene] - context.control[gene]) /
                     std::sqrt(context.control_variance[gene] * (1 / n1 + 1 / n0));
    CHECK(variance.score[gene] == Approx(t).epsilon(1e-12));
    CHECK(variance.pvalue[gene] == student_two_sided(variance.score[gene], n1 + n0 - 2));
  }
}

TEST_CASE("a prediction that is the measured screen gives the measured tests and cells") {
  Made const made;
  DeRequest welch, ranks = ranks_per_million();
  welch.own_control = ranks.own_control = true;
  CellRequest points;
  points.values = CellRequest::Values::components;
  points.components = 3;
  MetricNeeds const needs{{welch, ranks}, {points}, true, false};
  auto const products = made.products(needs);
  auto const own = made.products(needs, Side::predicted);
  PredictedSide side{&own, {0, 1, 2, 3, 4, 5, 6}, {}, true};
  for (std::size_t row = 0; row < made.screen.labels.rows().size(); ++row)
    side.row_of.push_back(static_cast<std::ptrdiff_t>(row));
  auto const scored = made.scored();
  auto const supply = make_supply(products, scored, "made/1", &side);

  for (auto const& request : {welch, ranks})
    for (std::size_t item = 0; item < scored.panel().size(); ++item) {
      auto const a = supply->de(Side::measured, item, request);
      auto const b = supply->de(Side::predicted, item, request);
      REQUIRE(b.status.ok());
      CHECK(same_bits(a.score, b.score));
      CHECK(same_bits(a.log2fc, b.log2fc));
      CHECK(same_bits(a.pvalue, b.pvalue));
      CHECK(same_bits(a.padj, b.padj));
    }
  CHECK(supply->cells(Side::measured, 1, points).values ==
        supply->cells(Side::predicted, 1, points).values);
  CHECK(supply->counts(Side::predicted, 1).total == supply->counts(Side::measured, 1).total);
  CHECK(same_bits(supply->predicted_control().values, scored.context().control));

  side.column_of_gene[3] = -1;
  auto const lacking = make_supply(products, scored, "made/1", &side);
  auto const found = lacking->de(Side::predicted, 1, welch);
  CHECK(found.log2fc[3] == 0);
  CHECK(found.pvalue[3] == 1);
  CHECK(found.pvalue[2] == supply->de(Side::measured, 1, welch).pvalue[2]);
}

TEST_CASE("what was not prepared is a mistake of the metric, and memory is refused in a sentence") {
  Made const made;
  CellRequest const expression;
  auto products = made.products({{}, {expression}, false, false});
  products.memory = 100;
  auto const scored = made.scored();
  auto const supply = make_supply(products, scored, "made/1");
  CHECK_THROWS_AS(supply->de(Side::measured, 0, {}), InternalError);
  CHECK_THROWS_WITH(supply->cells(Side::measured, 0, expression),
                    Catch::Contains("--memory-per-rank"));
  CHECK(supply->half(0, 0).status.word() == "needs_cells");
}

}  // namespace
}  // namespace pertscale
