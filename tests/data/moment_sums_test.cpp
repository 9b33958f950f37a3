#include "data/moment_sums.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "core/random.hpp"
#include "data/variable_genes.hpp"

using namespace pertscale;

TEST_CASE("moments of a group that can be checked by hand") {
  MomentSums sums({3, 1}, 2, 32);
  for (double const value : {1.0, 2.0, 4.5}) sums.add(0, 0, value);
  sums.add(0, 1, 3.0);
  sums.add(1, 1, 0.25);

  auto const mean = sums.mean({0, sums.groups()}), variance = sums.variance({0, sums.groups()}),
             nonzero = sums.nonzero_fraction({0, sums.groups()});

  CHECK(mean(0, 0) == Approx(2.5).margin(1e-15));
  CHECK(variance(0, 0) == Approx(3.25).margin(1e-12));
  CHECK(mean(0, 1) == Approx(1.0).margin(1e-15));
  CHECK(variance(0, 1) == Approx(3.0).margin(1e-12));
  CHECK(nonzero(0, 1) == Approx(1.0 / 3));
  CHECK(mean(1, 1) == 0.25);
  CHECK(mean(1, 0) == 0);
  CHECK(std::isnan(variance(1, 1)));
}

TEST_CASE("the order of cells changes no bit") {
  std::vector<double> values;
  RandomStream random(5, "cells");
  for (int i = 0; i < 999; ++i)
    values.push_back(std::log1p(static_cast<double>(random.poisson(3)) / 7));
  MomentSums forward({999}, 1, 32), backward({999}, 1, 32);
  for (std::size_t i = 0; i < values.size(); ++i) {
    forward.add(0, 0, values[i]);
    backward.add(0, 0, values[values.size() - 1 - i]);
  }
  CHECK(forward.mean({0, 1})(0, 0) == backward.mean({0, 1})(0, 0));
  CHECK(forward.variance({0, 1})(0, 0) == backward.variance({0, 1})(0, 0));

  double sum = 0, squares = 0;
  for (double const v : values) sum += v;
  for (double const v : values) squares += (v - sum / 999) * (v - sum / 999);
  CHECK(forward.mean({0, 1})(0, 0) == Approx(sum / 999).margin(1e-13));
  CHECK(forward.variance({0, 1})(0, 0) == Approx(squares / 998).margin(1e-11));
}

TEST_CASE("wide sums survive being sent in limbs") {
  DispersionSums sums(2), copy(2);
  for (int i = 0; i < 1000; ++i) sums.add(0, 123456.789);
  sums.add(1, 0.5);
  copy.from_limbs(sums.limbs());
  CHECK(copy.sum(0) == sums.sum(0));
  CHECK(copy.square_sum(0) == sums.square_sum(0));
  CHECK(sums.sum(0) == Approx(123456789.0).epsilon(1e-12));
  CHECK(sums.square_sum(1) == 0.25);
}
