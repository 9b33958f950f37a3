#include "io/store_writer.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <hdf5.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <limits>

#include "core/error.hpp"
#include "io/h5ad_frame_output.hpp"

namespace pertscale {

namespace {

constexpr Encoding dict{"dict", "0.1.0"};

NumberType moment_type(StoreShape const& shape, StoreMoment table) {
  return table == StoreMoment::raw_sum && shape.counts ? NumberType::int64 : NumberType::float64;
}

std::string in_store(std::string const& name) { return std::string(store_group) + "/" + name; }

[[noreturn]] void fail(std::string const& path, int reason) {
  throw UserError(fmt::format("{}: cannot write ({}); check the space and the rights there", path,
                              std::strerror(reason)));
}

/// A full disk shows itself here, before hours of work.
void take_space(std::string const& path) {
  int const fd = open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) fail(path, errno);
  auto const size = lseek(fd, 0, SEEK_END);
  int const reason = fallocate(fd, 0, 0, size) == 0 ? 0 : errno;
  close(fd);
  bool const able = reason != EOPNOTSUPP && reason != ENOSYS && reason != EINVAL;
  if (reason != 0 && able) fail(path, reason);
}

/// An HDF5 file written by one rank; a failed write is told at the end.
class SerialFile {
 public:
  enum class Mode { create, change };
  SerialFile(std::string const& path, Mode mode) : target_(std::make_shared<WriteTarget>()) {
    initialise_hdf5();
    target_->path = path;
    auto const access = patient_access(*target_);
    H5Pset_fclose_degree(access.id(), H5F_CLOSE_STRONG);
    Hdf5Output const none({}, target_);
    root_.emplace(none.with(mode == Mode::create
                                ? H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access.id())
                                : H5Fopen(path.c_str(), H5F_ACC_RDWR, access.id())));
  }
  ~SerialFile() {
    if (root_ && target_->error == 0) target_->error = ECANCELED;
  }
  SerialFile(SerialFile const&) = delete;
  SerialFile& operator=(SerialFile const&) = delete;

  Hdf5Output const& root() const { return *root_; }
  void close() {
    root_->check(H5Fflush(root_->id(), H5F_SCOPE_LOCAL));
    root_.reset();
    Hdf5Output({}, target_).check(0);
  }

 private:
  std::shared_ptr<WriteTarget> target_;
  std::optional<Hdf5Output> root_;
};

class StoreCreator {
 public:
  StoreCreator(Hdf5Output const& root, StoreShape const& shape) : root_(root), shape_(shape) {}

  std::vector<ByteRange> create(StoreContent const& content) {
    root_.encode({"anndata", "0.1.0"});
    for (auto const* empty : {"layers", "obsm", "obsp", "uns", "varm", "varp"}) root_.dict(empty);
    auto const x = root_.group("X", {"csr_matrix", "0.1.0"});
    std::vector<std::int64_t> const sides{shape_.cells(), shape_.genes};
    x.attribute("shape", std::span<std::int64_t const>(sides));
    indptr(x);
    write_frame(root_, "obs", content.obs);
    write_frame(root_, "var", content.var);
    auto const store = x.group("pertscale_store", dict);
    store.scalar("version", store_version);
    store.scalar("counts", std::int64_t{shape_.counts ? 1 : 0});
    for (auto const& [name, text] : content.texts) store.scalar(name, text);
    for (auto const& [name, number] : content.numbers) store.scalar(name, number);
    groups(store.dict("groups"));
    pieces(store.dict("pieces"));
    reserve(x, "data", shape_.values, {shape_.stored(), 0});
    reserve(x, "indices", NumberType::int32, {shape_.stored(), 0});
    moments(store.dict("moments"));
    return std::move(bulk_);
  }

 private:
  struct Sides {
    std::int64_t rows, columns;
  };

  void reserve(Hdf5Output const& parent, char const* name, NumberType type, Sides sides) {
    auto const made = parent.reserve(name, type, sides.rows, sides.columns);
    auto const offset = H5Dget_offset(made.id());
    if (offset != HADDR_UNDEF) bulk_.push_back({offset, H5Dget_storage_size(made.id())});
  }

  /// Of the type of the genes where it can be: scipy slices no matrix whose two differ.
  void indptr(Hdf5Output const& x) const {
    if (shape_.stored() > std::numeric_limits<std::int32_t>::max()) {
      x.array<std::int64_t>("indptr", shape_.offsets);
    } else {
      std::vector<std::int32_t> const narrow(shape_.offsets.begin(), shape_.offsets.end());
      x.array<std::int32_t>("indptr", narrow);
    }
  }

  void groups(Hdf5Output const& into) const {
    std::vector<std::string> conditions, contexts;
    std::vector<std::int64_t> first_cell, cells, library_size;
    for (auto const& group : shape_.groups) {
      conditions.push_back(group.condition);
      contexts.push_back(group.context);
      first_cell.push_back(group.first_cell);
      cells.push_back(group.cells);
      library_size.push_back(group.library_size);
    }
    into.strings("condition", conditions);
    into.strings("context", contexts);
    into.array<std::int64_t>("first_cell", first_cell);
    into.array<std::int64_t>("cells", cells);
    into.array<std::int64_t>("library_size", library_size);
  }

  void pieces(Hdf5Output const& into) const {
    std::vector<std::int64_t> first_cell;
    for (auto const& piece : cut_pieces(shape_)) first_cell.push_back(piece.first_cell);
    into.array<std::int64_t>("first_cell", first_cell);
    for (auto const* name : {"data_crc32", "indices_crc32"})
      into.reserve(name, NumberType::int64, static_cast<std::int64_t>(first_cell.size()));
  }

  void moments(Hdf5Output const& into) {
    auto const rows = static_cast<std::int64_t>(shape_.groups.size());
    into.reserve("crc32", NumberType::int64,
                 rows * static_cast<std::int64_t>(store_moment_names.size()));
    for (std::size_t t = 0; t < store_moment_names.size(); ++t)
      reserve(into, store_moment_names[t], moment_type(shape_, static_cast<StoreMoment>(t)),
              {rows, shape_.genes});
  }

  Hdf5Output const& root_;
  StoreShape const& shape_;
  std::vector<ByteRange> bulk_;
};

}  // namespace

std::vector<ByteRange> create_store(std::string const& path, StoreShape const& shape,
                                    StoreContent const& content) {
  SerialFile file(path, SerialFile::Mode::create);
  auto bulk = StoreCreator(file.root(), shape).create(content);
  file.close();
  take_space(path);
  return bulk;
}

void finish_store(std::string const& path, StoreChecks const& checks,
                  std::vector<ByteRange> const& bulk) {
  SerialFile file(path, SerialFile::Mode::change);
  file.root().fill(in_store("pieces/data_crc32"), checks.data);
  file.root().fill(in_store("pieces/indices_crc32"), checks.indices);
  file.root().fill(in_store("moments/crc32"), checks.moments);
  file.close();
  write_seal(path, bulk);
}

void write_store_values(ParallelHdf5& file, StoreShape const& shape, StoreBlock const& block) {
  file.write("X/data", shape.values, {block.first_value, block.count, 0, block.values});
  file.write("X/indices", NumberType::int32, {block.first_value, block.count, 0, block.genes});
}

void write_store_moments(ParallelHdf5& file, StoreShape const& shape, StoreMoment table,
                         MomentBlock const& block) {
  file.write(in_store("moments/") + store_moment_names[static_cast<std::size_t>(table)],
             moment_type(shape, table), {block.first_row, block.rows, shape.genes, block.values});
}

}  // namespace pertscale
