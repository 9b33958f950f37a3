#include <fmt/format.h>

#include <algorithm>

#include "io/h5ad_matrix.hpp"

namespace pertscale {

namespace {

constexpr std::uint64_t block_bytes_a_value = 12;
constexpr std::int64_t values_a_piece = 1 << 17;  // converted while they are in the L2 cache
constexpr std::int64_t values_a_read = 1 << 26;   // read straight into the block
constexpr std::uint64_t default_cache = std::uint64_t{1} << 20U;

/// A csr or csc matrix. Explicit zeros are kept; the order within a row (column) is the file's.
/// "Line" below is a row of a csr and a column of a csc matrix.
class SparseMatrix : public H5adMatrix {
 public:
  SparseMatrix(Hdf5File const& file, std::string const& name, MatrixAxes axes);
  std::vector<MatrixSlab> slabs(std::uint64_t bytes) const override;
  void read(MatrixSlab const& slab, MatrixBlock& block) const override;

 private:
  bool by_column() const { return info_.layout == MatrixInfo::Layout::csc; }
  std::int64_t lines() const { return by_column() ? info_.columns : info_.rows; }
  std::int64_t extent() const { return by_column() ? info_.rows : info_.columns; }
  char const* line_word() const { return by_column() ? "column" : "row"; }
  char const* minor_word() const { return by_column() ? "row" : "column"; }

  void read_layout();
  void read_shape();
  void check_starts() const;
  std::uint64_t cache(Hdf5Dataset const& dataset, std::uint64_t bytes) const;
  void read_values(std::int64_t begin, MatrixSlab const& slab, MatrixBlock& block) const;
  void read_indices(std::int64_t begin, MatrixSlab const& slab, MatrixBlock& block) const;
  [[noreturn]] void refuse_index(std::int64_t index, std::size_t at,
                                 MatrixBlock const& block) const;
  void check_lines(MatrixBlock const& block) const;
  void check_repeats(MatrixBlock const& block, std::int64_t line,
                     std::vector<std::int32_t>& last_seen) const;

