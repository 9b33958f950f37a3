#pragma once
#include <map>
#include <string>
#include <vector>

#include "data/matrix.hpp"
#include "io/reader.hpp"

/// The matrix of a small screen, whole in memory: cells x genes.
struct DenseCells {
  std::vector<std::string> genes;
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
    for (std::size_t g = 0; g < genes.size(); ++g) gene_number.emplace(genes[g], g);
  }
};
