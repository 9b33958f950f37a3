#include "io/h5ad_writer.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <hdf5.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "core/error.hpp"
#include "io/h5ad_frame_output.hpp"

namespace pertscale {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(fs::path const& path, std::string const& reason) {
  throw UserError(fmt::format("{}: cannot write ({}); check the space and the rights there",
                              path.string(), reason));
}

/// Created by us first, so that the reason of a refusal is the system's.
void create_empty(fs::path const& temporary, fs::path const& target) {
  int const fd = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) fail(target, std::strerror(errno));
  close(fd);
}

void sync(fs::path const& path, int flags) {
  int const fd = open(path.c_str(), flags);
  if (fd < 0) return;
  int const status = fsync(fd);
  int const reason = errno;
  close(fd);
  if (status != 0 && (flags & O_DIRECTORY) == 0) fail(path, std::strerror(reason));
}

/// The strong degree closes what is still open in the file, so that it is whole when it is renamed.
std::int64_t create_file(fs::path const& path, WriteTarget& target) {
  initialise_hdf5();
  auto const access = patient_access(target);
  H5Pset_fclose_degree(access.id(), H5F_CLOSE_STRONG);
  return H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access.id());
}

}  // namespace

void check_target(fs::path const& target) {
  std::error_code ignored;
  if (fs::is_directory(target, ignored))
    throw UserError(fmt::format("{} is a folder; name a file to write", target.string()));
  auto const folder = target.has_parent_path() ? target.parent_path() : fs::path(".");
  if (!fs::exists(folder, ignored))
    throw UserError(fmt::format("{}: the folder {} does not exist; make it first", target.string(),
                                folder.string()));
  if (!fs::is_directory(folder, ignored))
    throw UserError(fmt::format("{}: {} is not a folder; name a file in a folder", target.string(),
                                folder.string()));
  if (access(folder.c_str(), W_OK | X_OK) != 0) fail(target, std::strerror(errno));
}

SparseRows::SparseRows(Hdf5Output const& parent, std::string const& name, H5adLayout const& layout)
    : majors_(layout.format == MatrixFormat::csc ? layout.genes : layout.cells),
      group_(parent.group(
          name, {layout.format == MatrixFormat::csc ? "csc_matrix" : "csr_matrix", "0.1.0"})),
      values_(group_, "data", {NumberType::float32, 0, -1, layout.compression}),
      minor_(group_, "indices", {NumberType::int32, 0, -1, layout.compression}) {
  std::vector<std::int64_t> const shape{layout.cells, layout.genes};
  group_.attribute("shape", std::span<std::int64_t const>(shape));
}

void SparseRows::append(SparseBlock const& block) {
  if (block.first != static_cast<std::int64_t>(offsets_.size()) - 1)
    throw InternalError("blocks of a sparse matrix out of order");
  values_.append<float>(block.values);
  minor_.append<std::int32_t>(block.minor);
  std::int64_t const start = offsets_.back();
  for (std::size_t i = 1; i < block.offsets.size(); ++i)
    offsets_.push_back(start + block.offsets[i]);
}

void SparseRows::finish() {
  if (static_cast<std::int64_t>(offsets_.size()) - 1 != majors_)
    throw InternalError(fmt::format("a sparse matrix of {} rows or columns ended after {}", majors_,
                                    offsets_.size() - 1));
  group_.array<std::int64_t>("indptr", offsets_);
}

H5adWriter::H5adWriter(fs::path target, H5adLayout const& layout)
    : target_(std::move(target)),
      layout_(layout),
      file_(std::make_shared<WriteTarget>(WriteTarget{target_.string(), 0})) {
  check_target(target_);
  temporary_ = target_;
  temporary_ += fmt::format(".tmp.{}", getpid());
  create_empty(temporary_, target_);
  try {
    root_ = Hdf5Output({}, file_).with(create_file(temporary_, *file_));
    root_->encode({"anndata", "0.1.0"});
    for (auto const* empty : {"obsm", "varp"}) root_->dict(empty);
    obsp_ = root_->dict("obsp");
    layers_ = root_->dict("layers");
    varm_ = root_->dict("varm");
    uns_ = root_->dict("uns");
    if (layout.format == MatrixFormat::dense)
      dense_ = std::make_unique<Hdf5Rows>(
          *root_, "X", RowsLayout{layout.values, layout.genes, layout.cells, layout.compression});
    else
      sparse_ = std::make_unique<SparseRows>(*root_, "X", layout);
  } catch (...) {
    discard();
    throw;
  }
}

