#pragma once
#include <set>

#include "core/random.hpp"
#include "io/h5ad_writer.hpp"
#include "suite/dataset.hpp"

namespace pertscale {

/// A screen that a test knows: dense rows, cells x genes.
struct MadeScreen {
  std::int64_t genes = 7;
  std::vector<std::string> condition, context;
  std::vector<std::vector<double>> cells;
};

/// Cells of five conditions in two contexts, in no order; `scale` of the values: 1 gives counts.
inline MadeScreen made_screen(std::int64_t cells, double scale) {
  MadeScreen screen;
  RandomStream random(5, "made screen");
  std::vector<std::string> const names{"ctrl", "G1+ctrl", "G2+ctrl", "G1+G2", "G3"};
  for (std::int64_t cell = 0; cell < cells; ++cell) {
    // the last of all is alone in its condition
    screen.condition.push_back(cell + 1 == cells ? "G9" : names[random.below(names.size())]);
    screen.context.push_back(random.below(3) == 0 ? "RPE1" : "K562");
    auto& row = screen.cells.emplace_back();
    for (std::int64_t gene = 0; gene < screen.genes; ++gene)
      row.push_back(random.below(3) == 0 ? scale * static_cast<double>(random.below(50)) : 0.0);
    row[0] = scale;  // no cell is empty
  }
  return screen;
}

/// Writes it; an explicit zero stands in every third row of a sparse one.
inline void write_screen(std::filesystem::path const& path, MadeScreen const& screen,
                         MatrixFormat format) {
  H5adLayout layout;
  layout.cells = static_cast<std::int64_t>(screen.cells.size());
  layout.genes = screen.genes;
  layout.format = format;
  layout.values = NumberType::float64;
  layout.compression = format == MatrixFormat::csc ? Compression::gzip : Compression::none;
  H5adWriter writer(path, layout);
  OutputFrame obs, var;
  for (std::size_t c = 0; c < screen.cells.size(); ++c)
    obs.index.push_back("cell" + std::to_string(c));
  obs.columns = {{"condition", categorise(screen.condition)},
                 {"context", categorise(screen.context)}};
  for (std::int64_t g = 0; g < screen.genes; ++g) var.index.push_back("G" + std::to_string(g));
  writer.obs(obs);
  writer.var(var);
  std::vector<double> dense;
  SparseBlock sparse;
  bool const by_column = format == MatrixFormat::csc;
  std::size_t const majors =
      by_column ? static_cast<std::size_t>(screen.genes) : screen.cells.size();
  std::size_t const minors =
      by_column ? screen.cells.size() : static_cast<std::size_t>(screen.genes);
  for (std::size_t i = 0; i < majors; ++i) {
    for (std::size_t j = 0; j < minors; ++j) {
      double const value = by_column ? screen.cells[j][i] : screen.cells[i][j];
      dense.push_back(value);
      if (value == 0 && !(i % 3 == 0 && j == 1)) continue;
      sparse.minor.push_back(static_cast<std::int32_t>(j));
      sparse.values.push_back(static_cast<float>(value));
    }
    sparse.offsets.push_back(static_cast<std::int64_t>(sparse.minor.size()));
  }
  if (format == MatrixFormat::dense)
    writer.append(std::span<double const>(dense));
  else
    writer.append(sparse);
  writer.finish();
}

}  // namespace pertscale
