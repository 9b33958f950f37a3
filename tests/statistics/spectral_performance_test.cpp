#include "statistics/spectral_performance.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <map>

#include "core/text.hpp"
#include "shared_data.hpp"

using namespace pertscale;

namespace {

/// Fields of a line of CSV; commas inside quotes separate nothing.
std::vector<std::string> fields_of(std::string const& line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (char const c : line) {
    if (c == '"')
      quoted = !quoted;
    else if (c == ',' && !quoted)
      fields.emplace_back();
    else
      fields.back() += c;
  }
  return fields;
}

}  // namespace

// Parameters 0, 0.1, 0.3: weights 0.05, 0.15, 0.1.
TEST_CASE("area and error of three points by hand") {
  std::vector<SpectralPoint> const points{{0, 2, 0.4}, {0.1, 4, 0.2}, {0.3, 1, 0.3}};

  auto const found = spectral_area(points);

  CHECK(found.area == Approx(0.1 * 3 + 0.2 * 2.5));
  CHECK(found.sigma == Approx(std::sqrt(0.02 * 0.02 + 0.03 * 0.03 + 0.03 * 0.03)));
  CHECK(found.mean_sem == Approx(0.3));
}

TEST_CASE("mean and standard error of repeats") {
  auto const point = spectral_point(0.2, std::vector<double>{1, 2, 6});

  CHECK(point.parameter == 0.2);
  CHECK(point.mean == Approx(3));
  CHECK(point.sem == Approx(std::sqrt(7.0 / 3)));  // variance 7
  CHECK(std::isnan(spectral_point(0, std::vector<double>{1}).sem));
}

TEST_CASE("fewer than two parameters have no area") {
  CHECK(spectral_area({}).status.word() == "too_few_points");
  CHECK(spectral_area(std::vector<SpectralPoint>{{0, 1, 0}}).status.word() == "too_few_points");
}

// The printed replicates of PertEval-scFM (Norman, one gene; s = 0 to 0.7) give its areas.
TEST_CASE("the printed areas of PertEval-scFM return from its replicates") {
  auto const file = shared_file("published/systema-csendes-perteval.csv");
  if (!file) return;
  std::map<std::string, std::map<double, std::vector<double>>> repeats;
  std::string const prefix = "test, SPECTRA s=";
  for (auto const& line : split(read_text(*file), '\n')) {
    auto const fields = fields_of(line);  // source, dataset, task, model, metric, value, note
    if (fields.size() >= 6 && fields[1] == "Norman 1-gene" && fields[2].starts_with(prefix))
      repeats[fields[3]][std::stod(fields[2].substr(prefix.size()))].push_back(
          parse_double(fields[5]).value());
  }
  auto const area_of = [&](std::string const& model) {
    std::vector<SpectralPoint> points;
    for (auto const& [s, values] : repeats.at(model)) points.push_back(spectral_point(s, values));
    REQUIRE(points.size() == 8);
    return spectral_area(points);
  };

  auto const mean = area_of("Mean"), mlp = area_of("MLP");
  CHECK(mean.area == Approx(0.046117).margin(6e-7));
  CHECK(mlp.area == Approx(0.044835).margin(6e-7));
  CHECK(mean.mean_sem == Approx(0.003171).margin(6e-7));
  CHECK(mlp.mean_sem == Approx(0.002992).margin(6e-7));
  CHECK(mean.sigma < mean.mean_sem);
}
