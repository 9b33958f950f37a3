#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <optional>

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

/// The peer's `mmd` in its own single precision (geomloss 0.3.1 on torch, 8 lanes a vector):
/// distance = sqrt(max(|x|^2 - 2 x y + |y|^2, 1e-8)), so that a cell's distance from itself is what
/// the two ways to sum |x|^2 differ by: up to a few units in the last place of |x|^2, at least
/// 1e-4.
class SinglePrecision {
 public:
  static double mmd(Matrix const& a, Matrix const& b) {
    return mean_distance(a, b) - mean_distance(a, a) / 2 - mean_distance(b, b) / 2;
  }

 private:
  using Row = std::vector<float>;

  static Row row_of(Matrix const& cells, Eigen::Index i) {
    Row out(static_cast<std::size_t>(cells.cols()));
    for (std::size_t g = 0; g < out.size(); ++g)
      out[g] = static_cast<float>(cells(i, static_cast<Eigen::Index>(g)));
    return out;
  }

  /// torch's sum: vectors of 8 into four accumulators, those left over into the first, then the
  /// rest of the row, then the lanes.
  static float squares(Row const& x) {
    constexpr std::size_t lanes = 8, accumulators = 4;
    Row square(x.size());
    for (std::size_t g = 0; g < x.size(); ++g) square[g] = x[g] * x[g];
    std::size_t const vectors = x.size() / lanes, even = vectors / accumulators * accumulators;
    float sums[accumulators][lanes] = {};
    for (std::size_t v = 0; v < vectors; ++v)
      for (std::size_t k = 0; k < lanes; ++k)
        sums[v < even ? v % accumulators : 0][k] += square[v * lanes + k];
    for (std::size_t a = 1; a < accumulators; ++a)
      for (std::size_t k = 0; k < lanes; ++k) sums[0][k] += sums[a][k];
    float total = 0;
    for (std::size_t g = vectors * lanes; g < x.size(); ++g) total += square[g];
    for (float const lane : sums[0]) total += lane;
    return total;
  }

  /// MKL's product: one chain of fused multiply-adds; four interleaved ones in its 4 x 4 product.
  static float product(Row const& x, Row const& y, std::size_t chains) {
    float total = 0;
    for (std::size_t c = 0; c < chains; ++c) {
      float sum = 0;
      for (std::size_t g = c; g < x.size(); g += chains) sum = std::fma(x[g], y[g], sum);
      total += sum;
    }
    return total;
  }

  static double mean_distance(Matrix const& a, Matrix const& b) {
    std::size_t const chains = a.rows() == 4 && b.rows() == 4 ? 4 : 1;
    double sum = 0;
    for (Eigen::Index i = 0; i < a.rows(); ++i) {
      auto const x = row_of(a, i);
      float const xx = squares(x);
      for (Eigen::Index j = 0; j < b.rows(); ++j) {
        auto const y = row_of(b, j);
        float const cross = xx - 2 * product(x, y, chains);
        sum += std::sqrt(std::max(cross + squares(y), 1e-8F));
      }
    }
    return sum / static_cast<double>(a.rows() * b.rows());
  }
};

/// The same in double precision, by differences: what the peer's formula means.
double plain_mmd(Matrix const& a, Matrix const& b) {
  auto const mean = [](Matrix const& x, Matrix const& y) {
    double sum = 0;
    for (Eigen::Index i = 0; i < x.rows(); ++i)
      for (Eigen::Index j = 0; j < y.rows(); ++j) sum += (x.row(i) - y.row(j)).norm();
    return sum / static_cast<double>(x.rows() * y.rows());
  };
  return mean(a, b) - mean(a, a) / 2 - mean(b, b) / 2;
}

/// Calls f(predicted cells, measured cells, the peer's value) for every row of a metric.
template <class F>
std::size_t for_each_figure(Trial const& trial, std::string const& file, std::string const& metric,
                            F f) {
  CsvTable const table(trial.folder / file);
  std::size_t seen = 0;
  for (std::size_t r = 0; r < table.rows(); ++r) {
    if (table.text(r, "metric") != metric || table.text(r, "aggregation") != "none") continue;
    auto const& group = table.text(r, "cov_pert");
    auto const& model = table.text(r, "model");
    INFO(metric << " of " << model << " for " << group);
    f(trial.models.at(model).at(group), trial.reference.at(group), table.number(r, "value"));
    ++seen;
  }
  return seen;
}

std::optional<Trial> golden_trial() {
  auto const file = shared_file("golden/perturbench/genes.csv");
  auto const screen = shared_file("data/norman-mcfaline-cells.h5ad");
  if (!file || !screen) return std::nullopt;
  return Trial(file->parent_path(), DenseCells(screen->string()));
}

}  // namespace

TEST_CASE("PerturBench's energy of predicted cells") {
  auto const trial = golden_trial();
  if (!trial) return;
  CHECK(for_each_figure(*trial, "metrics_2024.csv", "energy",
                        [](Matrix const& cells, Matrix const& measured, double expected) {
                          CHECK(energy(cells, measured, "scperturb") ==
                                Approx(expected).epsilon(1e-10).margin(1e-10));
                        }) == 69);
}

// The peer's value is its formula in single precision. Ours is the formula: it lies below by half
// the mean distance of equal cells, which is 0 and not the root of a rounding error.
TEST_CASE("PerturBench's mmd: the peer's own arithmetic gives its figures, ours is the formula") {
  auto const trial = golden_trial();
  if (!trial) return;
  CHECK(for_each_figure(*trial, "metrics_2025.csv", "mmd",
                        [](Matrix const& cells, Matrix const& measured, double expected) {
                          double const peers = SinglePrecision::mmd(cells, measured);
                          CHECK(peers == Approx(expected).epsilon(0).margin(1e-5));
                          double const ours = energy(cells, measured, "perturbench");
                          CHECK(ours == Approx(plain_mmd(cells, measured)).epsilon(1e-12));
                        }) == 69);
}
