#include "suite/profile_rows.hpp"

#include <algorithm>

namespace pertscale {

namespace {

class ProfileRows {
 public:
  ProfileRows(Dataset const& dataset, std::uint64_t slab_bytes)
      : data_(dataset), slab_bytes_(slab_bytes) {}

  MomentTile read() {
    auto const reader = open_screen(data_.spec.path);
    reader->select(data_.spec.matrix);
    MomentTile tile;
    tile.mean = weighted_mean(*reader);
    auto const layers = reader->layers();
    bool const has_variance = std::find(layers.begin(), layers.end(), "variance") != layers.end();
    if (has_variance && one_row_each()) {
      reader->select("layer:variance");
      try {
        tile.variance = weighted_mean(*reader);
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

  Matrix weighted_mean(ScreenReader const& reader) const {
    auto const rows = data_.labels.rows().size(), genes = data_.genes.size();
    Matrix sum = Matrix::Zero(static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(genes));
    std::vector<double> weight(rows, 0);
    for (std::size_t i = 0; i < data_.row_of_cell.size(); ++i)
      if (data_.row_of_cell[i] >= 0)
        weight[static_cast<std::size_t>(data_.row_of_cell[i])] += data_.weights[i];
    MatrixBlock block;
    for (auto const& slab : reader.slabs(slab_bytes_)) {
      reader.read(slab, block);
      add(block, weight, sum);
    }
    return sum;
  }

  void add(MatrixBlock const& block, std::vector<double> const& weight, Matrix& sum) const {
    for (std::int64_t i = 0; i < block.count(); ++i) {
      for (auto k = block.offsets[static_cast<std::size_t>(i)];
           k < block.offsets[static_cast<std::size_t>(i) + 1]; ++k) {
        auto const at = static_cast<std::size_t>(k);
        std::int64_t const major = block.first + i, minor = block.minor[at];
        auto const source = static_cast<std::size_t>(block.by_column ? minor : major);
        auto const row = data_.row_of_cell[source];
        if (row < 0) continue;
        double const share = data_.weights[source] / weight[static_cast<std::size_t>(row)];
        sum(row, block.by_column ? major : minor) += share * block.values[at];
      }
    }
  }

  Dataset const& data_;
  std::uint64_t slab_bytes_;
};

}  // namespace

MomentTile read_profile_rows(Dataset const& dataset, std::uint64_t slab_bytes) {
  return ProfileRows(dataset, slab_bytes).read();
}

}  // namespace pertscale
