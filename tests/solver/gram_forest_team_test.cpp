// RANKS 1 2 3
#include <catch2/catch.hpp>

#include "parallel/communicator.hpp"
#include "solver/gram_forest.hpp"
#include "solver/team_linear_algebra.hpp"

using namespace pertscale;

TEST_CASE("a forest has the same bits by any number of ranks") {
  RandomStream random(1, "team");
  RowMatrix features(150, 6), outputs(150, 9);
  for (auto& x : features.reshaped()) x = random.normal();
  for (auto& y : outputs.reshaped()) y = random.normal();
  std::vector<double> const weights(150, 2);
  ForestOptions options;
  options.trees = 7;
  auto const forest_by = [&](LinearAlgebra const& algebra) {
    auto const gram = centred_gram(outputs, weights, algebra);
    GramForest const forest(features, gram, weights, 9, options, algebra);
    return std::pair{gram, forest.row_weights(features)};
  };

  auto const alone = forest_by(own_linear_algebra());
  auto const together = forest_by(TeamLinearAlgebra(Communicator::world()));

  CHECK(together.first == alone.first);
  CHECK(together.second == alone.second);
}
