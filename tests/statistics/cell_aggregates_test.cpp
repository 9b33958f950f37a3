#include "statistics/cell_aggregates.hpp"

#include <catch2/catch.hpp>
#include <cmath>

using namespace pertscale;

namespace {

using Values = std::vector<double>;

Matrix cells() {
  Matrix out(4, 2);
  out << 0, 1, 2, 1, 4, 1, 2, 1;
  return out;
}

}  // namespace

TEST_CASE("log changes of means by hand") {
  auto const changes = log_mean_changes(Values{0.3, 0, -0.2}, Values{0.1, 0.7, 1});
  CHECK(changes[0] == Approx(1));
  CHECK(changes[1] == Approx(-3));
  CHECK(std::isnan(changes[2]));
}

TEST_CASE("variation by hand") {
  // mean 2, squares 4 + 0 + 4 + 0 over 4 cells: sd sqrt 2
  CHECK(variation(cells())[0] == Approx(std::sqrt(2) / 2));
  CHECK(variation(cells())[1] == 0);
  CHECK(variation(Values{2, 0}, Values{8.0 / 3, 1}, 4)[0] == Approx(std::sqrt(2) / 2));
  CHECK(variation(Values{2, 0}, Values{8.0 / 3, 1}, 4)[1] == 0);
}

TEST_CASE("signed logarithms of p by hand") {
  double const infinite = std::numeric_limits<double>::infinity();
  Values const score{2, -1, infinite, 0, std::nan("")}, p{0.1, 0.5, 0, 1, 1};
  auto const values = signed_log_p(score, p);
  CHECK(values[0] == Approx(std::log(10)));
  CHECK(values[1] == Approx(std::log(0.5)));
  CHECK(values[2] == 0);
  CHECK(values[3] == 0);
  CHECK(std::isnan(values[4]));
  CHECK(signed_log_p_2024(score, p)[2] == Approx(24 * std::log(10)));
  CHECK(signed_log_p_2024(Values{1}, Values{0})[0] == Approx(24 * std::log(10)));
}

TEST_CASE("cells scaled by all cells, added in parts") {
  CellScale scale;
  scale.add(cells().topRows(1));
  scale.add(cells().bottomRows(3));
  CHECK(scale.enough());
  // mean 2, unbiased sd sqrt(8 / 3); the second gene does not vary
  auto const mean = scale.mean(cells().topRows(2));
  CHECK(mean[0] == Approx(-1 / std::sqrt(8.0 / 3)));
  CHECK(mean[1] == 0);
  Matrix far(1, 2);
  far << 1000, 0;
  CHECK(scale.mean(far)[0] == 10);
}
