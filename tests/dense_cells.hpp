#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "data/matrix.hpp"
#include "io/reader.hpp"

/// The matrix of a small screen, whole in memory: cells x genes.
struct DenseCells {
  std::vector<std::string> genes;
  std::vector<std::string> cells, conditions;  ///< names of the cells, and obs `condition`
  std::map<std::string, std::size_t> gene_number;
  pertscale::Matrix values;

  explicit DenseCells(std::string const& path) {
    auto const reader = pertscale::open_screen(path);
    reader->select("X");
    auto const info = reader->info();
    values = pertscale::Matrix::Zero(info.rows, info.columns);
    for (auto const& slab : reader->slabs(64 << 20)) {
      pertscale::MatrixBlock block;
      reader->read(slab, block);
      for (std::int64_t i = 0; i < block.count(); ++i)
        for (auto k = block.offsets[static_cast<std::size_t>(i)];
             k < block.offsets[static_cast<std::size_t>(i) + 1]; ++k) {
          auto const at = static_cast<std::size_t>(k);
          if (block.by_column)
            values(block.minor[at], block.major(i)) = block.values[at];
          else
            values(block.major(i), block.minor[at]) = block.values[at];
        }
    }
    genes = reader->var("", "X").values;
    cells = reader->obs("").values;
    conditions = reader->obs("condition").values;
    for (std::size_t g = 0; g < genes.size(); ++g) gene_number.emplace(genes[g], g);
  }

  /// Cells by condition, in file order: all, or those whose names are in `kept`.
  std::map<std::string, pertscale::Matrix> by_condition(
      std::set<std::string> const& kept = {}) const {
    std::map<std::string, std::vector<Eigen::Index>> rows;
    for (std::size_t i = 0; i < conditions.size(); ++i)
      if (kept.empty() || kept.contains(cells[i]))
        rows[conditions[i]].push_back(static_cast<Eigen::Index>(i));
    std::map<std::string, pertscale::Matrix> out;
    for (auto const& [name, of] : rows) out[name] = values(of, Eigen::all);
    return out;
  }

  /// The columns of `names`, in that order.
  std::vector<Eigen::Index> columns(std::vector<std::string> const& names) const {
    std::vector<Eigen::Index> out;
    for (auto const& name : names) out.push_back(static_cast<Eigen::Index>(gene_number.at(name)));
    return out;
  }
};
