#pragma once
#include <cstdint>
#include <map>
#include <string>

#include "io/hdf5_handle.hpp"
#include "io/hdf5_output.hpp"
#include "parallel/communicator.hpp"

namespace pertscale {

/// Consecutive rows of a dataset (values of a vector) that one rank writes.
struct ParallelBlock {
  std::int64_t first = 0;
  std::int64_t rows = 0;     ///< 0: this rank has nothing to write this time
  std::int64_t columns = 0;  ///< of the dataset; 0: it is a vector
  void const* values = nullptr;
};

/// An HDF5 file that all ranks write into together (MPI-IO). Its datasets are there already,
/// contiguous and allocated, so that only raw values are written and the file's bytes do not depend
/// on the number of ranks. Every call is collective; failures are UserErrors on every rank.
class ParallelHdf5 {
 public:
  ParallelHdf5(Communicator const& comm, std::string path);
  ~ParallelHdf5();
  ParallelHdf5(ParallelHdf5 const&) = delete;
  ParallelHdf5& operator=(ParallelHdf5 const&) = delete;

  /// One block a rank, of the type that the dataset has; any size.
  void write(std::string const& dataset, NumberType type, ParallelBlock const& block);
  void close();

 private:
  void write_part(std::int64_t dataset, NumberType type, ParallelBlock const& part);

  Communicator const& comm_;
  std::string path_;
  Hdf5Handle file_;
  std::map<std::string, Hdf5Handle> datasets_;
};

}  // namespace pertscale
