#include "suite/profile_rows.hpp"

#include <algorithm>

#include "suite/cell_source.hpp"

namespace pertscale {

namespace {

class ProfileRows {
 public:
  ProfileRows(Dataset const& dataset, std::uint64_t slab_bytes)
      : data_(dataset), slab_bytes_(slab_bytes) {}

  MomentTile read() {
    MomentTile tile;
    CellSource const source(data_);
    tile.mean = weighted_mean(source);
    auto const with_variance = source.files_with_layer("variance");
    if (with_variance > 0 && with_variance < source.files()) {
      tile.variance_left_out = "not every file has it";
    } else if (with_variance > 0 && one_row_each()) {
      try {
        tile.variance = weighted_mean(CellSource(data_, "layer:variance"));
      } catch (UserError const& error) {
        tile.variance_left_out = error.what();  // NaN where a condition has one cell
      }
    }
    return tile;
  }

 private:
  bool one_row_each() const {
    auto const kept = std::count_if(data_.row_of_cell.begin(), data_.row_of_cell.end(),
                                    [](auto row) { return row >= 0; });
    return static_cast<std::size_t>(kept) == data_.labels.rows().size();
  }

  Matrix weighted_mean(CellSource const& source) const {
    auto const rows = data_.labels.rows().size(), genes = data_.genes.size();
    Matrix sum = Matrix::Zero(static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(genes));
    std::vector<double> weight(rows, 0);
    for (std::size_t i = 0; i < data_.row_of_cell.size(); ++i)
      if (data_.row_of_cell[i] >= 0)
        weight[static_cast<std::size_t>(data_.row_of_cell[i])] += data_.weights[i];
    MatrixBlock block;
    for (auto const& slab : source.slabs(slab_bytes_)) {
      source.read(slab, block);
      for_each_value(block, [&](std::int64_t line, std::int64_t gene, double value) {
        auto const at = static_cast<std::size_t>(line);
        auto const row = data_.row_of_cell[at];
        if (row < 0) return;
        sum(row, gene) += data_.weights[at] / weight[static_cast<std::size_t>(row)] * value;
      });
    }
    return sum;
  }

  Dataset const& data_;
  std::uint64_t slab_bytes_;
};

}  // namespace

MomentTile read_profile_rows(Dataset const& dataset, std::uint64_t slab_bytes) {
  return ProfileRows(dataset, slab_bytes).read();
}

}  // namespace pertscale
