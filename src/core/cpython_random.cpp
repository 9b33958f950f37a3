#include "core/cpython_random.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <numeric>
#include <sstream>

#include "core/error.hpp"

namespace pertscale {

namespace {

constexpr std::size_t state_size = 624;
using State = std::array<std::uint32_t, state_size>;

/// Knuth's linear congruential filling of the state.
State filled(std::uint32_t seed) {
  State state{};
  state[0] = seed;
  for (std::uint32_t i = 1; i < state_size; ++i)
    state[i] = 1812433253U * (state[i - 1] ^ (state[i - 1] >> 30)) + i;
  return state;
}

/// `init_by_array` of Matsumoto and Nishimura's mt19937ar.
State filled_by(std::vector<std::uint32_t> const& key) {
  State state = filled(19650218U);
  std::size_t i = 1;
  auto const next = [&] {
    if (++i < state_size) return;
    state[0] = state[state_size - 1];
    i = 1;
  };
  auto const mixed = [&](std::uint32_t factor) {
    return state[i] ^ ((state[i - 1] ^ (state[i - 1] >> 30)) * factor);
  };
  for (std::size_t k = 0; k < std::max(state_size, key.size()); ++k) {
    std::size_t const j = k % key.size();
    state[i] = mixed(1664525U) + key[j] + static_cast<std::uint32_t>(j);
    next();
  }
  for (std::size_t k = 1; k < state_size; ++k) {
    state[i] = mixed(1566083941U) - static_cast<std::uint32_t>(i);
    next();
  }
  state[0] = 0x80000000U;
  return state;
}

/// The standard library's engine in a given state: its textual form is the state, oldest first.
std::mt19937 engine_with(State const& state) {
  std::stringstream text;
  for (auto const word : state) text << word << ' ';
  text << state_size;  // of libstdc++: every word is used up
  std::mt19937 engine;
  text >> engine;
  if (!text) throw InternalError("this standard library reads a generator's state otherwise");
  return engine;
}

std::vector<std::uint32_t> words_of(std::int64_t seed) {
  auto const size =
      seed < 0 ? 0 - static_cast<std::uint64_t>(seed) : static_cast<std::uint64_t>(seed);
  std::vector<std::uint32_t> words{static_cast<std::uint32_t>(size)};
  if (size >> 32 != 0) words.push_back(static_cast<std::uint32_t>(size >> 32));
  return words;
}

}  // namespace

CpythonRandom::CpythonRandom(std::int64_t seed) : engine_(engine_with(filled_by(words_of(seed)))) {}

double CpythonRandom::random() {
  std::uint32_t const high = word() >> 5, low = word() >> 6;
  return (high * 67108864.0 + low) / 9007199254740992.0;
}

std::uint32_t CpythonRandom::below(std::uint32_t n) {
  if (n == 0) throw InternalError("a random number below 0");
  int const unused = std::countl_zero(n);
  std::uint32_t value = word() >> unused;
  while (value >= n) value = word() >> unused;
  return value;
}

std::int64_t CpythonRandom::randint(std::int64_t low, std::int64_t high) {
  return low + below(static_cast<std::uint32_t>(high - low + 1));
}

std::vector<std::size_t> CpythonRandom::sample(std::size_t n, std::size_t k) {
  if (k > n) throw InternalError("a sample of more entries than there are");
  double set_size = 21;  // Python's estimate of a small set's memory in list entries
  if (k > 5)
    set_size += std::pow(4, std::ceil(std::log(static_cast<double>(k) * 3) / std::log(4.0)));
  return static_cast<double>(n) <= set_size ? sample_from_pool(n, k) : sample_by_set(n, k);
}

std::vector<std::size_t> CpythonRandom::sample_from_pool(std::size_t n, std::size_t k) {
  std::vector<std::size_t> pool(n), chosen;
  std::iota(pool.begin(), pool.end(), std::size_t{0});
  for (std::size_t i = 0; i < k; ++i) {
    auto const j = below(static_cast<std::uint32_t>(n - i));
    chosen.push_back(pool[j]);
    pool[j] = pool[n - i - 1];
  }
  return chosen;
}

std::vector<std::size_t> CpythonRandom::sample_by_set(std::size_t n, std::size_t k) {
  std::vector<bool> taken(n, false);
  std::vector<std::size_t> chosen;
  while (chosen.size() < k) {
    auto const j = below(static_cast<std::uint32_t>(n));
    if (taken[j]) continue;
    taken[j] = true;
    chosen.push_back(j);
  }
  return chosen;
}

}  // namespace pertscale