H5adWriter::~H5adWriter() {
  if (!finished_) discard();
}

void H5adWriter::discard() {
  if (file_->error == 0) file_->error = ECANCELED;  // nothing more is worth writing
  close_parts();
  root_.reset();
  unlink(temporary_.c_str());
}

/// Everything but the file itself.
void H5adWriter::close_parts() {
  sparse_.reset();
  dense_.reset();
  layers_.reset();
  obsp_.reset();
  varm_.reset();
  uns_.reset();
}

void H5adWriter::obs(OutputFrame const& frame) { write_frame(*root_, "obs", frame); }

void H5adWriter::var(OutputFrame const& frame) { write_frame(*root_, "var", frame); }

void H5adWriter::append(SparseBlock const& block) {
  if (!sparse_) throw InternalError("a sparse block for a dense matrix");
  sparse_->append(block);
}

Hdf5Rows& H5adWriter::dense() {
  if (!dense_) throw InternalError("dense rows for a sparse matrix");
  return *dense_;
}

void H5adWriter::append(std::span<float const> rows) { dense().append(rows); }

void H5adWriter::append(std::span<double const> rows) { dense().append(rows); }

namespace {

std::span<double const> values_of(ProfileTable const& table) {
  if (table.empty()) return {};
  return {table.row(0).data(), table.rows() * table.genes()};
}

}  // namespace

void H5adWriter::layer(std::string const& name, ProfileTable const& values) {
  if (static_cast<std::int64_t>(values.rows()) != layout_.cells ||
      static_cast<std::int64_t>(values.genes()) != layout_.genes)
    throw InternalError(fmt::format("layer {} has another shape than X", name));
  Hdf5Rows rows = layer(name);
  rows.append(values_of(values));
}

Hdf5Rows H5adWriter::layer(std::string const& name) {
  return {*layers_, name,
          RowsLayout{NumberType::float64, layout_.genes, layout_.cells, layout_.compression}};
}

void H5adWriter::varm(std::string const& name, std::span<float const> values,
                      std::int64_t columns) {
  varm_->array(name, values, columns);
}

void H5adWriter::finish() {
  if (sparse_) sparse_->finish();
  if (dense_ && dense_->rows() != layout_.cells)
    throw InternalError(
        fmt::format("a matrix of {} rows ended after {}", layout_.cells, dense_->rows()));
  close_parts();
  root_->check(H5Fflush(root_->id(), H5F_SCOPE_LOCAL));
  root_.reset();
  Hdf5Output({}, file_).check(0);  // closing writes too
  sync(temporary_, O_RDWR);
  if (std::rename(temporary_.c_str(), target_.c_str()) != 0) fail(target_, std::strerror(errno));
  finished_ = true;
  sync(target_.has_parent_path() ? target_.parent_path() : fs::path("."), O_RDONLY | O_DIRECTORY);
}

void write_profiles(fs::path const& target, ProfileFile const& file) {
  auto const& mean = file.mean;
  H5adLayout layout;
  layout.cells = static_cast<std::int64_t>(mean.rows());
  layout.genes = static_cast<std::int64_t>(mean.genes());
  layout.format = MatrixFormat::dense;
  layout.values = NumberType::float64;
  if (file.genes.size() != mean.genes() || file.obs.index.size() != mean.rows())
    throw InternalError("profiles, their rows and their genes differ in size");
  H5adWriter writer(target, layout);
  writer.obs(file.obs);
  writer.var({file.genes, {}});
  writer.append(values_of(mean));
  for (auto const& [name, values] : file.layers) writer.layer(name, values);
  writer.finish();
}

}  // namespace pertscale
