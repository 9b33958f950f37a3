#include <fmt/format.h>

#include <algorithm>

#include "io/h5ad_matrix.hpp"

namespace pertscale {

namespace {

constexpr std::uint64_t most_buffer_bytes = std::uint64_t{4} << 20U;
constexpr std::uint64_t block_bytes_a_value = 12;

/// How a dense matrix is read within a budget of memory.
struct DensePlan {
  std::int64_t rows = 1;    ///< of a slab
  std::int64_t piece = 1;   ///< rows of one H5Dread
  std::uint64_t cache = 0;  ///< bytes of HDF5's chunk cache; 0: its default
};

/// A matrix with a value for every cell and gene. Zeros are left out of blocks.
class DenseMatrix : public H5adMatrix {
 public:
  DenseMatrix(Hdf5File const& file, std::string const& name, MatrixAxes axes);
  std::vector<MatrixSlab> slabs(std::uint64_t bytes) const override;
  void read(MatrixSlab const& slab, MatrixBlock& block) const override;

 private:
  DensePlan plan(std::uint64_t bytes) const;
  DensePlan few_rows(std::uint64_t bytes, std::uint64_t cache, std::uint64_t overhead) const;
  DensePlan chunked_plan(std::uint64_t bytes) const;
  /// Bytes of a row as read, and of a row without zeros in a block.
  std::uint64_t row_bytes() const {
    return static_cast<std::uint64_t>(info_.columns) * values_.now().type().bytes;
  }
  std::uint64_t block_row_bytes() const {
    return static_cast<std::uint64_t>(info_.columns) * block_bytes_a_value + sizeof(std::int64_t);
  }
  template <class Number>
  void append(Number const* values, std::int64_t rows, MatrixBlock& block) const;

