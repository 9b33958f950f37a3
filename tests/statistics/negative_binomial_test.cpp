#include "statistics/negative_binomial.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "dense_cells.hpp"
#include "shared_data.hpp"
#include "statistics/golden_cells.hpp"
#include "statistics/mean_distances.hpp"

using namespace pertscale;

namespace {

/// Oracle: log P(x) with gamma functions, theta = 1 / a.
double plain(double mean, double a, double x) {
  double const theta = 1 / a;
  return std::lgamma(x + theta) - std::lgamma(theta) - std::lgamma(x + 1) +
         theta * std::log(theta / (theta + mean)) + x * std::log(mean / (theta + mean));
}

double plain_mean(double mean, double a, std::vector<double> const& counts) {
  double sum = 0;
  for (double const x : counts) sum += plain(mean, a, x);
  return sum / static_cast<double>(counts.size());
}

}  // namespace

TEST_CASE("likelihood of counts by hand: geometric and Poisson") {
  // dispersion 1 is the geometric distribution: P(x) = 1 / 3 (2 / 3)^x for mean 2
  std::vector<double> const counts{0, 3};
  CHECK(mean_log_likelihood({2, 1}, counts) ==
        Approx(std::log(1.0 / 3) + 1.5 * std::log(2.0 / 3)).epsilon(1e-14));
  CHECK(mean_log_likelihood({2, 0}, counts) ==
        Approx((-2 - 2 + 3 * std::log(2) - std::log(6)) / 2).epsilon(1e-14));
  CHECK(mean_log_likelihood({2, 1e-9}, counts) ==
        Approx(mean_log_likelihood({2, 0}, counts)).epsilon(1e-8));
  CHECK(mean_log_likelihood({0, 0}, counts) ==
        Approx((3 * std::log(1e-8) - std::log(6)) / 2).epsilon(1e-7));
}

TEST_CASE("the dispersion is where the likelihood is largest") {
  std::vector<std::vector<double>> const genes{{0, 0, 1, 3, 0, 9},
                                               {0, 0, 0, 0, 0, 0, 0, 2},
                                               {120, 340, 95, 801, 222},
                                               {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5}};
  for (auto const& counts : genes) {
    auto const fitted = fit_negative_binomial(counts);
    double const best = plain_mean(fitted.mean, fitted.dispersion, counts);
    CHECK(mean_log_likelihood(fitted, counts) == Approx(best).epsilon(1e-10));
    for (double const factor : {0.98, 1.02}) {
      CHECK(plain_mean(fitted.mean, fitted.dispersion * factor, counts) < best);
      CHECK(plain_mean(fitted.mean * factor, fitted.dispersion, counts) < best);
    }
  }
  // of 0 and 2 in turn the variance is the mean, 1: Poisson; one count more and it is above
  std::vector<double> const even{0, 2, 0, 2};
  CHECK(fit_negative_binomial(even).dispersion == 0);
  CHECK(fit_negative_binomial(std::vector<double>{0, 2, 0, 3}).dispersion > 0);
}

TEST_CASE("surprise of groups: genes that are skipped, empty genes, values that are no counts") {
  Matrix fitted(4, 3), judged(2, 3);
  fitted << 0, 1, 0, 0, 1, 0, 1, 1, 0, 7, 1, 0;
  judged << 0, 1, 0, 2, 3, 0;
  std::vector<double> const first{0, 0, 1, 7}, of{0, 2};
  double const one = -mean_log_likelihood(fit_negative_binomial(first), of);
  double const poisson = (1 + 1 + std::log(6)) / 2;  // of 1 and 3, mean 1

  CHECK(count_surprise(fitted, judged, Underdispersed::skip) == Approx(one / 2).epsilon(1e-12));
  CHECK(count_surprise(fitted, judged, Underdispersed::poisson) ==
        Approx((one + poisson) / 3).epsilon(1e-8));
  CHECK(std::isnan(
      count_surprise(fitted.middleCols(1, 1), judged.middleCols(1, 1), Underdispersed::skip)));
  judged(0, 2) = 30;
  CHECK(std::isnan(count_surprise(fitted, judged, Underdispersed::skip)));  // two of three
  CHECK(std::isnan(count_surprise(fitted.topRows(0), judged, Underdispersed::skip)));
  judged(0, 2) = 0.5;
  CHECK(std::isnan(count_surprise(fitted, judged, Underdispersed::poisson)));
}

TEST_CASE("pertpy: nb_ll of the counts of 40 genes") {
  auto const file = shared_file("golden/distances/cells.csv.gz");
  auto const screen = shared_file("data/papalexi-counts.h5ad");
  if (!file || !screen) return;
  DenseCells const counts(screen->string());
  CsvTable const genes(file->parent_path() / "pertpy_nb_ll_genes.csv");
  std::vector<std::string> names;
  for (std::size_t r = 0; r < genes.rows(); ++r) names.push_back(genes.text(r, "gene"));
  auto const points =
      golden_rows(CsvTable(*file), counts.values(Eigen::all, counts.columns(names)));
  CsvTable const table(file->parent_path() / "pertpy_to_control_genes.csv");
  Matrix const& control = points.at("non-targeting");
  std::size_t seen = 0, skipped = 0;
  for (std::size_t r = 0; r < table.rows(); ++r) {
    auto const& condition = table.text(r, "condition");
    double const expected = table.number(r, "nb_ll_top40");
    if (condition == "non-targeting" || std::isnan(expected)) continue;
    INFO(condition);
    auto const& cells = points.at(condition);
    CHECK(pertpy_distance("nb_ll")->of(cells, control).value == Approx(expected).epsilon(1e-6));
    // where a gene has no maximum above Poisson, its optimiser leaves the domain: the gene is out
    bool const fits = std::fabs(count_surprise(cells, control, Underdispersed::poisson) -
                                expected) <= 1e-6 * expected;
    skipped += fits ? 0 : 1;
    ++seen;
  }
  CHECK(seen == 6);
  CHECK(skipped == 3);
}
