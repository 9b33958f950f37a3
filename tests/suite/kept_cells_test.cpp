// RANKS 1 2
// What is kept of cells from one metric, or block, to the next changes no value.
#include "suite/kept_cells.hpp"

#include <catch2/catch.hpp>

#include "metric/made_items.hpp"
#include "suite/made_supply.hpp"

using namespace pertscale;

TEST_CASE("cells are made once, as many as fit, and none that failed") {
  KeptCells kept(6 * sizeof(double));
  int made = 0;
  auto const ask = [&](std::size_t item, Eigen::Index rows, Status const& status = {}) {
    return kept.cells(Side::measured, item, {}, [&] {
      ++made;
      return SuppliedCells{status, Matrix::Constant(rows, 2, static_cast<double>(item))};
    });
  };

  CHECK(ask(1, 2).values == Matrix::Constant(2, 2, 1));
  CHECK(ask(1, 2).values == Matrix::Constant(2, 2, 1));
  CHECK(made == 1);
  CHECK(ask(2, 2).values == Matrix::Constant(2, 2, 2));  // 4 + 4 values do not fit
  CHECK(ask(2, 2).values == Matrix::Constant(2, 2, 2));
  CHECK(made == 3);
  CHECK(ask(3, 1, Status("needs_counts")).status == Status("needs_counts"));
  CHECK(ask(3, 1, Status("needs_counts")).status == Status("needs_counts"));
  CHECK(made == 5);
  CHECK(ask(4, 1).values == Matrix::Constant(1, 2, 4));  // this one does
  CHECK(ask(4, 1).values == Matrix::Constant(1, 2, 4));
  CHECK(made == 6);
  CHECK(kept.used() == 6 * sizeof(double));
}

TEST_CASE("sampling errors that are kept give the same scores, block by block") {
  Made const made;
  for (std::string const text : {"bulk-mse-capped space=counts emit=poisson",
                                 "bulk-mse-unbiased space=means emit=control-shift"}) {
    auto const metric = made_metric(text);
    auto const products = made.products(metric.object->needs());
    ScoredContext scored = made.scored();
    auto const all = scored.predicted(0, scored.panel().size());
    auto const score = [&](KeptNumbers* numbers, std::vector<ScoreItem> const& items) {
      auto const supply = make_supply(products, scored, "made/1", nullptr, numbers);
      scored.set_supply(supply.get());
      return metric.object->score(scored.context(), items);
    };
    products.numbers->clear();
    auto const plain = score(nullptr, all);
    REQUIRE(plain.at(0).status.ok());
    KeptNumbers numbers;
    auto const first = score(&numbers, {all[0]});
    REQUIRE_FALSE(numbers.empty());
    auto const again = score(&numbers, all);  // some are kept, measured ones all
    for (std::size_t i = 0; i < all.size(); ++i) CHECK(again[i].value == plain[i].value);
    CHECK(first[0].value == plain[0].value);
    // what is kept is what is read
    for (auto& [key, number] : numbers) number = 0;
    CHECK(score(&numbers, all)[0].value != plain[0].value);
  }
}
