#pragma once
#include <map>
#include <string>
#include <vector>

#include "data/matrix.hpp"
#include "io/reader.hpp"

/// A small screen as a dense matrix: cells x genes, with the names of the genes.
struct GoldenMatrix {
  pertscale::Matrix values;
  std::vector<std::string> genes;
  std::vector<std::string> conditions;  ///< of the cells

  explicit GoldenMatrix(std::string const& path) {
    auto const reader = pertscale::open_screen(path);
    reader->select("X");
    genes = reader->var("", "X").values;
    conditions = reader->obs("condition").values;
    auto const info = reader->info();
    values.setZero(info.rows, info.columns);
    pertscale::MatrixBlock block;
    for (auto const& slab : reader->slabs(std::uint64_t{64} << 20)) {
      reader->read(slab, block);
      for (std::int64_t i = 0; i < block.count(); ++i)
        for (auto k = block.offsets[static_cast<std::size_t>(i)];
             k < block.offsets[static_cast<std::size_t>(i) + 1]; ++k)
          values(block.major(i), block.minor[static_cast<std::size_t>(k)]) =
              block.values[static_cast<std::size_t>(k)];
    }
  }

  /// Cells by condition, in file order.
  std::map<std::string, pertscale::Matrix> by_condition() const {
    std::map<std::string, std::vector<Eigen::Index>> rows;
    for (std::size_t i = 0; i < conditions.size(); ++i)
      rows[conditions[i]].push_back(static_cast<Eigen::Index>(i));
    std::map<std::string, pertscale::Matrix> out;
    for (auto const& [name, of] : rows) out[name] = values(of, Eigen::all);
    return out;
  }

  /// The columns of `names`, in that order.
  std::vector<Eigen::Index> columns(std::vector<std::string> const& names) const {
    std::map<std::string, Eigen::Index> at;
    for (std::size_t g = 0; g < genes.size(); ++g) at[genes[g]] = static_cast<Eigen::Index>(g);
    std::vector<Eigen::Index> out;
    for (auto const& name : names) out.push_back(at.at(name));
    return out;
  }
};
