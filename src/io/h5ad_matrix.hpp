#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/hdf5_dataset.hpp"
#include "io/raw_chunks.hpp"
#include "io/reader.hpp"

namespace pertscale {

/// The two sides of a matrix: how long obs and var are, and what their entries are called.
struct MatrixAxes {
  std::int64_t rows = 0, columns = 0;
  std::string obs = "obs", var = "var";                ///< paths, for sentences
  std::function<std::string(std::int64_t)> gene_name;  ///< asked only when something is wrong
  bool finite = true;                                  ///< refuse values that are not
};

/// One matrix of an AnnData file: X, raw/X or a layer. Every failure is a UserError.
class H5adMatrix {
 public:
  /// Opens the matrix at `name` ("X", "layers/counts") and checks its shape against the axes, and
  /// of a sparse one the whole of indptr.
  static std::unique_ptr<H5adMatrix> open(Hdf5File const& file, std::string const& name,
                                          MatrixAxes axes);
  virtual ~H5adMatrix() = default;

  MatrixInfo const& info() const { return info_; }
  /// Slabs whose reading takes at most `bytes`: the block at 12 bytes a value and 8 a row, the one
  /// that is prefetched, the buffers and chunk caches. A slab of one row (column) may take more
  /// where `bytes` is too small.
  virtual std::vector<MatrixSlab> slabs(std::uint64_t bytes) const = 0;
  virtual void read(MatrixSlab const& slab, MatrixBlock& block) const = 0;
  virtual void prefetch(MatrixSlab const& slab) const = 0;

 protected:
  H5adMatrix(Hdf5File file, std::string name, MatrixAxes axes)
      : file_(std::move(file)), name_(std::move(name)), axes_(std::move(axes)) {}

  /// Checks rows x columns against obs and var, and that neither is empty or too long.
  void check_shape() const;
  void take_type(Hdf5Dataset const& values);
  /// UserError naming the first value that is NaN or infinite, if there is one.
  void check_finite(MatrixBlock const& block) const;
  /// "gene 3 (`KLF1`)"
  std::string gene(std::int64_t column) const;

  Hdf5File file_;
  std::string name_;
  MatrixAxes axes_;
  MatrixInfo info_;
};

/// A dataset whose chunk cache is as large as a caller needs; reopened only when that changes (HDF5
/// keeps the cache of the first handle, so the old one is closed first).
class CachedDataset {
 public:
  explicit CachedDataset(Hdf5Dataset dataset)
      : file_(dataset.file()),
        name_(dataset.name()),
        type_(dataset.type()),
        dataset_(std::move(dataset)) {}
  /// The dataset with a cache of so many bytes, for reading; 0: HDF5's default.
  Hdf5Dataset const& with_cache(std::uint64_t bytes) const;
  /// The dataset with whatever cache it has: for its shape and type.
  Hdf5Dataset const& now() const { return *dataset_; }
  /// May be asked on any thread.
  ElementType const& type() const { return type_; }
  /// The same dataset by its raw chunks; null where HDF5 must read it. Until HDF5 reads it again.
  RawChunks* raw() const;

 private:
  void open_again(std::uint64_t bytes) const;

  Hdf5File file_;
  std::string name_;
  ElementType type_;
  mutable std::optional<Hdf5Dataset> dataset_;  ///< always there
  mutable std::uint64_t bytes_ = 0;
  mutable bool looked_ = false, cached_ = false;
  mutable std::unique_ptr<RawChunks> raw_;
};

std::unique_ptr<H5adMatrix> open_dense(Hdf5File const& file, std::string const& name,
                                       MatrixAxes axes);
std::unique_ptr<H5adMatrix> open_sparse(Hdf5File const& file, std::string const& name,
                                        MatrixAxes axes);

}  // namespace pertscale
