#include <catch2/catch.hpp>

#include "model/made_training.hpp"

using namespace pertscale;

namespace {

GeneTable const genes({"g1", "g2"});

/// Mean by conditions (4, 2), by cells (5, 3).
TrainingView training() {
  Matrix profiles(3, 2);
  profiles << 1, 0, 4, 0, 7, 6;
  return made_training(genes, {"A+ctrl", "A+B", "B+ctrl"}, profiles, Vector{{2, 2}});
}

}  // namespace

TEST_CASE("matching-mean averages the singles, the mean standing in for a gene not seen") {
  auto const prediction = predicted("matching-mean", training(), {"A+B", "A+C", "D+C"});

  CHECK(prediction.mean.row(0).isApprox(Vector{{4, 3}}.transpose(), 1e-15));
  CHECK(prediction.mean.row(1).isApprox(Vector{{2.5, 1}}.transpose(), 1e-15));
  CHECK(prediction.mean.row(2).isApprox(Vector{{4, 2}}.transpose(), 1e-15));
}

TEST_CASE("matching-mean with Systema's weights") {
  auto const prediction = predicted("matching-mean weight=cells", training(), {"A+C", "C+ctrl"});

  CHECK(prediction.mean.row(0).isApprox(Vector{{3, 1.5}}.transpose(), 1e-15));
  CHECK(prediction.mean.row(1).isApprox(Vector{{5, 3}}.transpose(), 1e-15));
}

TEST_CASE("matching-mean is perturbed-mean to the last bit where no gene was seen") {
  auto const table = lettered_genes(50);
  auto const view = made_training(table, {"A", "B", "C+D", "E", "F", "G", "H"},
                                  made_profiles(7, 50, 3, 0.3), Vector::Ones(50));
  std::vector<std::string> const unseen{"X+ctrl", "X+Y", "X+Y+Z"};
  for (std::string const weight : {"conditions", "cells"})
    CHECK(predicted("matching-mean weight=" + weight, view, unseen).mean ==
          predicted("perturbed-mean weight=" + weight, view, unseen).mean);
}
