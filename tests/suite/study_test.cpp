#include "suite/study.hpp"

#include <catch2/catch.hpp>

#include "metric/metric_sets.hpp"

namespace pertscale {
namespace {

RegisteredMetricSet const tried{{"study-test:set",
                                 "errors and a correlation",
                                 "made for the test",
                                 {"mae", "mse", "pearson-delta genes=all"}}};

Study read(std::string const& lines) {
  std::string const text =
      "dataset = d.cfg\nprotocol = unseen-perturbation\nmodel = no-change\n" + lines;
  return read_study("s.cfg", [&](std::string const& path) {
    return path == "s.cfg" ? text : std::string("path = d.h5ad\ncondition-column = c\n");
  });
}

std::vector<std::string> labels(Study const& study) {
  std::vector<std::string> out;
  for (auto const& metric : study.metrics) out.push_back(metric.label);
  return out;
}

TEST_CASE("a set of metrics stands for its lines; what is named twice is taken once") {
  CHECK(labels(read("metrics = study-test:set\n")) ==
        std::vector<std::string>{"mae", "mse", "pearson-delta"});
  auto const mixed = read("metric = mse\nmetrics = study-test:set\nmetric = mae\nmetric = l2\n");
  CHECK(labels(mixed) == std::vector<std::string>{"mse", "mae", "pearson-delta", "l2"});
  bool echoed = false;
  for (auto const& [key, value] : mixed.echo())
    echoed = echoed || (key == "metrics" && value == "study-test:set");
  CHECK(echoed);
}

TEST_CASE("settings of a set go to the metrics that have them") {
  CHECK(labels(read("metrics = study-test:set genes=top-expressed:20\n")).back() ==
        "pearson-delta@genes=top-expressed:20");
  CHECK_THROWS_WITH(read("metrics = study-test:set emit=wrongly\n"),
                    Catch::Contains("no metric of the set has an option 'emit'"));
  CHECK_THROWS_WITH(read("metrics = study-test:sat\n"), Catch::Contains("study-test:set"));
  CHECK_THROWS_WITH(read("metric = mae\nmetric = mae\n"), Catch::Contains("given twice"));
}

}  // namespace
}  // namespace pertscale
