# Sourced by the scripts here: where the clone is, how many jobs build, and what Open MPI needs on this machine.
clone=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
jobs=${PERTSCALE_JOBS:-$(nproc)}
if [ "$(id -u)" -eq 0 ]; then
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi
export OMPI_MCA_rmaps_base_oversubscribe=1
# One BLAS thread a rank: ranks are the parallelism, and bits depend on the number of threads.
export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1