  CachedDataset values_;
};

DenseMatrix::DenseMatrix(Hdf5File const& file, std::string const& name, MatrixAxes axes)
    : H5adMatrix(file, name, std::move(axes)), values_(Hdf5Dataset(file, name)) {
  auto const& shape = values_.now().shape();
  if (shape.size() != 2)
    file_.refuse(fmt::format("{} has {} dimension(s), not 2 (cells x genes); write it as a matrix.",
                             name_, shape.size()));
  info_.layout = MatrixInfo::Layout::dense;
  info_.rows = shape[0];
  info_.columns = shape[1];
  info_.stored = values_.now().elements();
  take_type(values_.now());
  check_shape();
}

std::int64_t rows_within(std::uint64_t budget, std::uint64_t taken, std::uint64_t row) {
  return budget > taken ? static_cast<std::int64_t>((budget - taken) / row) : std::int64_t{0};
}

DensePlan DenseMatrix::plan(std::uint64_t bytes) const {
  return values_.now().chunk().empty() ? few_rows(bytes, 0, 0) : chunked_plan(bytes);
}

/// A buffer of few rows, and a block of as many as fit beside it.
DensePlan DenseMatrix::few_rows(std::uint64_t bytes, std::uint64_t cache,
                                std::uint64_t overhead) const {
  std::uint64_t const buffer = std::max(row_bytes(), std::min(most_buffer_bytes, bytes / 8));
  std::int64_t const rows = rows_within(bytes, overhead + buffer, block_row_bytes());
  DensePlan out{std::max<std::int64_t>(1, rows), 0, cache};
  out.piece = std::min(static_cast<std::int64_t>(buffer / row_bytes()), out.rows);
  return out;
}

/// Whole chunk rows are read at once where the budget allows it, so that each chunk is decompressed
/// once without a cache; else few rows at a time, out of a cache of one chunk row. Where not even
/// that fits, a slab is one read, and chunks are decompressed again for each slab they reach into.
DensePlan DenseMatrix::chunked_plan(std::uint64_t bytes) const {
  auto const& chunk = values_.now().chunk();
  std::int64_t const height = std::min(chunk[0], info_.rows);
  std::int64_t const across = (info_.columns + chunk[1] - 1) / chunk[1];
  std::uint64_t const chunk_bytes =
      static_cast<std::uint64_t>(chunk[0] * chunk[1]) * values_.now().type().bytes;
  std::uint64_t const chunk_row = static_cast<std::uint64_t>(across) * chunk_bytes;
  std::uint64_t const piece = static_cast<std::uint64_t>(height) * row_bytes();
  auto const most = static_cast<std::uint64_t>(most_bytes_a_read);
  std::int64_t const rows = rows_within(bytes, piece + 2 * chunk_bytes, block_row_bytes());
  if (rows >= height && piece <= most) return {rows / height * height, height, 0};
  if (chunk_row <= bytes / 2) return few_rows(bytes, chunk_row, chunk_row + 2 * chunk_bytes);
  auto const most_rows = std::max<std::int64_t>(1, static_cast<std::int64_t>(most / row_bytes()));
  std::int64_t const all = rows_within(bytes, 2 * chunk_bytes, block_row_bytes() + row_bytes());
  std::int64_t const step = std::clamp<std::int64_t>(all, 1, most_rows);
  return {step, step, 0};
}

std::vector<MatrixSlab> DenseMatrix::slabs(std::uint64_t bytes) const {
  std::int64_t const step = plan(bytes).rows;
  std::vector<MatrixSlab> out;
  for (std::int64_t first = 0; first < info_.rows; first += step) {
    std::int64_t const last = std::min(first + step, info_.rows);
    out.push_back({first, last, (last - first) * info_.columns, bytes});
  }
  return out;
}

/// Counts the values first, so that the block grows by exactly those.
template <class Number>
void DenseMatrix::append(Number const* values, std::int64_t rows, MatrixBlock& block) const {
  std::int64_t const all = rows * info_.columns;
  std::int64_t present = 0;
  for (std::int64_t i = 0; i < all; ++i) present += values[i] != Number{0} ? 1 : 0;
  std::size_t at = block.values.size();
  // One more than needed: the loop below writes each value and then keeps it or not.
  block.values.resize(at + static_cast<std::size_t>(present) + 1);
  block.minor.resize(block.values.size());
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t column = 0; column < info_.columns; ++column) {
      Number const value = values[row * info_.columns + column];
      block.values[at] = static_cast<double>(value);
      block.minor[at] = static_cast<std::int32_t>(column);
      at += value != Number{0} ? 1 : 0;
    }
    block.offsets.push_back(static_cast<std::int64_t>(at));
  }
  block.values.resize(at);
  block.minor.resize(at);
}

void DenseMatrix::read(MatrixSlab const& slab, MatrixBlock& block) const {
  DensePlan const how = plan(slab.bytes);
  block.by_column = false;
  block.first = slab.first;
  block.offsets.assign(1, 0);
  block.values.clear();
  block.minor.clear();
  // Memory that is never written is never resident, so room for the worst case costs nothing.
  block.values.reserve(static_cast<std::size_t>(slab.stored) + 1);
  block.minor.reserve(static_cast<std::size_t>(slab.stored) + 1);
  std::vector<char> buffer;
  for (std::int64_t row = slab.first; row < slab.last; row += how.piece) {
    std::int64_t const rows = std::min(how.piece, slab.last - row);
    buffer.resize(static_cast<std::size_t>(rows * info_.columns) * values_.now().type().bytes);
    values_.with_cache(how.cache).read_rows(row, rows, buffer.data());
    with_number_type(values_.now().type(), [&](auto example) {
      append(reinterpret_cast<decltype(example) const*>(buffer.data()), rows, block);
    });
  }
  if (!info_.integer) check_finite(block);
}

}  // namespace

std::unique_ptr<H5adMatrix> open_dense(Hdf5File const& file, std::string const& name,
                                       MatrixAxes axes) {
  return std::make_unique<DenseMatrix>(file, name, std::move(axes));
}

}  // namespace pertscale
