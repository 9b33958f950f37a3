#include "statistics/systematic_variation.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <map>

#include "csv_table.hpp"
#include "shared_data.hpp"

using namespace pertscale;

namespace {

std::vector<Profile> rows_of(Matrix const& matrix) {
  std::vector<Profile> out;
  for (std::size_t r = 0; r < static_cast<std::size_t>(matrix.rows()); ++r)
    out.push_back(row_of(matrix, r));
  return out;
}

Profile profile_of(Vector const& v) { return {v.data(), static_cast<std::size_t>(v.size())}; }

/// Centroids of golden/systema: control first.
struct GoldenCentroids {
  std::vector<std::string> names;
  Matrix values;

  explicit GoldenCentroids(std::filesystem::path const& path) {
    CsvTable const table(path);
    for (std::size_t r = 0; r < table.rows(); ++r) names.push_back(table.at(r, 0));
    values.resize(static_cast<Eigen::Index>(table.rows()),
                  static_cast<Eigen::Index>(table.columns() - 1));
    for (Eigen::Index r = 0; r < values.rows(); ++r)
      for (Eigen::Index g = 0; g < values.cols(); ++g)
        values(r, g) =
            std::stod(table.at(static_cast<std::size_t>(r), static_cast<std::size_t>(g) + 1));
  }
};

}  // namespace

TEST_CASE("three shifts in the plane, by hand") {
  Matrix centroids(3, 2);
  centroids << 4, 1, 1, 5, 1, 1;  // shifts (3, 0), (0, 4), (0, 0)
  Vector const control = Vector::Constant(2, 1);
  Vector const average =
      (centroids.row(0) + centroids.row(1) + centroids.row(2)).transpose() / 3 - control;

  auto const shifts =
      shift_similarity(rows_of(centroids), profile_of(control), profile_of(average));

  CHECK(mean_profile(rows_of(centroids)).isApprox(Eigen::Vector2d(2, 7.0 / 3)));
  CHECK(shifts.norm == std::vector<double>{3, 4, 0});
  CHECK(shifts.cosine[0] == Approx(0.6));  // the average shift is (1, 4/3)
  CHECK(shifts.cosine[1] == Approx(0.8));
  CHECK(std::isnan(shifts.cosine[2]));
  CHECK(shifts.systematic.n == 2);
  CHECK(shifts.systematic.mean == Approx(0.7));
  CHECK(shifts.systematic.sd == Approx(std::sqrt(0.02)));
  CHECK(shifts.systematic.sem == Approx(0.1));
  CHECK(systematic_without(shifts, 1, true).mean == Approx(0.6));
  CHECK(systematic_without(shifts, 1, false).n == 2);
  CHECK(systematic_without(shifts, 2, false).mean == Approx(0.8));
  CHECK(systematic_without(shifts, 10, true).n == 0);
  CHECK(std::isnan(systematic_without(shifts, 10, true).mean));

  Matrix const unit = unit_shifts(rows_of(centroids), profile_of(control));
  Matrix expected(3, 2);
  expected << 1, 0, 0, 1, 0, 0;
  CHECK(unit == expected);
}

TEST_CASE("weights make the mean of cells of the mean of centroids") {
  Matrix centroids(2, 1);
  centroids << 1, 5;
  std::vector<double> const cells{3, 1};
  CHECK(mean_profile(rows_of(centroids), cells)[0] == 2);
}

TEST_CASE("Systema's figures on its own centroids") {
  auto const file = shared_file("golden/systema/centroids.csv.gz");
  if (!file) return;
  GoldenCentroids const golden(*file);
  REQUIRE(golden.names.front() == "ctrl");
  auto const control = row_of(golden.values, 0);
  Matrix const perturbed = golden.values.bottomRows(golden.values.rows() - 1);
  auto const centroids = rows_of(perturbed);

  CsvTable const cells(file->parent_path() / "cells.csv.gz");
  std::map<std::string, double> counted;
  for (std::size_t r = 0; r < cells.rows(); ++r) ++counted[cells.text(r, "condition")];
  std::vector<double> weights;
  for (std::size_t p = 1; p < golden.names.size(); ++p) weights.push_back(counted[golden.names[p]]);

  std::map<std::string, std::vector<double>> cosines, norms;
  CsvTable const table(file->parent_path() / "systematic_variation.csv");
  CsvTable const summary(file->parent_path() / "systematic_variation_summary.csv");
  for (std::string const average : {"mean_of_centroids", "mean_of_cells"}) {
    auto const used =
        average == "mean_of_cells" ? std::span<double const>(weights) : std::span<double const>();
    Vector const mean = mean_profile(centroids, used);
    Vector const a = mean - Eigen::Map<Vector const>(control.data(), mean.size());
    for (std::string const reference : {"avg_ctl", "avg_pert"}) {
      INFO(average << " " << reference);
      auto const base = reference == "avg_ctl" ? control : profile_of(mean);
      auto const shifts = shift_similarity(centroids, base, profile_of(a));
      std::size_t seen = 0;
      for (std::size_t r = 0; r < table.rows(); ++r) {
        if (table.text(r, "average") != average || table.text(r, "reference") != reference)
          continue;
        auto const at =
            std::find(golden.names.begin(), golden.names.end(), table.text(r, "condition"));
        auto const p = static_cast<std::size_t>(at - golden.names.begin()) - 1;
        CHECK(std::fabs(shifts.cosine[p] - table.number(r, "cosine_to_average_shift")) < 1e-10);
        CHECK(std::fabs(shifts.norm[p] - table.number(r, "shift_norm")) < 1e-10);
        ++seen;
      }
      CHECK(seen == centroids.size());
      Matrix const unit = unit_shifts(centroids, base);
      Matrix const all = unit * unit.transpose();
      std::vector<double> upper;
      for (Eigen::Index i = 0; i < all.rows(); ++i)
        for (Eigen::Index j = i + 1; j < all.cols(); ++j) upper.push_back(all(i, j));
      std::map<std::string, MeanSpread> const ours{{"cosine_to_average_shift", shifts.systematic},
                                                   {"pairwise_cosine", mean_spread(upper)},
                                                   {"norm", mean_spread(shifts.norm)}};
      for (std::size_t r = 0; r < summary.rows(); ++r) {
        if (summary.text(r, "average") != average || summary.text(r, "reference") != reference)
          continue;
        auto const& found = ours.at(summary.text(r, "quantity"));
        CHECK(std::fabs(found.mean - summary.number(r, "mean")) < 1e-10);
        CHECK(std::fabs(found.sd - summary.number(r, "sd")) < 1e-10);
        CHECK(std::fabs(found.sem - summary.number(r, "sem")) < 1e-10);
        CHECK(static_cast<double>(found.n) == summary.number(r, "n"));
      }
    }
  }
}
