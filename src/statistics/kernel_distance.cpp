#include "statistics/kernel_distance.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/sums.hpp"
#include "core/vector_loops.hpp"
#include "solver/products.hpp"

namespace pertscale {

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// visit(bits, n) for runs of squared distances of different points of a pool; as 64-bit words,
/// which order as the numbers do (none is negative).
template <class Visit>
void visit_words(Matrix const& pool, Visit&& visit) {
  visit_pairs_within(pool, [&](Eigen::Index first, Eigen::Index other, Matrix const& tile) {
    for (Eigen::Index i = 0; i < tile.rows(); ++i)
      for (Eigen::Index j = first == other ? i + 1 : 0; j < tile.cols(); ++j)
        visit(std::bit_cast<std::uint64_t>(tile(i, j)));
  });
}

/// The word of rank `rank` (from 0): 16 bits a pass, from the highest.
std::uint64_t word_of_rank(Matrix const& pool, std::uint64_t rank) {
  std::uint64_t prefix = 0;
  for (int shift = 48; shift >= 0; shift -= 16) {
    std::vector<std::uint64_t> counts(1U << 16);
    std::uint64_t const known = shift == 48 ? 0 : ~std::uint64_t{0} << (shift + 16);
    visit_words(pool, [&](std::uint64_t word) {
      if ((word & known) == prefix) ++counts[word >> shift & 0xffffU];
    });
    std::uint64_t digit = 0;
    while (rank >= counts[digit]) rank -= counts[digit++];
    prefix |= digit << shift;
  }
  return prefix;
}

/// Means of (gamma <x, y> + coef0)^degree: over all pairs, and over the diagonal.
class PolyKernel {
 public:
  explicit PolyKernel(KernelForm const& form) : form_(form) {}

  double sum(Points const& a, Points const& b) const {
    double sum = 0;
    Matrix product;
    for (Eigen::Index i = 0; i < a.rows(); i += points_in_tile)
      for (Eigen::Index j = 0; j < b.rows(); j += points_in_tile) {
        multiply_transposed(a.middleRows(i, std::min(points_in_tile, a.rows() - i)),
                            b.middleRows(j, std::min(points_in_tile, b.rows() - j)), product);
        sum += ordered_sum(static_cast<std::size_t>(product.size()),
                           [&](std::size_t k) { return power(product.data()[k]); });
      }
    return sum;
  }

  /// Mean over pairs within a group.
  double within(Points const& a) const {
    auto const n = static_cast<double>(a.rows());
    double total = sum(a, a);
    if (!form_.unbiased) return total / n / n;
    for (Eigen::Index i = 0; i < a.rows(); ++i) {
      double const* const x = a.row(i).data();
      total -= power(ordered_sum(static_cast<std::size_t>(a.cols()),
                                 [&](std::size_t k) { return x[k] * x[k]; }));
    }
    return total / n / (n - 1);
  }

 private:
  double power(double product) const {
    double const base = form_.gamma * product + form_.coef0;
    double out = 1;
    for (int k = 0; k < form_.degree; ++k) out *= base;
    return out;
  }

  KernelForm const& form_;
};

double energy(Points const& a, Points const& b, EnergyForm const& form) {
  return energy_distance(a, b, group_terms(a, form), group_terms(b, form), form);
}

}  // namespace

double median_distance(Points const& a, Points const& b) {
  auto const n = static_cast<std::uint64_t>(a.rows() + b.rows());
  if (n < 2) return none;
  Matrix pool(a.rows() + b.rows(), a.cols());
  pool << a, b;
  std::uint64_t const pairs = n * (n - 1) / 2;
  double const upper = std::sqrt(std::bit_cast<double>(word_of_rank(pool, pairs / 2)));
  if (pairs % 2 == 1) return upper;
  return (std::sqrt(std::bit_cast<double>(word_of_rank(pool, pairs / 2 - 1))) + upper) / 2;
}

double mmd_squared(Points const& a, Points const& b, KernelForm const& form) {
  Eigen::Index const fewest = std::min(a.rows(), b.rows());
  if (fewest < (form.unbiased ? 2 : 1)) return none;
  if (form.kernel == Kernel::linear)
    return energy(a, b, {PointMetric::sqeuclidean, form.unbiased, 0.5});
  if (form.kernel == Kernel::poly) {
    PolyKernel const kernel(form);
    double const across =
        kernel.sum(a, b) / static_cast<double>(a.rows()) / static_cast<double>(b.rows());
    return kernel.within(a) + kernel.within(b) - 2 * across;
  }
  double gamma = form.gamma;
  if (form.median) {
    double const scale = median_distance(a, b);
    if (!(scale > 0)) return none;
    gamma = 1 / (2 * scale * scale);
  }
  return energy(a, b, {PointMetric::gaussian, form.unbiased, 1, gamma});
}

}  // namespace pertscale
