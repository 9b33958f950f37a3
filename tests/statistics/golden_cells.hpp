#pragma once
#include <cmath>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "csv_table.hpp"
#include "data/matrix.hpp"

/// Cells of golden/distances/cells.csv.gz by condition, in file order.
struct GoldenCells {
  std::map<std::string, pertscale::Matrix> points;

  explicit GoldenCells(std::filesystem::path const& path) {
    CsvTable const table(path);
    std::map<std::string, std::vector<std::size_t>> rows;
    for (std::size_t r = 0; r < table.rows(); ++r) rows[table.text(r, "condition")].push_back(r);
    for (auto const& [condition, cells] : rows) {
      pertscale::Matrix block(static_cast<Eigen::Index>(cells.size()), 20);
      for (std::size_t i = 0; i < cells.size(); ++i)
        for (Eigen::Index k = 0; k < 20; ++k)
          block(static_cast<Eigen::Index>(i), k) =
              table.number(cells[i], "PC" + std::to_string(k + 1));
      points[condition] = block;
    }
  }
};

/// Rows of a screen (all its cells) that the table names by `row`, by condition, in its order.
inline std::map<std::string, pertscale::Matrix> golden_rows(CsvTable const& table,
                                                            pertscale::Matrix const& screen) {
  std::map<std::string, std::vector<Eigen::Index>> rows;
  for (std::size_t r = 0; r < table.rows(); ++r)
    rows[table.text(r, "condition")].push_back(
        static_cast<Eigen::Index>(std::lround(table.number(r, "row"))));
  std::map<std::string, pertscale::Matrix> out;
  for (auto const& [condition, of] : rows) out[condition] = screen(of, Eigen::all);
  return out;
}
