#include "io/hdf5_parallel.hpp"

#include <fmt/format.h>
#include <hdf5.h>
#include <mpi.h>

#include <algorithm>
#include <array>

#include "core/error.hpp"

namespace pertscale {

namespace {

/// Most bytes of one collective call of a rank: MPI-IO gathers what all ranks of a node write.
constexpr std::int64_t most_bytes = std::int64_t{64} << 20U;

[[noreturn]] void fail(std::string const& path) {
  throw UserError(fmt::format("{}: cannot write (HDF5: {}); check the space and the rights there",
                              path, hdf5_error_text()));
}

}  // namespace

ParallelHdf5::ParallelHdf5(Communicator const& comm, std::string path)
    : comm_(comm), path_(std::move(path)) {
  initialise_hdf5();
  Hdf5Handle const access(H5Pcreate(H5P_FILE_ACCESS));
  H5Pset_fapl_mpio(access.id(), MPI_Comm_f2c(comm_.fortran_handle()), MPI_INFO_NULL);
  H5Pset_all_coll_metadata_ops(access.id(), true);
  H5Pset_coll_metadata_write(access.id(), true);
  H5Pset_fclose_degree(access.id(), H5F_CLOSE_STRONG);
  file_ = Hdf5Handle(H5Fopen(path_.c_str(), H5F_ACC_RDWR, access.id()));
  agree(comm_, [&] {
    if (!file_) fail(path_);
  });
}

ParallelHdf5::~ParallelHdf5() = default;

void ParallelHdf5::close() {
  datasets_.clear();
  { Hdf5Handle const closing(std::move(file_)); }
  comm_.barrier();
}

void ParallelHdf5::write(std::string const& dataset, NumberType type, ParallelBlock const& block) {
  auto found = datasets_.find(dataset);
  if (found == datasets_.end()) {
    Hdf5Handle opened(H5Dopen2(file_.id(), dataset.c_str(), H5P_DEFAULT));
    agree(comm_, [&] {
      if (!opened) fail(path_);
    });
    found = datasets_.emplace(dataset, std::move(opened)).first;
  }
  auto const row_bytes = static_cast<std::int64_t>(H5Tget_size(memory_type(type))) *
                         std::max<std::int64_t>(1, block.columns);
  std::int64_t const step = std::max<std::int64_t>(1, most_bytes / row_bytes);
  std::int64_t const parts = comm_.max((block.rows + step - 1) / step);
  for (std::int64_t p = 0; p < parts; ++p) {
    ParallelBlock part = block;
    std::int64_t const skipped = std::min(p * step, block.rows);
    part.first += skipped;
    part.rows = std::min(step, block.rows - skipped);
    if (part.rows > 0) part.values = static_cast<char const*>(block.values) + skipped * row_bytes;
    write_part(found->second.id(), type, part);
  }
}

void ParallelHdf5::write_part(std::int64_t dataset, NumberType type, ParallelBlock const& part) {
  agree(comm_, [&] {
    std::array<hsize_t, 2> const start{static_cast<hsize_t>(part.rows > 0 ? part.first : 0), 0};
    std::array<hsize_t, 2> const extent{static_cast<hsize_t>(std::max<std::int64_t>(1, part.rows)),
                                        static_cast<hsize_t>(part.columns)};
    int const rank = part.columns > 0 ? 2 : 1;
    Hdf5Handle const space(H5Dget_space(dataset));
    Hdf5Handle const memory(H5Screate_simple(rank, extent.data(), nullptr));
    if (part.rows > 0) {
      H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, start.data(), nullptr, extent.data(),
                          nullptr);
    } else {
      H5Sselect_none(space.id());
      H5Sselect_none(memory.id());
    }
    Hdf5Handle const transfer(H5Pcreate(H5P_DATASET_XFER));
    H5Pset_dxpl_mpio(transfer.id(), H5FD_MPIO_COLLECTIVE);
    char const nothing = 0;
    if (H5Dwrite(dataset, memory_type(type), memory.id(), space.id(), transfer.id(),
                 part.rows > 0 ? part.values : &nothing) < 0)
      fail(path_);
  });
}

}  // namespace pertscale
