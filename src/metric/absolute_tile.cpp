#include "metric/absolute_tile.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

// The compiler makes one body for each kind of processor and picks at run time; sums differ in
// nothing, since lanes are eight everywhere.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define PERTSCALE_VARIANTS __attribute__((target_clones("avx2", "default")))
#else
#define PERTSCALE_VARIANTS
#endif

namespace pertscale {

namespace {

using Lanes = float __attribute__((vector_size(32)));
using Bits = std::int32_t __attribute__((vector_size(32)));
constexpr int rows_at_once = 2, columns_at_once = 4;

struct Strip {
  float const* a[rows_at_once];
  float const* b[columns_at_once];
  std::int64_t genes = 0;
  float sums[rows_at_once][columns_at_once];
};

PERTSCALE_VARIANTS void add_strip(Strip& strip) {
  Lanes sums[rows_at_once][columns_at_once] = {};
  Bits const positive = {0x7fffffff, 0x7fffffff, 0x7fffffff, 0x7fffffff,
                         0x7fffffff, 0x7fffffff, 0x7fffffff, 0x7fffffff};
  std::int64_t k = 0;
  for (; k + 8 <= strip.genes; k += 8) {
    Lanes x[rows_at_once];
    for (int i = 0; i < rows_at_once; ++i) std::memcpy(&x[i], strip.a[i] + k, sizeof(Lanes));
#pragma GCC unroll 4
    for (int j = 0; j < columns_at_once; ++j) {
      Lanes y;
      std::memcpy(&y, strip.b[j] + k, sizeof(Lanes));
#pragma GCC unroll 2
      for (int i = 0; i < rows_at_once; ++i) {
        Lanes const difference = x[i] - y;
        sums[i][j] += reinterpret_cast<Lanes>(reinterpret_cast<Bits>(difference) & positive);
      }
    }
  }
  for (int i = 0; i < rows_at_once; ++i)
    for (int j = 0; j < columns_at_once; ++j) {
      float sum = 0;
      for (int lane = 0; lane < 8; ++lane) sum += sums[i][j][lane];
      for (std::int64_t rest = k; rest < strip.genes; ++rest)
        sum += std::fabs(strip.a[i][rest] - strip.b[j][rest]);
      strip.sums[i][j] = sum;
    }
}

}  // namespace

void absolute_differences(FloatRowMatrix const& a, FloatRowMatrix const& b, FloatRowMatrix& out) {
  out.resize(a.rows(), b.rows());
  Strip strip;
  strip.genes = a.cols();
  for (Eigen::Index i = 0; i < a.rows(); i += rows_at_once)
    for (Eigen::Index j = 0; j < b.rows(); j += columns_at_once) {
      // past the end the last row is taken once more, and its sums are left unused
      for (int r = 0; r < rows_at_once; ++r)
        strip.a[r] = a.data() + std::min(i + r, a.rows() - 1) * a.cols();
      for (int c = 0; c < columns_at_once; ++c)
        strip.b[c] = b.data() + std::min(j + c, b.rows() - 1) * b.cols();
      add_strip(strip);
      for (int r = 0; r < rows_at_once && i + r < a.rows(); ++r)
        for (int c = 0; c < columns_at_once && j + c < b.rows(); ++c)
          out(i + r, j + c) = strip.sums[r][c];
    }
}

}  // namespace pertscale
