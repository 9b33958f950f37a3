#include "io/h5ad_sparse.hpp"

#include <fmt/format.h>

namespace pertscale {

namespace {

Hdf5Dataset member(Hdf5File const& file, std::string const& name, std::string const& part) {
  Hdf5Dataset out(file, name + "/" + part);
  if (out.shape().size() != 1)
    file.refuse(fmt::format("{} has {} dimension(s), not 1; write the file anew with anndata.",
                            out.name(), out.shape().size()));
  return out;
}

}  // namespace

SparseMatrix::SparseMatrix(Hdf5File const& file, std::string const& name, MatrixAxes axes)
    : H5adMatrix(file, name, std::move(axes)),
      values_(member(file, name, "data")),
      indices_(member(file, name, "indices")) {
  read_layout();
  read_shape();
  info_.datasets = {name_ + "/data", name_ + "/indices", name_ + "/indptr"};
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

std::unique_ptr<H5adMatrix> open_sparse(Hdf5File const& file, std::string const& name,
                                        MatrixAxes axes) {
  return std::make_unique<SparseMatrix>(file, name, std::move(axes));
}

}  // namespace pertscale
