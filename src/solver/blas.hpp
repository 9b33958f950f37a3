#pragma once
#include <string>

namespace pertscale {

/// The BLAS this program runs with: "OpenBLAS 0.3.21 ... Zen", or the name of another library.
std::string blas_description();
/// One thread a rank, whatever the environment says: bits depend on the number of threads.
void use_one_blas_thread();
/// GFLOP/s of a dgemm of order n, best of three.
double blas_gflops(int n);

}  // namespace pertscale
