# Every outside library, found once. A missing one ends the configuration with its Debian package named.
find_package(PkgConfig REQUIRED)

set(MPI_CXX_SKIP_MPICXX ON)
find_package(MPI REQUIRED COMPONENTS CXX)
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(Boost REQUIRED COMPONENTS program_options)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(Threads REQUIRED)

# Chunks compressed with gzip are inflated by libdeflate, in about half the time zlib takes.
pkg_check_modules(LIBDEFLATE REQUIRED IMPORTED_TARGET libdeflate)
add_library(pertscale_deflate INTERFACE)
target_link_libraries(pertscale_deflate INTERFACE PkgConfig::LIBDEFLATE)

# Parallel HDF5 through pkg-config: h5pcc links statically, and then no filter plugin can load.
pkg_check_modules(HDF5 REQUIRED IMPORTED_TARGET hdf5-openmpi)
add_library(pertscale_hdf5 INTERFACE)
target_link_libraries(pertscale_hdf5 INTERFACE PkgConfig::HDF5 MPI::MPI_CXX)

pkg_check_modules(PETSC REQUIRED IMPORTED_TARGET petsc)
pkg_check_modules(SLEPC REQUIRED IMPORTED_TARGET slepc)
add_library(pertscale_petsc INTERFACE)
target_link_libraries(pertscale_petsc INTERFACE PkgConfig::SLEPC PkgConfig::PETSC MPI::MPI_CXX)

# ScaLAPACK of the same MPI (Debian: libscalapack-openmpi-dev; elsewhere plain scalapack).
find_library(SCALAPACK_LIBRARY NAMES scalapack-openmpi scalapack REQUIRED)
add_library(pertscale_scalapack INTERFACE)
target_link_libraries(pertscale_scalapack INTERFACE ${SCALAPACK_LIBRARY} MPI::MPI_CXX)

find_library(OPENBLAS_LIBRARY openblas REQUIRED)
message(STATUS "BLAS and LAPACK: ${OPENBLAS_LIBRARY}")

find_path(RANDOM123_INCLUDE Random123/philox.h REQUIRED)
add_library(pertscale_random123 INTERFACE)
target_include_directories(pertscale_random123 SYSTEM INTERFACE ${RANDOM123_INCLUDE})

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

if(CMAKE_CXX_COMPILER MATCHES "mpic|mpiCC")
  message(FATAL_ERROR "CXX=${CMAKE_CXX_COMPILER}: name the plain compiler (CXX=g++). A compiler wrapper "
                      "lets every room see mpi.h, and the rooms' fences fall.")
endif()
