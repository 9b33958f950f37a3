#include "io/h5ad_matrix.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace pertscale {

std::unique_ptr<H5adMatrix> H5adMatrix::open(Hdf5File const& file, std::string const& name,
                                             MatrixAxes axes) {
  if (file.kind(name) == Hdf5File::Kind::group) return open_sparse(file, name, std::move(axes));
  return open_dense(file, name, std::move(axes));
}

void H5adMatrix::check_shape() const {
  std::int64_t const rows = info_.rows, columns = info_.columns;
  if (rows == 0 || columns == 0)
    file_.refuse(
        fmt::format("{} has no {} (shape {} x {}); name another matrix, or write the file "
                    "with cells and genes.",
                    name_, columns == 0 ? "genes" : "cells", rows, columns));
  if (rows != axes_.rows)
    file_.refuse(
        fmt::format("{} has {} rows, but {} has {} cells; write the file anew with anndata.", name_,
                    rows, axes_.obs, axes_.rows));
  if (columns != axes_.columns)
    file_.refuse(
        fmt::format("{} has {} columns, but {} has {} genes; write the file anew with "
                    "anndata.",
                    name_, columns, axes_.var, axes_.columns));
  std::int64_t const most = std::numeric_limits<std::int32_t>::max();
  if (rows > most || columns > most)
    file_.refuse(
        fmt::format("{} is {} x {}; more than {} rows or columns are not supported: split "
                    "the file.",
                    name_, rows, columns, most));
}

void H5adMatrix::take_type(Hdf5Dataset const& values) {
  auto const& type = values.type();
  if (!type.number())
    file_.refuse(fmt::format("{} holds {}, not real numbers; write it as float32 or integers.",
                             values.name(), type.name));
  info_.value_type = type.name;
  info_.integer = type.kind != ElementType::Kind::floating;
  info_.compression = values.compression();
  if (values.chunk().empty()) return;
  info_.unit = static_cast<std::uint64_t>(values.chunk()[0]) * type.bytes;
  if (values.chunk().size() > 1)
    info_.unit *= static_cast<std::uint64_t>((values.shape()[1] + values.chunk()[1] - 1) /
                                             values.chunk()[1] * values.chunk()[1]);
}

std::string H5adMatrix::gene(std::int64_t column) const {
  std::string const name = axes_.gene_name ? axes_.gene_name(column) : "";
  return fmt::format("gene {} (`{}`)", column, name);
}

void H5adMatrix::check_finite(MatrixBlock const& block) const {
  if (!axes_.finite) return;
  for (std::size_t k = 0; k < block.values.size(); ++k) {
    if (std::isfinite(block.values[k])) continue;
    auto const after =
        std::upper_bound(block.offsets.begin(), block.offsets.end(), static_cast<std::int64_t>(k));
    std::int64_t const major = block.first + (after - block.offsets.begin()) - 1;
    std::int64_t const minor = block.minor[k];
    file_.refuse(
        fmt::format("{} is {} at row {}, {} (counted from 0); a screen needs finite values: drop "
                    "or replace it.",
                    name_, block.values[k], block.by_column ? minor : major,
                    gene(block.by_column ? major : minor)));
  }
}

void CachedDataset::open_again(std::uint64_t bytes) const {
  raw_.reset();
  looked_ = cached_ = false;
  dataset_.reset();
  dataset_.emplace(file_, name_, bytes);
  bytes_ = bytes;
}

Hdf5Dataset const& CachedDataset::with_cache(std::uint64_t bytes) const {
  if (bytes != bytes_) open_again(bytes);
  cached_ = true;
  return *dataset_;
}

/// A chunk in HDF5's cache would be mistaken for one in the file.
RawChunks* CachedDataset::raw() const {
  if (cached_ && (!looked_ || raw_)) open_again(bytes_);
  if (!looked_) raw_ = RawChunks::of(*dataset_);
  looked_ = true;
  return raw_.get();
}

}  // namespace pertscale
