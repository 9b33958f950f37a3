#include "statistics/cumulative_removal.hpp"

#include <catch2/catch.hpp>
#include <cmath>

using namespace pertscale;

TEST_CASE("removal of the most systematic perturbations by hand") {
  std::vector<double> const cosine{0.2, -0.5, 0.8, std::nan("")}, score{0.4, 0.1, 0.9, 1};

  auto const steps = cumulative_removal(cosine, score);

  REQUIRE(steps.size() == 3);
  CHECK(steps[0].removed == 0);
  CHECK(steps[0].cosine == Approx(0.5 / 3));
  CHECK(steps[0].score == Approx(1.4 / 3));
  CHECK(steps[1].score == Approx(0.25));
  CHECK(steps[2].removed == 2);
  CHECK(steps[2].cosine == -0.5);
  CHECK(steps[2].score == 0.1);
}

TEST_CASE("removal stops before nothing is left") {
  std::vector<double> const cosine{0.2, 0.3}, score{1, 2};
  auto const steps = cumulative_removal(cosine, score);
  REQUIRE(steps.size() == 2);
  CHECK(steps[1].score == 1);
  CHECK(cumulative_removal({}, {}).empty());
}
