#include "version_text.hpp"

#include <fmt/format.h>
#include <Eigen/Core>

#include "io/hdf5_version.hpp"
#include "parallel/session.hpp"
#include "solver/blas.hpp"
#include "solver/petsc_version.hpp"
#include "version.hpp"

namespace pertscale {

std::string version_text() {
  return fmt::format(
      "pertscale {} (commit {})\nMPI    {}\nHDF5   {}\nPETSc  {}\nSLEPc  {}\nEigen  {}.{}.{}\nBLAS "
      "  {}\n",
      PERTSCALE_VERSION, PERTSCALE_COMMIT, Session::library_version(), hdf5_version(),
      petsc_version(), slepc_version(), EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION,
      EIGEN_MINOR_VERSION, blas_description());
}

}  // namespace pertscale
