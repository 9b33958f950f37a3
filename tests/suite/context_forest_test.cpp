// RANKS 1 3
#include "suite/context_forest.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "core/random.hpp"
#include "suite/made_supply.hpp"

using namespace pertscale;

namespace {

/// The forest of the controls' cells, taken from the file.
LabelForest plain_forest(Made const& made) {
  Values rows;
  std::vector<int> labels;
  for (std::size_t c = 0; c < made.screen.labels.contexts().size(); ++c)
    for (auto const& cell : made.logs(made.screen.control_row(c))) {
      rows.push_back(cell);
      labels.push_back(static_cast<int>(c));
    }
  Matrix cells(static_cast<Eigen::Index>(rows.size()), 7);
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (std::size_t g = 0; g < 7; ++g)
      cells(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(g)) = rows[i][g];
  auto const kinds = static_cast<int>(made.screen.labels.contexts().size());
  return LabelForest(cells, labels, kinds, 30, stream_key("forest/made/1"));
}

}  // namespace

TEST_CASE("contexts are told apart by a forest of the cells that the split trains on") {
  Made const made;
  MetricNeeds needs;
  needs.contexts = true;
  auto const products = made.products(needs);
  auto const forest = plain_forest(made);
  std::set<std::size_t> told;
  for (std::size_t c = 0; c < made.screen.labels.contexts().size(); ++c) {
    auto const scored = made.scored(c);
    auto const supply = make_supply(products, scored, "made/1");
    for (auto const& cell : made.logs(made.screen.control_row(c))) {
      auto const found = supply->context_of(cell, {.most = 0, .trees = 30});
      REQUIRE(found.status.ok());
      CHECK(found.context == forest.label_of(cell));
      told.insert(found.context);
      CHECK(supply->context_of(cell, {.most = 3, .trees = 5}).status.ok());
    }
  }
  CHECK(told.size() > 1);
  CHECK(products.forests->size() == 2);  // one a request, for all contexts and cells
}

TEST_CASE("a prediction's own cells are not what the forest is grown on") {
  Made const made;
  MetricNeeds needs;
  needs.contexts = true;
  CHECK(made.products(needs).cells);
  CHECK_FALSE(made.products(needs, Side::predicted).cells);
}
