#include "statistics/cell_emission.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "core/random.hpp"

using namespace pertscale;

namespace {

struct Moments {
  double mean = 0, variance = 0;

  explicit Moments(Eigen::VectorXd const& values) : mean(values.mean()) {
    variance = (values.array() - mean).square().sum() / static_cast<double>(values.size() - 1);
  }
};

}  // namespace

TEST_CASE("forms of emission by name") {
  for (auto const& name : emit_names()) CHECK(emit_name(*emit_form(name)) == name);
  CHECK(emit_names().size() == 5);
  CHECK_FALSE(emit_form("control_shift"));
}

TEST_CASE("tiled cells are the prediction, whatever its sign") {
  std::vector<double> const predicted{1.5, -0.25, 0};
  Matrix const cells = emit_cells(Emit::tiled, {.predicted = predicted, .cells = 3, .seed = 1});
  REQUIRE(cells.rows() == 3);
  for (Eigen::Index i = 0; i < 3; ++i)
    for (Eigen::Index g = 0; g < 3; ++g) CHECK(cells(i, g) == predicted[static_cast<size_t>(g)]);
}

TEST_CASE("shifted control cells, by hand") {
  std::vector<double> const predicted{2, 0.5}, control{1, 1};
  Matrix drawn(2, 2);
  drawn << 0, 0.25, 3, 2;
  EmissionInput input{.predicted = predicted,
                      .cells = 2,
                      .seed = 1,
                      .control_mean = control,
                      .drawn_controls = &drawn};

  Matrix const cells = emit_cells(Emit::control_shift, input);
  input.non_negative = false;
  Matrix const latent = emit_cells(Emit::control_shift, input);

  Matrix expected(2, 2);
  expected << 1, 0, 4, 1.5;
  CHECK(cells == expected);
  CHECK(latent(0, 1) == -0.25);
}

TEST_CASE("normal cells have the prediction's mean and the control's variance") {
  std::vector<double> const predicted{10, 0, 3}, variance{4, 1, 0};
  EmissionInput input{
      .predicted = predicted, .cells = 20000, .seed = 7, .control_variance = variance};

  Matrix const cells = emit_cells(Emit::gaussian, input);

  Moments const high(cells.col(0)), cut(cells.col(1));
  CHECK(std::fabs(high.mean - 10) < 4 * 2 / std::sqrt(20000.0));
  CHECK(high.variance == Approx(4).epsilon(4 * std::sqrt(2 / 20000.0)));
  CHECK(cells.minCoeff() == 0);
  CHECK(cut.mean == Approx(1 / std::sqrt(2 * 3.14159265358979)).epsilon(0.04));  // of max(z, 0)
  CHECK((cells.col(2).array() == 3).all());
  input.non_negative = false;
  CHECK(std::fabs(Moments(emit_cells(Emit::gaussian, input).col(1)).mean) < 4 / std::sqrt(20000.0));
}

TEST_CASE("Poisson cells have the prediction's counts at the drawn totals") {
  std::vector<double> const predicted{std::log1p(20.0), std::log1p(4000.0), -1};
  std::vector<double> totals(20000, 5000);
  totals[3] = 0;
  EmissionInput input{.predicted = predicted,
                      .cells = 20000,
                      .seed = 9,
                      .drawn_totals = totals,
                      .target = 1e4,
                      .as_counts = true};

  Matrix const counts = emit_cells(Emit::poisson, input);
  input.as_counts = false;
  Matrix const logs = emit_cells(Emit::poisson, input);

  for (auto const& [gene, mean] : {std::pair{0, 10.0}, std::pair{1, 2000.0}}) {
    Eigen::VectorXd column(counts.rows() - 1);
    column << counts.col(gene).head(3), counts.col(gene).tail(counts.rows() - 4);
    Moments const moments(column);
    CHECK(std::fabs(moments.mean - mean) < 4 * std::sqrt(mean / 20000));
    CHECK(moments.variance == Approx(mean).epsilon(0.05));
  }
  CHECK((counts.col(2).array() == 0).all());
  CHECK((counts.row(3).array() == 0).all());
  CHECK((logs.row(3).array() == 0).all());
  CHECK(logs(0, 0) == std::log1p(counts(0, 0) * 1e4 / 5000));
}

TEST_CASE("a value depends on seed, cell and gene, not on what is made beside it") {
  std::vector<double> const predicted{1, 2, 3}, variance{1, 1, 1}, totals{900, 800, 700, 600};
  for (auto const form : {Emit::gaussian, Emit::poisson}) {
    EmissionInput input{.predicted = predicted,
                        .cells = 4,
                        .seed = 3,
                        .control_variance = variance,
                        .drawn_totals = totals};
    Matrix const all = emit_cells(form, input);
    input.cells = 2;
    input.predicted = input.predicted.first(2);
    input.control_variance = input.control_variance.first(2);
    input.drawn_totals = input.drawn_totals.first(2);
    Matrix const some = emit_cells(form, input);
    input.seed = 4;
    CHECK(some == all.topLeftCorner(2, 2));
    CHECK(emit_cells(form, input) != some);
  }
}

TEST_CASE("drawn controls: with replacement, even, the same for any number") {
  auto const many = control_draws(30000, 3, 11), few = control_draws(5, 3, 11);
  std::vector<double> seen(3);
  for (auto const draw : many) ++seen.at(draw);
  for (double const count : seen) CHECK(std::fabs(count - 10000) < 4 * std::sqrt(30000 * 2 / 9.0));
  CHECK(std::equal(few.begin(), few.end(), many.begin()));
  CHECK(control_draws(0, 3, 11).empty());
  CHECK_THROWS_AS(control_draws(1, 0, 11), InternalError);
}

TEST_CASE("what a form reads must be there") {
  std::vector<double> const predicted{1};
  EmissionInput const input{.predicted = predicted, .cells = 2, .seed = 1};
  for (auto const form : {Emit::none, Emit::control_shift, Emit::gaussian, Emit::poisson})
    CHECK_THROWS_AS(emit_cells(form, input), InternalError);
}
