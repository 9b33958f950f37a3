#include <catch2/catch.hpp>
#include <map>
#include <sstream>

#include "core/text.hpp"
#include "metric/made_items.hpp"
#include "shared_data.hpp"

using namespace pertscale;

namespace {

/// Source data of Fig. 1a of Ahlmann-Eltze, Huber, Anders 2025 (Nat. Methods,
/// doi 10.1038/s41592-025-02772-6, CC-BY 4.0): CEBPE+CEBPB, seed 1; L2 and Pearson delta on the
/// 1,000 genes highest in control.
struct Published {
  char const* method;
  double l2, pearson_delta;
};
constexpr double not_available = -2;
constexpr Published published[] = {{"additive_model", 4.660790513, 0.9270733512},
                                   {"cpa", 14.84181549, 0.1420623644},
                                   {"gears", 6.458787396, 0.6265318126},
                                   {"geneformer", 2.850200731, 0.9274714231},
                                   {"no_change", 8.500116252, not_available},
                                   {"scbert", 6.39068818, 0.6839376979},
                                   {"scfoundation", 4.417375871, 0.7875197524},
                                   {"scgpt", 7.059380981, 0.5315571286},
                                   {"uce", 6.391306511, 0.6833018406}};

std::map<std::string, std::vector<std::string>> columns_of(std::string const& text) {
  std::map<std::string, std::vector<std::string>> columns;
  std::vector<std::string> names;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    auto const fields = split(trim(line), ',');
    if (names.empty()) {
      names = fields;
      continue;
    }
    for (std::size_t i = 0; i < fields.size(); ++i) columns[names.at(i)].push_back(fields[i]);
  }
  return columns;
}

std::vector<double> numbers(std::vector<std::string> const& texts) {
  std::vector<double> out;
  for (auto const& text : texts) out.push_back(parse_double(text).value());
  return out;
}

}  // namespace

TEST_CASE("L2 and Pearson delta of nine methods are the published ones") {
  auto const file = shared_file("golden/norman-top1000-CEBPE+CEBPB.csv");
  if (!file) return;
  auto const columns = columns_of(read_text(*file));
  MadeItem item{.genes = columns.at("gene_name"),
                .control = numbers(columns.at("ctrl_mean")),
                .observed = numbers(columns.at("observed_CEBPE+CEBPB")),
                .predicted = {},
                .condition = "CEBPE+CEBPB"};
  REQUIRE(item.genes.size() == 1000);

  for (auto const& [method, l2, pearson_delta] : published) {
    INFO(method);
    item.predicted = numbers(columns.at(method));
    CHECK(item.score("l2").value == Approx(l2).margin(1e-5));
    CHECK(item.score("l2 genes=top-expressed:1000").value == Approx(l2).margin(1e-5));
    auto const correlation = item.score("pearson-delta");
    if (pearson_delta == not_available)
      CHECK(correlation.status.word() == "constant");
    else
      CHECK(correlation.value == Approx(pearson_delta).margin(1e-5));
  }
}
