#include "statistics/group_distances.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "core/error.hpp"
#include "statistics/random_points.hpp"

using namespace pertscale;

namespace {

StackedGroups made_groups() {
  StackedGroups out{normals(3 + 40 + 1 + 12, 5, 1), {0, 3, 43, 44, 56}};
  out.points.middleRows(43, 1).array() += 4;
  return out;
}

Matrix cells(StackedGroups const& stack, std::size_t group) {
  return stack.points.middleRows(stack.starts[group], stack.cells(group));
}

}  // namespace

TEST_CASE("distances of many groups at once equal those of two at a time") {
  auto const stack = made_groups();
  Matrix const all = mean_distances(stack, {0, 4}, {0, 4}),
               some = mean_distances(stack, {1, 3}, {2, 4});
  for (std::size_t g = 0; g < 4; ++g)
    for (std::size_t h = 0; h < 4; ++h) {
      double const expected =
          mean_distance(cells(stack, g), cells(stack, h), PointMetric::euclidean);
      auto const i = static_cast<Eigen::Index>(g), j = static_cast<Eigen::Index>(h);
      if (g == h)
        CHECK(all(i, j) ==
              Approx(mean_distance_within(cells(stack, g), PointMetric::euclidean)).margin(1e-12));
      else
        CHECK(all(i, j) == Approx(expected).epsilon(1e-12));
      if (g >= 1 && g < 3 && h >= 2)
        CHECK(some(i - 1, j - 2) == Approx(all(i, j)).epsilon(1e-12).margin(1e-12));
    }
}

TEST_CASE("squared energies of many groups from moments equal those of two at a time") {
  auto const stack = made_groups();
  for (bool const corrected : {false, true}) {
    EnergyForm const form{PointMetric::sqeuclidean, corrected, 0.5};
    std::vector<GroupTerms> terms;
    for (std::size_t g = 0; g < 4; ++g) terms.push_back(group_terms(cells(stack, g), form));
    Matrix const out = squared_energies(terms, {0, 4}, {1, 4}, form);
    for (std::size_t g = 0; g < 4; ++g)
      for (std::size_t h = 1; h < 4; ++h) {
        double const expected = energy_distance(terms[g], terms[h], form);
        double const found = out(static_cast<Eigen::Index>(g), static_cast<Eigen::Index>(h - 1));
        CHECK(std::isnan(found) == std::isnan(expected));
        if (!std::isnan(expected)) CHECK(found == Approx(expected).epsilon(1e-11).margin(1e-11));
      }
  }
  CHECK_THROWS_AS(squared_energies({{}}, {0, 0}, {0, 0}, {PointMetric::euclidean}), InternalError);
}
