#pragma once
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "csv_table.hpp"
#include "dense_cells.hpp"
#include "metric/made_items.hpp"
#include "shared_data.hpp"

namespace pertscale::pereggrn_golden {

using Values = std::vector<double>;

/// The run of golden/pereggrn: means of groups of cells, observed and predicted.
class GoldenRun {
 public:
  GoldenRun(std::filesystem::path const& folder, std::filesystem::path const& screen)
      : cells_(screen.string()),
        prediction_(folder / "prediction.csv.gz"),
        training_(folder / "training_cells.csv") {
    for (std::size_t c = 3; c < prediction_.columns(); ++c) genes_.push_back(header(c));
  }

  Values observed(std::string const& line, std::string const& condition) const {
    std::vector<std::size_t> rows;
    for (auto const r : rows_of(line, condition)) rows.push_back(cell(prediction_, r));
    return mean_of_cells(rows);
  }

  Values predicted(std::string const& line, std::string const& condition) const {
    Values mean(genes_.size(), 0);
    auto const rows = rows_of(line, condition);
    for (auto const r : rows)
      for (std::size_t g = 0; g < genes_.size(); ++g)
        mean[g] += std::stod(prediction_.at(r, g + 3)) / static_cast<double>(rows.size());
    return mean;
  }

  /// Controls of the training cells; `line` empty: of all lines. `shifted`: the predicted side of
  /// the run with a different baseline.
  Values control(std::string const& line, bool shifted) const {
    std::vector<std::size_t> rows;
    for (std::size_t r = 0; r < training_.rows(); ++r)
      if (training_.text(r, "condition") == "control" &&
          (line.empty() || training_.text(r, "cell_type") == line))
        rows.push_back(cell(training_, r));
    REQUIRE_FALSE(rows.empty());
    return mean_of_cells(rows, shifted);
  }

  std::vector<std::string> const& genes() const { return genes_; }

  /// Training cells x genes, and the line of each.
  std::pair<Matrix, std::vector<std::string>> training() const {
    std::pair<Matrix, std::vector<std::string>> out;
    out.first.resize(static_cast<Eigen::Index>(training_.rows()),
                     static_cast<Eigen::Index>(genes_.size()));
    for (std::size_t r = 0; r < training_.rows(); ++r) {
      auto const values = mean_of_cells({cell(training_, r)});
      std::copy(values.begin(), values.end(), out.first.row(static_cast<Eigen::Index>(r)).begin());
      out.second.push_back(training_.text(r, "cell_type"));
    }
    return out;
  }

  /// Cells of one line (empty: of all): measured and predicted values of each.
  std::pair<std::vector<Values>, std::vector<Values>> cells_of(std::string const& line) const {
    std::pair<std::vector<Values>, std::vector<Values>> out;
    for (std::size_t r = 0; r < prediction_.rows(); ++r) {
      if (!line.empty() && prediction_.text(r, "cell_type") != line) continue;
      out.first.push_back(mean_of_cells({cell(prediction_, r)}));
      out.second.emplace_back();
      for (std::size_t g = 0; g < genes_.size(); ++g)
        out.second.back().push_back(std::stod(prediction_.at(r, g + 3)));
    }
    return out;
  }

 private:
  std::string header(std::size_t column) const {
    for (auto const& [name, number] : cells_.gene_number)
      if (prediction_.has(name) && prediction_.column(name) == column) return name;
    throw std::runtime_error("a gene of the golden prediction is not in the screen");
  }

  static std::size_t cell(CsvTable const& table, std::size_t row) {
    return static_cast<std::size_t>(table.number(row, "row"));
  }

  std::vector<std::size_t> rows_of(std::string const& line, std::string const& condition) const {
    std::vector<std::size_t> rows;
    for (std::size_t r = 0; r < prediction_.rows(); ++r)
      if (prediction_.text(r, "cell_type") == line && prediction_.text(r, "condition") == condition)
        rows.push_back(r);
    return rows;
  }

  Values mean_of_cells(std::vector<std::size_t> const& rows, bool shifted = false) const {
    Values mean(genes_.size(), 0);
    for (std::size_t g = 0; g < genes_.size(); ++g) {
      auto const column = static_cast<Eigen::Index>(cells_.gene_number.at(genes_[g]));
      for (auto const row : rows) {
        double const x = cells_.values(static_cast<Eigen::Index>(row), column);
        mean[g] += shifted ? std::nearbyint((0.9 * x + 0.05) * 1e6) / 1e6 : x;
      }
      mean[g] /= static_cast<double>(rows.size());
    }
    return mean;
  }

  DenseCells cells_;
  CsvTable prediction_, training_;
  std::vector<std::string> genes_;
};

}  // namespace pertscale::pereggrn_golden
