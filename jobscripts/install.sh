#!/usr/bin/env bash
# Installs the packages that pertscale needs, and nothing else. Says what it is about to do and skips what is there.
#   bash jobscripts/install.sh [--with-tests]
set -euo pipefail

packages=(g++ cmake ninja-build ccache pkg-config git
          libopenmpi-dev openmpi-bin libhdf5-openmpi-dev libpetsc-real-dev libslepc-real-dev libscalapack-openmpi-dev
          libopenblas-dev libeigen3-dev libboost-program-options-dev
          libfmt-dev nlohmann-json3-dev librandom123-dev libdeflate-dev libssl-dev catch2)
if [ "${1:-}" = --with-tests ]; then
  packages+=(clang-format clang-tidy python3 python3-numpy python3-scipy python3-h5py python3-anndata)
elif [ $# -gt 0 ]; then
  echo "install.sh: unknown argument '$1'; the only one is --with-tests" >&2
  exit 2
fi

# Clusters: no apt, modules instead.
without_apt() {
  local missing=()
  for tool in g++ cmake ninja mpirun pkg-config; do
    command -v "$tool" >/dev/null || missing+=("$tool")
  done
  if command -v pkg-config >/dev/null; then
    for library in hdf5-openmpi petsc slepc; do
      pkg-config --exists "$library" || missing+=("$library (pkg-config)")
    done
  fi
  if [ ${#missing[@]} -eq 0 ]; then
    echo "install.sh: no apt here, and everything that is looked for is there"
    exit 0
  fi
  cat >&2 <<TEXT
install.sh: there is no apt-get here, and these are missing: ${missing[*]}
Load or build: GCC 12 or later, CMake 3.25, Ninja, Open MPI 4 (with thread support), parallel HDF5 1.10 or later,
PETSc 3.18 and SLEPc (real scalars), ScaLAPACK, OpenBLAS, Eigen 3.4, Boost.Program_options, fmt 9, nlohmann-json 3, Random123,
libdeflate, OpenSSL, Catch2 version 2 (header only); for instance
  module load gcc cmake ninja openmpi hdf5 petsc slepc scalapack openblas eigen boost
then run this script again.
TEXT
  exit 2
}

command -v apt-get >/dev/null && command -v dpkg-query >/dev/null || without_apt

missing=()
for package in "${packages[@]}"; do
  state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing+=("$package")
done

if [ ${#missing[@]} -eq 0 ]; then
  echo "install.sh: all ${#packages[@]} packages are there"
else
  run=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || {
      echo "install.sh: these packages are missing and neither root nor sudo is at hand: ${missing[*]}" >&2
      exit 2
    }
    run=(sudo)
  fi
  echo "install.sh: about to install with apt-get: ${missing[*]}"
  "${run[@]}" apt-get -q update || {
    echo "install.sh: apt-get update failed; check the network and the sources of apt, then run this again" >&2
    exit 2
  }
  "${run[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "${missing[@]}" || {
    echo "install.sh: apt-get could not install ${missing[*]}; see its message above, then run this again" >&2
    exit 2
  }
fi

# The reference BLAS is 26 times slower than OpenBLAS and says nothing about it.
blas=$(readlink -f "/usr/lib/$(gcc -print-multiarch)/libblas.so.3" 2>/dev/null || true)
case "$blas" in
  *openblas*) echo "install.sh: BLAS is $blas" ;;
  "") echo "install.sh: libblas.so.3 was not found; pertscale links OpenBLAS itself" ;;
  *)
    echo "install.sh: warning: the system's BLAS is $blas, not OpenBLAS; PETSc would be slow." >&2
    echo "  mend: update-alternatives --config libblas.so.3-$(gcc -print-multiarch)" >&2
    ;;
esac
