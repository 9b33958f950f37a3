#include "core/numpy_random.hpp"

#include <numeric>
#include <utility>

#include "core/error.hpp"

namespace pertscale {

std::uint32_t NumpyRandom::interval(std::uint32_t max) {
  if (max == 0) return 0;
  std::uint32_t mask = max;
  for (unsigned shift = 1; shift < 32; shift *= 2) mask |= mask >> shift;
  std::uint32_t value = word() & mask;
  while (value > max) value = word() & mask;
  return value;
}

std::vector<std::size_t> NumpyRandom::permutation(std::size_t n) {
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = n; i > 1; --i)
    std::swap(order[i - 1], order[interval(static_cast<std::uint32_t>(i - 1))]);
  return order;
}

std::vector<std::size_t> NumpyRandom::choice(std::size_t n, std::size_t size) {
  if (size > n) throw InternalError("choice of more entries than there are");
  auto order = permutation(n);
  order.resize(size);
  return order;
}

}  // namespace pertscale