  std::vector<std::int64_t> starts_;  ///< indptr
  CachedDataset values_, indices_;
};

/// Indices to 32 bits; returns where the first outside [0, extent) is, or `count`. `from` may be
/// `to`.
template <class Index>
std::int64_t narrow(Index const* from, std::int64_t count, std::int64_t extent, std::int32_t* to) {
  auto const outside = [&](std::int64_t index) {
    return static_cast<std::uint64_t>(index) >= static_cast<std::uint64_t>(extent);
  };
  bool wrong = false;
  for (std::int64_t i = 0; i < count; ++i) wrong |= outside(static_cast<std::int64_t>(from[i]));
  if (wrong) {
    std::int64_t first = 0;
    while (!outside(static_cast<std::int64_t>(from[first]))) ++first;
    return first;
  }
  std::transform(from, from + count, to,
                 [](std::int64_t index) { return static_cast<std::int32_t>(index); });
  return count;
}

Hdf5Dataset member(Hdf5File const& file, std::string const& name, std::string const& part) {
  Hdf5Dataset out(file, name + "/" + part);
  if (out.shape().size() != 1)
    file.refuse(fmt::format("{} has {} dimension(s), not 1; write the file anew with anndata.",
                            out.name(), out.shape().size()));
  return out;
}

SparseMatrix::SparseMatrix(Hdf5File const& file, std::string const& name, MatrixAxes axes)
    : H5adMatrix(file, name, std::move(axes)),
      values_(member(file, name, "data")),
      indices_(member(file, name, "indices")) {
  read_layout();
  read_shape();
  take_type(values_.now());
  info_.stored = values_.now().elements();
  info_.index_type = indices_.now().type().name;
  if (indices_.now().type().kind != ElementType::Kind::integer)
    file_.refuse(indices_.now().name() + " holds " + indices_.now().type().name +
                 ", not whole numbers.");
  if (indices_.now().elements() != info_.stored)
    file_.refuse(fmt::format("{} has {} entries, but {} has {}; write the file anew with anndata.",
                             indices_.now().name(), indices_.now().elements(), values_.now().name(),
                             info_.stored));
  check_shape();
  Hdf5Dataset const indptr = member(file_, name_, "indptr");
  if (indptr.elements() != lines() + 1)
    file_.refuse(
        fmt::format("{} has {} entries, but {} {}s need {}; write the file anew with "
                    "anndata.",
                    indptr.name(), indptr.elements(), lines(), line_word(), lines() + 1));
  starts_ = indptr.integers();
  check_starts();
}

void SparseMatrix::read_layout() {
  std::string layout = file_.text(name_, "encoding-type");
  if (layout.empty()) layout = file_.text(name_, "h5sparse_format");
  if (layout == "csr_matrix" || layout == "csr") {
    info_.layout = MatrixInfo::Layout::csr;
  } else if (layout == "csc_matrix" || layout == "csc") {
    info_.layout = MatrixInfo::Layout::csc;
  } else {
    file_.refuse(
        fmt::format("{} is a group {}; a matrix must be dense, csr_matrix or csc_matrix: "
                    "write the file anew with anndata.",
                    name_,
                    layout.empty() ? "without the attribute encoding-type"
                                   : "of encoding-type '" + layout + "'"));
  }
}

void SparseMatrix::read_shape() {
  auto shape = file_.integers(name_, "shape");
  if (!shape) shape = file_.integers(name_, "h5sparse_shape");
  if (!shape || shape->size() != 2)
    file_.refuse(name_ +
                 " has no attribute shape of two whole numbers (cells, genes); write the "
                 "file anew with anndata.");
  info_.rows = (*shape)[0];
  info_.columns = (*shape)[1];
  if (info_.rows < 0 || info_.columns < 0)
    file_.refuse(fmt::format("{} has the shape {} x {}; write the file anew with anndata.", name_,
                             info_.rows, info_.columns));
}

void SparseMatrix::check_starts() const {
  std::string const indptr = name_ + "/indptr";
  if (starts_.front() != 0)
    file_.refuse(fmt::format("{} starts with {}, not 0; write the file anew with anndata.", indptr,
                             starts_.front()));
  for (std::size_t i = 1; i < starts_.size(); ++i) {
    if (starts_[i] < starts_[i - 1])
      file_.refuse(
          fmt::format("{} decreases from {} to {} at {} {} (counted from 0); write the "
                      "file anew with anndata.",
                      indptr, starts_[i - 1], starts_[i], line_word(), i - 1));
    if (starts_[i] - starts_[i - 1] > extent() && starts_[i] <= info_.stored)
      file_.refuse(fmt::format(
          "{} gives {} {} {} values, more than it has {}s ({}); sum its "
          "duplicates (X.sum_duplicates()) and write the file anew.",
          indptr, line_word(), i - 1, starts_[i] - starts_[i - 1], minor_word(), extent()));
  }
  if (starts_.back() != info_.stored)
    file_.refuse(
        fmt::format("{} ends with {}, but {} holds {} values; write the file anew with "
                    "anndata.",
                    indptr, starts_.back(), values_.now().name(), info_.stored));
}

/// A chunk that HDF5's default cache cannot hold would be decompressed again for every piece.
std::uint64_t SparseMatrix::cache(Hdf5Dataset const& dataset, std::uint64_t bytes) const {
  if (dataset.chunk().empty()) return 0;
  std::uint64_t const chunk = static_cast<std::uint64_t>(dataset.chunk()[0]) * dataset.type().bytes;
  return chunk > default_cache && chunk <= bytes / 4 ? chunk : 0;
}

std::vector<MatrixSlab> SparseMatrix::slabs(std::uint64_t bytes) const {
  std::uint64_t const taken =
      std::max(cache(values_.now(), bytes), std::min(default_cache, bytes / 8)) +
      std::max(cache(indices_.now(), bytes), std::min(default_cache, bytes / 8)) +
      std::min<std::uint64_t>(values_a_piece * 8, bytes / 8);
  std::uint64_t const room = bytes > taken ? bytes - taken : 0;
  std::vector<MatrixSlab> out;
  std::int64_t first = 0;
  while (first < lines()) {
    auto const begin = starts_[static_cast<std::size_t>(first)];
    std::int64_t last = first + 1;
    auto const need = [&](std::int64_t end) {
      auto const values =
          static_cast<std::uint64_t>(starts_[static_cast<std::size_t>(end)] - begin);
      return values * block_bytes_a_value + static_cast<std::uint64_t>(end - first + 1) * 8;
    };
    while (last < lines() && need(last + 1) <= room) ++last;
    out.push_back({first, last, starts_[static_cast<std::size_t>(last)] - begin, bytes});
    first = last;
  }
  return out;
}

void SparseMatrix::read(MatrixSlab const& slab, MatrixBlock& block) const {
  block.by_column = by_column();
  block.first = slab.first;
  auto const from = starts_.begin() + slab.first;
  std::int64_t const begin = *from;
  block.offsets.resize(static_cast<std::size_t>(slab.last - slab.first) + 1);
  std::transform(from, from + (slab.last - slab.first) + 1, block.offsets.begin(),
                 [begin](std::int64_t start) { return start - begin; });
  block.minor.resize(static_cast<std::size_t>(slab.stored));
  block.values.resize(static_cast<std::size_t>(slab.stored));
  read_indices(begin, slab, block);
  read_values(begin, slab, block);
  check_lines(block);
  if (!info_.integer) check_finite(block);
}

void SparseMatrix::read_values(std::int64_t begin, MatrixSlab const& slab,
                               MatrixBlock& block) const {
  auto const& dataset = values_.with_cache(cache(values_.now(), slab.bytes));
  auto const& type = values_.now().type();
  bool const straight = type.kind == ElementType::Kind::floating && type.bytes == sizeof(double);
  std::int64_t const step = straight ? values_a_read : values_a_piece;
  std::vector<char> buffer;
  if (!straight) buffer.resize(static_cast<std::size_t>(step) * type.bytes);
  for (std::int64_t at = 0; at < slab.stored; at += step) {
    std::int64_t const count = std::min(step, slab.stored - at);
    double* const to = block.values.data() + at;
    dataset.read_rows(begin + at, count, straight ? static_cast<void*>(to) : buffer.data());
    if (!straight) widen(type, buffer.data(), count, to);
  }
}

void SparseMatrix::read_indices(std::int64_t begin, MatrixSlab const& slab,
                                MatrixBlock& block) const {
  auto const& dataset = indices_.with_cache(cache(indices_.now(), slab.bytes));
  auto const& type = indices_.now().type();
  bool const straight = type.bytes == sizeof(std::int32_t) && type.is_signed;
  std::int64_t const step = straight ? values_a_read : values_a_piece;
  std::vector<char> buffer;
  if (!straight) buffer.resize(static_cast<std::size_t>(step) * type.bytes);
  for (std::int64_t at = 0; at < slab.stored; at += step) {
    std::int64_t const count = std::min(step, slab.stored - at);
    std::int32_t* const to = block.minor.data() + at;
    dataset.read_rows(begin + at, count, straight ? static_cast<void*>(to) : buffer.data());
    void const* const read = straight ? static_cast<void const*>(to) : buffer.data();
    with_number_type(type, [&](auto example) {
      auto const* const from = static_cast<decltype(example) const*>(read);
      std::int64_t const wrong = narrow(from, count, extent(), to);
      if (wrong < count)
        refuse_index(static_cast<std::int64_t>(from[wrong]), static_cast<std::size_t>(at + wrong),
                     block);
    });
  }
}

void SparseMatrix::refuse_index(std::int64_t index, std::size_t at,
                                MatrixBlock const& block) const {
  auto const after =
      std::upper_bound(block.offsets.begin(), block.offsets.end(), static_cast<std::int64_t>(at));
  std::int64_t const line = block.first + (after - block.offsets.begin()) - 1;
  file_.refuse(fmt::format(
      "{} names {} {} in {} {} (counted from 0), but there are {} {}s; write "
      "the file anew with anndata.",
      indices_.now().name(), minor_word(), index, line_word(), line, extent(), minor_word()));
}

/// Lines in rising order have no repeats; the others are looked at one by one.
void SparseMatrix::check_lines(MatrixBlock const& block) const {
  std::vector<std::int32_t> last_seen;
  for (std::int64_t line = 0; line < block.count(); ++line) {
    auto const* const minor = block.minor.data();
    std::int64_t const end = block.offsets[static_cast<std::size_t>(line) + 1];
    bool falls = false;
    for (std::int64_t k = block.offsets[static_cast<std::size_t>(line)] + 1; k < end; ++k)
      falls |= minor[k] <= minor[k - 1];
    if (falls) check_repeats(block, line, last_seen);
  }
}

void SparseMatrix::check_repeats(MatrixBlock const& block, std::int64_t line,
                                 std::vector<std::int32_t>& last_seen) const {
  last_seen.resize(static_cast<std::size_t>(extent()), -1);
  auto const at = static_cast<std::size_t>(line);
  for (std::int64_t k = block.offsets[at]; k < block.offsets[at + 1]; ++k) {
    std::int32_t const index = block.minor[static_cast<std::size_t>(k)];
    std::int32_t& seen = last_seen[static_cast<std::size_t>(index)];
    if (seen == static_cast<std::int32_t>(line))
      file_.refuse(
          fmt::format("{} names {} {} twice in {} {} (counted from 0); sum the duplicates "
                      "(X.sum_duplicates()) and write the file anew.",
                      indices_.now().name(), minor_word(), index, line_word(), block.first + line));
    seen = static_cast<std::int32_t>(line);
  }
}

}  // namespace

std::unique_ptr<H5adMatrix> open_sparse(Hdf5File const& file, std::string const& name,
                                        MatrixAxes axes) {
  return std::make_unique<SparseMatrix>(file, name, std::move(axes));
}

}  // namespace pertscale
