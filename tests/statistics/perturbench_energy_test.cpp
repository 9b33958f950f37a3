#include <catch2/catch.hpp>
#include <cmath>

#include "csv_table.hpp"
#include "dense_cells.hpp"
#include "shared_data.hpp"
#include "statistics/energy_distance.hpp"

// PerturBench's `energy` (2024) and `mmd` (2025) between predicted and measured cells, with the
// tolerances of golden/perturbench/README.md.
using namespace pertscale;

namespace {

using Groups = std::map<std::string, Matrix>;  // cells by "line_perturbation"

Groups stacked(std::map<std::string, std::vector<Eigen::RowVectorXd>> const& rows) {
  Groups out;
  for (auto const& [name, cells] : rows) {
    Matrix block(static_cast<Eigen::Index>(cells.size()), cells.front().size());
    for (std::size_t i = 0; i < cells.size(); ++i)
      block.row(static_cast<Eigen::Index>(i)) = cells[i];
    out[name] = block;
  }
  return out;
}

std::string group_of(CsvTable const& table, std::size_t row) {
  return table.text(row, "cell_type") + "_" + table.text(row, "condition");
}

/// The folder's tables: reference, and models whose cells are real or written out.
struct Trial {
  std::filesystem::path folder;
  Groups reference;
  std::map<std::string, Groups> models;

  Trial(std::filesystem::path const& at, DenseCells const& screen) : folder(at) {
    CsvTable const table(folder / "genes.csv");
    for (std::size_t r = 0; r < table.rows(); ++r) genes_.push_back(table.text(r, "gene"));
    columns_ = screen.columns(genes_);
    reference = real("reference_cells.csv", screen);
    models["duplicate"] = real("prediction_duplicate_cells.csv", screen);
    for (std::string const name : {"shrunk", "mean"})
      models[name] = written("prediction_" + name + ".csv.gz");
  }

 private:
  Groups real(std::string const& file, DenseCells const& screen) const {
    CsvTable const table(folder / file);
    std::map<std::string, std::vector<Eigen::RowVectorXd>> rows;
    for (std::size_t r = 0; r < table.rows(); ++r) {
      auto const cell = static_cast<Eigen::Index>(std::lround(table.number(r, "row")));
      Eigen::RowVectorXd values(static_cast<Eigen::Index>(columns_.size()));
      for (std::size_t g = 0; g < columns_.size(); ++g)
        values[static_cast<Eigen::Index>(g)] = screen.values(cell, columns_[g]);
      rows[group_of(table, r)].push_back(values);
    }
    return stacked(rows);
  }

  Groups written(std::string const& file) const {
    CsvTable const table(folder / file);
    std::map<std::string, std::vector<Eigen::RowVectorXd>> rows;
    for (std::size_t r = 0; r < table.rows(); ++r) {
      Eigen::RowVectorXd values(static_cast<Eigen::Index>(genes_.size()));
      for (std::size_t g = 0; g < genes_.size(); ++g)
        values[static_cast<Eigen::Index>(g)] = table.number(r, genes_[g]);
      rows[group_of(table, r)].push_back(values);
    }
    return stacked(rows);
  }

  std::vector<std::string> genes_;
  std::vector<Eigen::Index> columns_;
};

double energy(Matrix const& a, Matrix const& b, std::string const& program) {
  auto const form = *published_energy_form(program);
  return energy_distance(a, b, group_terms(a, form), group_terms(b, form), form);
}

/// The file's `mmd` is in float32, where the distance of a cell from itself (or from its like) is
/// not 0 but the root of rounding errors of the norms: up to about sqrt(8 2^-23 |x|^2), by machine.
double noise_within(Matrix const& cells) {
  double sum = 0;
  for (Eigen::Index i = 0; i < cells.rows(); ++i)
    for (Eigen::Index j = 0; j < cells.rows(); ++j)
      if (cells.row(i) == cells.row(j)) sum += std::sqrt(8 * 0x1p-23) * cells.row(i).norm();
  return sum / static_cast<double>(cells.rows() * cells.rows()) / 2;
}

std::size_t check(Trial const& trial, CsvTable const& table, std::string const& metric,
                  std::string const& program, double relative, double absolute) {
  std::size_t seen = 0;
  for (std::size_t r = 0; r < table.rows(); ++r) {
    if (table.text(r, "metric") != metric || table.text(r, "aggregation") != "none") continue;
    auto const& group = table.text(r, "cov_pert");
    auto const& model = table.text(r, "model");
    INFO(metric << " of " << model << " for " << group);
    Matrix const& cells = trial.models.at(model).at(group);
    Matrix const& measured = trial.reference.at(group);
    double const noise = metric == "mmd" ? noise_within(cells) + noise_within(measured) : 0;
    CHECK(energy(cells, measured, program) ==
          Approx(table.number(r, "value")).epsilon(relative).margin(absolute + noise));
    ++seen;
  }
  return seen;
}

}  // namespace

TEST_CASE("PerturBench's energy and mmd of predicted cells") {
  auto const file = shared_file("golden/perturbench/genes.csv");
  auto const screen = shared_file("data/norman-mcfaline-cells.h5ad");
  if (!file || !screen) return;
  Trial const trial(file->parent_path(), DenseCells(screen->string()));

  CHECK(check(trial, CsvTable(trial.folder / "metrics_2024.csv"), "energy", "scperturb", 1e-10,
              1e-10) == 69);
  CHECK(check(trial, CsvTable(trial.folder / "metrics_2025.csv"), "mmd", "perturbench", 0, 1e-4) ==
        69);
}
