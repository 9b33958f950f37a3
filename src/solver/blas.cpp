#include "solver/blas.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

extern "C" {
char* openblas_get_config();
char* openblas_get_corename();
void openblas_set_num_threads(int threads);
void dgemm_(char const*, char const*, int const*, int const*, int const*, double const*,
            double const*, int const*, double const*, int const*, double const*, double*,
            int const*);
}

namespace pertscale {

std::string blas_description() {
  return std::string(openblas_get_config()) + ", core type " + openblas_get_corename();
}

void use_one_blas_thread() { openblas_set_num_threads(1); }

double blas_gflops(int n) {
  std::vector<double> a(static_cast<std::size_t>(n) * static_cast<std::size_t>(n), 0.5), b(a), c(a);
  double const one = 1, zero = 0;
  double best = 0;
  for (int repeat = 0; repeat < 3; ++repeat) {
    auto const start = std::chrono::steady_clock::now();
    dgemm_("N", "N", &n, &n, &n, &one, a.data(), &n, b.data(), &n, &zero, c.data(), &n);
    std::chrono::duration<double> const seconds = std::chrono::steady_clock::now() - start;
    best = std::max(best, 2e-9 * n * n * n / seconds.count());
  }
  return best;
}

}  // namespace pertscale
