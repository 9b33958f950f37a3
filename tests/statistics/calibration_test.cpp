#include "statistics/calibration.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <map>

#include "csv_table.hpp"
#include "shared_data.hpp"

using namespace pertscale;

namespace {

constexpr MetricSide error{false, 0}, correlation{true, 1};

MetricSide side_of(std::string const& metric) {
  return metric == "mse" || metric == "wmse" ? error : correlation;
}

/// predictor/metric/condition -> value; NaN where there is none.
std::map<std::string, double> golden_values(std::filesystem::path const& path) {
  CsvTable const table(path);
  std::map<std::string, double> out;
  for (std::size_t r = 0; r < table.rows(); ++r)
    out[table.text(r, "predictor") + "/" + table.text(r, "metric") + "/" +
        table.text(r, "condition")] = table.number(r, "value");
  return out;
}

/// Who is compared in a version of the golden file: {positive, negative}.
std::pair<std::string, std::string> controls_of(std::string const& version,
                                                std::string const& metric) {
  bool const to_control = version == "drf_ctrl" || metric.find("deltapert") != std::string::npos;
  return {version == "drf_interpolated" ? "interp_dup" : "tech_dup",
          to_control ? "control" : "mean"};
}

}  // namespace

TEST_CASE("fractions of the dynamic range by hand") {
  // an error of 1 where the mean has 4: three quarters of the range
  CHECK(dynamic_range_fraction(1, 4, error) == Approx(0.75).epsilon(1e-6));
  CHECK(dynamic_range_fraction(1, 4, error) == 3 / (4 + 1e-6));
  CHECK(dynamic_range_fraction(0.8, 0.2, correlation) == Approx(0.6 / 0.8).epsilon(1e-5));
  CHECK(dynamic_range_fraction(9, 4, error) == -1);  // -5 / 4, held at -1
  CHECK(dynamic_range_fraction(0.1, 0.2, correlation) == Approx(-0.125).epsilon(1e-5));
  CHECK(std::isnan(dynamic_range_fraction(std::nan(""), 4, error)));
  CHECK(std::isnan(dynamic_range_fraction(1, std::nan(""), error)));
}

TEST_CASE("scores against a baseline and between controls by hand") {
  CHECK(score_above_baseline(1, 4, 0) == 0.75);  // 1 - u / b
  CHECK(score_above_baseline(6, 4, 0) == -0.5);  // not clipped
  CHECK(score_above_baseline(0.5, 0.2, 1) == Approx(0.375).epsilon(1e-15));
  CHECK(std::isnan(score_above_baseline(1, 0, 0)));
  CHECK(score_between_controls(2, 1, 5) == 0.25);
  CHECK(score_between_controls(0, 1, 5) == -0.25);
  CHECK(std::isnan(score_between_controls(0, 1, 1)));
}

TEST_CASE("an interpolated duplicate takes the half where it differs, the mean elsewhere") {
  std::vector<double> const half{1, 2, 3}, mean{5, 6, 7};
  auto const found = interpolated_duplicate(half, mean, std::vector<double>{0, 0.25, std::nan("")});
  CHECK(found == std::vector<double>{1, 0.75 * 2 + 0.25 * 6, 7});
}

TEST_CASE("summary of controls: perturbations are units") {
  // perturbation 0 has two rows, one of them won
  std::vector<ControlPair> const pairs{{0, 1, 2}, {0, 3, 2}, {1, 1, 4}};
  auto const found = summarise_controls(pairs, 2, error);
  CHECK(found.units == 2);
  CHECK(found.mean_positive == 1.5);
  CHECK(found.mean_negative == 3);
  CHECK(found.beats == 0.75);
  CHECK(found.score == 0.5);
  CHECK(found.median_range_fraction == Approx((0.0 + 0.75) / 2).epsilon(1e-5));
  // differences 0 and -3: the zero is dropped, z = (0 - 1/2) / (1/2), P(|Z| >= 1)
  CHECK(found.pvalue == Approx(0.31731050786291415).epsilon(1e-14));
  CHECK(std::isnan(summarise_controls({}, 0, error).beats));
  // equal is not better
  CHECK(summarise_controls(std::vector<ControlPair>{{0, 2, 2}}, 1, error).beats == 0);
}

