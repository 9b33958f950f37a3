#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "core/room.hpp"
#include "io/h5ad_matrix.hpp"
#include "io/number_sweeps.hpp"

namespace pertscale {

namespace {

constexpr std::uint64_t most_buffer_bytes = std::uint64_t{4} << 20U;
constexpr std::uint64_t block_bytes_a_value = 12;
constexpr std::int64_t sweep_bytes = 1 << 18;  // looked at twice while they are in the L2 cache

/// How a dense matrix is read within a budget of memory.
struct DensePlan {
  std::int64_t rows = 1;    ///< of a slab
  std::int64_t piece = 1;   ///< rows of one H5Dread
  std::uint64_t cache = 0;  ///< bytes of HDF5's chunk cache; 0: its default
  bool raw = false;         ///< chunks are inflated past HDF5, whole chunk rows at once
};

/// A matrix with a value for every cell and gene. Zeros are left out of blocks.
class DenseMatrix : public H5adMatrix {
 public:
  DenseMatrix(Hdf5File const& file, std::string const& name, MatrixAxes axes);
  std::vector<MatrixSlab> slabs(std::uint64_t bytes) const override;
  void read(MatrixSlab const& slab, MatrixBlock& block) const override;
  void prefetch(MatrixSlab const& slab) const override;

 private:
  DensePlan plan(std::uint64_t bytes) const;
  std::optional<DensePlan> raw_plan(std::uint64_t bytes) const;
  DensePlan few_rows(std::uint64_t bytes, std::uint64_t cache, std::uint64_t overhead) const;
  DensePlan chunked_plan(std::uint64_t bytes) const;
  /// Bytes of a row as read, and of a row without zeros in a block.
  std::uint64_t row_bytes() const {
    return static_cast<std::uint64_t>(info_.columns) * values_.type().bytes;
  }
  std::uint64_t block_row_bytes() const {
    return static_cast<std::uint64_t>(info_.columns) * block_bytes_a_value + sizeof(std::int64_t);
  }
  std::int64_t height() const { return std::min(values_.now().chunk()[0], info_.rows); }
  /// Begins to inflate the chunk rows that a slab lies in, unless they are there.
  void stage(MatrixSlab const& slab) const;
  void finish_staging() const;
  void free_staging() const;
  /// Appends rows without their zeros; returns whether a value was NaN or infinite.
  bool append(char const* values, std::int64_t rows, MatrixBlock& block) const;
  template <class Number>
  bool append_piece(Number const* values, std::int64_t rows, MatrixBlock& block) const;

