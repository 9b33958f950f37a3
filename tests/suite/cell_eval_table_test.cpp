#include <catch2/catch.hpp>
#include <cmath>

#include "core/csv_text.hpp"
#include "core/text.hpp"
#include "shared_data.hpp"
#include "suite/cell_eval_table.hpp"

using namespace pertscale;

namespace {

using Rows = std::vector<std::vector<std::string>>;

Rows rows_of(std::string const& text) {
  Rows rows;
  std::string_view rest(text), line;
  while (next_line(rest, line)) rows.push_back(csv_fields(line));
  return rows;
}

CellEvalTable table_of(Rows const& rows) {
  CellEvalTable table;
  table.columns.assign(rows[0].begin() + 1, rows[0].end());
  for (std::size_t r = 1; r < rows.size(); ++r) {
    table.perturbations.push_back(rows[r][0]);
    table.values.emplace_back();
    for (std::size_t c = 1; c < rows[r].size(); ++c)
      table.values.back().push_back(rows[r][c] == "NaN" ? std::optional(std::nan(""))
                                                        : parse_double(rows[r][c]));
  }
  return table;
}

}  // namespace

TEST_CASE("polars' description of a column, by hand") {
  CellEvalTable const table{{"a", "b"},
                            {"P", "Q", "R", "S"},
                            {{1.0, std::nan("")}, {4.0, 2.0}, {std::nullopt, 5.0}, {10.0, 3.0}}};

  CHECK(cell_eval_results(table) == "perturbation,a,b\nP,1.0,NaN\nQ,4.0,2.0\nR,,5.0\nS,10.0,3.0\n");
  auto const rows = rows_of(cell_eval_aggregate(table));
  CHECK(rows[1] == std::vector<std::string>{"count", "3.0", "4.0"});
  CHECK(rows[2] == std::vector<std::string>{"null_count", "1.0", "0.0"});
  CHECK(rows[3] == std::vector<std::string>{"mean", "5.0", "NaN"});
  CHECK(*parse_double(rows[4][1]) == Approx(std::sqrt(21.0)));  // (16 + 1 + 25) / 2
  CHECK(rows[4][2] == "NaN");
  CHECK(rows[5] == std::vector<std::string>{"min", "1.0", "2.0"});
  CHECK(rows[7] == std::vector<std::string>{"50%", "4.0", "5.0"});  // rank 1.5 of 4 is the third
  CHECK(rows[9] == std::vector<std::string>{"max", "10.0", "5.0"});
}

TEST_CASE("aggregates of cell-eval 0.8.2 from its own results") {
  for (std::string const name : {"main-f64", "main-f32", "constant", "baseline"}) {
    auto const folder = "golden/cell-eval/cell-eval-0.8.2/" + name;
    auto const results = shared_file(folder + ".results.csv");
    auto const aggregate = shared_file(folder + ".agg_results.csv");
    if (!results || !aggregate) return;
    INFO(name);

    auto const mine = rows_of(cell_eval_aggregate(table_of(rows_of(read_text(*results)))));
    auto const golden = rows_of(read_text(*aggregate));

    REQUIRE(mine.size() == golden.size());
    for (std::size_t r = 0; r < golden.size(); ++r) {
      REQUIRE(mine[r].size() == golden[r].size());
      for (std::size_t c = 0; c < golden[r].size(); ++c) {
        INFO(golden[r][0] << " of " << golden[0][c] << ": " << mine[r][c] << ", " << golden[r][c]);
        auto const value = parse_double(golden[r][c]);
        if (value && std::isfinite(*value))
          CHECK(std::fabs(*parse_double(mine[r][c]) - *value) <= 1e-9 * std::fabs(*value) + 1e-15);
        else
          CHECK(mine[r][c] == golden[r][c]);
      }
    }
  }
}