TEST_CASE("fractions of the dynamic range as CellSimBench computes them") {
  auto const metrics = shared_file("golden/shift/metrics.csv.gz");
  auto const golden = shared_file("golden/shift/drf.csv.gz");
  if (!metrics || !golden) return;
  auto const values = golden_values(*metrics);
  CsvTable const table(*golden);
  double worst = 0;

  for (std::size_t r = 0; r < table.rows(); ++r) {
    auto const &metric = table.text(r, "metric"), &condition = table.text(r, "condition");
    auto const [positive, negative] = controls_of(table.text(r, "version"), metric);
    double const found = dynamic_range_fraction(
        values.at(positive + "/" + metric + "/" + condition),
        values.at(negative + "/" + metric + "/" + condition), side_of(metric));
    worst = std::max(worst, std::fabs(found - table.number(r, "drf")));
  }

  CHECK(table.rows() > 900);
  CHECK(worst < 1e-9);
}

TEST_CASE("medians of the dynamic range as CellSimBench computes them") {
  auto const metrics = shared_file("golden/shift/metrics.csv.gz");
  auto const golden = shared_file("golden/shift/drf_summary.csv");
  if (!metrics || !golden) return;
  auto const values = golden_values(*metrics);
  CsvTable const table(*golden);
  std::size_t compared = 0;

  for (std::size_t r = 0; r < table.rows(); ++r) {
    auto const& metric = table.text(r, "metric");
    auto const [positive, negative] = controls_of(table.text(r, "drf_type"), metric);
    std::vector<ControlPair> pairs;
    std::string const prefix = positive + "/" + metric + "/";
    for (auto at = values.lower_bound(prefix); at != values.end(); ++at) {
      if (at->first.compare(0, prefix.size(), prefix) != 0) break;
      double const other =
          values.at(negative + "/" + metric + "/" + at->first.substr(prefix.size()));
      if (at->second == at->second && other == other)
        pairs.push_back({pairs.size(), at->second, other});
    }
    if (pairs.size() != static_cast<std::size_t>(table.number(r, "n_perturbations"))) continue;
    auto const found = summarise_controls(pairs, pairs.size(), side_of(metric));
    INFO(metric << " " << table.text(r, "drf_type"));
    CHECK(found.median_range_fraction == Approx(table.number(r, "median_drf")).margin(1e-9));
    ++compared;
  }
  CHECK(compared == table.rows());
}

TEST_CASE("interpolated duplicates as CellSimBench makes them") {
  auto const profiles = shared_file("golden/shift/profiles.csv.gz");
  auto const padj_file = shared_file("golden/shift/padj_second_half.csv.gz");
  if (!profiles || !padj_file) return;
  CsvTable const table(*profiles), padj(*padj_file);
  auto const numbers = [](CsvTable const& from, std::size_t row, std::size_t first) {
    std::vector<double> out;
    for (std::size_t c = first; c < from.columns(); ++c)
      out.push_back(from.at(row, c).empty() ? std::nan("") : std::stod(from.at(row, c)));
    return out;
  };
  std::map<std::string, std::vector<double>> at;
  for (std::size_t r = 0; r < table.rows(); ++r)
    at[table.text(r, "profile") + "/" + table.text(r, "condition")] = numbers(table, r, 2);
  double worst = 0;

  for (std::size_t r = 0; r < padj.rows(); ++r) {
    auto const& condition = padj.text(r, "condition");
    auto const& expected = at.at("interp_dup/" + condition);
    auto const found = interpolated_duplicate(at.at("tech_dup/" + condition),
                                              at.at("mean/" + condition), numbers(padj, r, 1));
    for (std::size_t g = 0; g < found.size(); ++g)
      worst = std::max(worst, std::fabs(found[g] - expected[g]));
  }

  CHECK(padj.rows() == 33);
  CHECK(worst < 1e-9);
}