  mutable std::vector<char> staged_;                         ///< whole chunk rows, row by row
  mutable std::int64_t staged_first_ = 0, staged_last_ = 0;  ///< rows in it, or on their way
  CachedDataset values_;                                     ///< last: its threads write to it
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
  info_.datasets = {name_};
  take_type(values_.now());
  check_shape();
}

std::int64_t rows_within(std::uint64_t budget, std::uint64_t taken, std::uint64_t row) {
  return budget > taken ? static_cast<std::int64_t>((budget - taken) / row) : std::int64_t{0};
}

DensePlan DenseMatrix::plan(std::uint64_t bytes) const {
  if (values_.now().chunk().empty()) return few_rows(bytes, 0, 0);
  auto const raw = raw_plan(bytes);
  return raw ? *raw : chunked_plan(bytes);
}

/// As many whole chunk rows as fit, inflated beside the block that is made of them; else one chunk
/// row, and as many rows of it in a block as fit beside it. None where not even that fits.
std::optional<DensePlan> DenseMatrix::raw_plan(std::uint64_t bytes) const {
  auto const* const raw = values_.raw();
  if (raw == nullptr || !raw->fits(bytes)) return std::nullopt;
  std::int64_t const tall = height();
  std::uint64_t const used = raw->memory(bytes);
  std::int64_t const whole = rows_within(bytes, used, block_row_bytes() + row_bytes());
  if (whole >= tall) return DensePlan{whole / tall * tall, 0, 0, true};
  std::uint64_t const chunk_row = static_cast<std::uint64_t>(tall) * row_bytes();
  std::int64_t const some = rows_within(bytes, used + chunk_row, block_row_bytes());
  if (some < 1) return std::nullopt;
  std::int64_t const parts = (tall + some - 1) / some;
  return DensePlan{(tall + parts - 1) / parts, 0, 0, true};
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

/// No slab of fewer rows than a chunk reaches into another chunk row.
std::vector<MatrixSlab> DenseMatrix::slabs(std::uint64_t bytes) const {
  DensePlan const how = plan(bytes);
  std::vector<MatrixSlab> out;
  for (std::int64_t first = 0, last = 0; first < info_.rows; first = last) {
    last = std::min(first + how.rows, info_.rows);
    if (how.raw && how.rows < height()) last = std::min(last, (first / height() + 1) * height());
    out.push_back({first, last, (last - first) * info_.columns, bytes});
  }
  return out;
}

/// Counts the values first, so that the block grows by exactly those.
template <class Number>
bool DenseMatrix::append_piece(Number const* values, std::int64_t rows, MatrixBlock& block) const {
  std::int64_t const all = rows * info_.columns;
  std::int64_t present = 0;
  StrangeNumbers strange;
  for (std::int64_t i = 0; i < all; ++i) {
    present += values[i] != Number{0} ? 1 : 0;
    strange.see(values[i]);
  }
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
  return strange.any();
}

bool DenseMatrix::append(char const* values, std::int64_t rows, MatrixBlock& block) const {
  auto const row = static_cast<std::int64_t>(row_bytes());
  std::int64_t const step = std::max<std::int64_t>(1, sweep_bytes / row);
  bool strange = false;
  for (std::int64_t at = 0; at < rows; at += step)
    with_number_type(values_.type(), [&](auto example) {
      auto const* const from = reinterpret_cast<decltype(example) const*>(values + at * row);
      strange |= append_piece(from, std::min(step, rows - at), block);
    });
  return strange;
}

void DenseMatrix::stage(MatrixSlab const& slab) const {
  std::int64_t const first = slab.first / height() * height();
  std::int64_t const last = std::min((slab.last + height() - 1) / height() * height(), info_.rows);
  if (staged_first_ <= slab.first && slab.last <= staged_last_) return;
  auto* const raw = values_.raw();
  raw->abandon();
  staged_first_ = staged_last_ = 0;
  make_room(staged_, static_cast<std::size_t>(last - first) * row_bytes());
  staged_.resize(static_cast<std::size_t>(last - first) * row_bytes());
  staged_first_ = first;
  staged_last_ = last;
  raw->start(
      first, last - first,
      [this, first](ChunkPart const& part) {
        std::size_t const one = values_.type().bytes;
        for (std::int64_t row = 0; row < part.rows; ++row)
          std::memcpy(staged_.data() +
                          static_cast<std::size_t>(part.first_row - first + row) * row_bytes() +
                          static_cast<std::size_t>(part.first_column) * one,
                      part.values + static_cast<std::size_t>(row * part.stride) * one,
                      static_cast<std::size_t>(part.columns) * one);
      },
      slab.bytes);
}

void DenseMatrix::finish_staging() const {
  try {
    values_.raw()->finish();
  } catch (...) {
    free_staging();
    throw;
  }
}

void DenseMatrix::free_staging() const {
  staged_first_ = staged_last_ = 0;
  staged_ = {};
}

void DenseMatrix::prefetch(MatrixSlab const& slab) const {
  if (values_.now().chunk().empty())
    values_.now().will_read(slab.first, slab.last - slab.first);
  else if (reader_threads() > 1 && plan(slab.bytes).raw)
    stage(slab);
}

void DenseMatrix::read(MatrixSlab const& slab, MatrixBlock& block) const {
  DensePlan const how = plan(slab.bytes);
  block.by_column = false;
  block.first = slab.first;
  block.majors.clear();
  block.offsets.assign(1, 0);
  block.values.clear();
  block.minor.clear();
  // Memory that is never written is never resident, so room for the worst case costs nothing.
  make_room(block.values, static_cast<std::size_t>(slab.stored) + 1);
  make_room(block.minor, static_cast<std::size_t>(slab.stored) + 1);
  bool strange = false;
  if (how.raw) {
    stage(slab);
    finish_staging();
    strange =
        append(staged_.data() + static_cast<std::size_t>(slab.first - staged_first_) * row_bytes(),
               slab.last - slab.first, block);
    if (slab.last == info_.rows) free_staging();  // the caller may go on with another file
  } else {
    auto const& dataset = values_.with_cache(how.cache);
    std::vector<char> buffer(static_cast<std::size_t>(how.piece) * row_bytes());
    for (std::int64_t row = slab.first; row < slab.last; row += how.piece) {
      std::int64_t const rows = std::min(how.piece, slab.last - row);
      dataset.read_rows(row, rows, buffer.data());
      strange |= append(buffer.data(), rows, block);
    }
  }
  if (strange) check_finite(block);
}

}  // namespace

std::unique_ptr<H5adMatrix> open_dense(Hdf5File const& file, std::string const& name,
                                       MatrixAxes axes) {
  return std::make_unique<DenseMatrix>(file, name, std::move(axes));
}

}  // namespace pertscale
