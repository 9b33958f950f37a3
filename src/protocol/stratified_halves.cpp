#include "protocol/stratified_halves.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "core/error.hpp"
#include "core/numpy_random.hpp"

namespace pertscale {

namespace {

/// How many of `draws` items fall to each class: the floors, and one more for the largest
/// remainders, ties drawn by lot.
std::vector<std::size_t> shares(std::vector<std::size_t> const& counts, std::size_t draws,
                                NumpyRandom& random) {
  double total = 0;
  for (auto const count : counts) total += static_cast<double>(count);
  std::vector<std::size_t> out;
  std::map<double, std::vector<std::size_t>, std::greater<>> by_remainder;
  std::size_t given = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    double const exact = static_cast<double>(counts[i]) / total * static_cast<double>(draws);
    out.push_back(static_cast<std::size_t>(std::floor(exact)));
    by_remainder[exact - std::floor(exact)].push_back(i);
    given += out.back();
  }
  for (auto const& [remainder, classes] : by_remainder) {
    if (given >= draws) break;
    auto const more = std::min(classes.size(), draws - given);
    for (auto const i : random.choice(classes.size(), more)) ++out[classes[i]];
    given += more;
  }
  return out;
}

}  // namespace

Halves stratified_halves(std::vector<std::string> const& strata, double second_share,
                         std::uint32_t seed) {
  std::map<std::string, std::vector<std::size_t>> members;
  for (std::size_t i = 0; i < strata.size(); ++i) members[strata[i]].push_back(i);
  std::vector<std::size_t> counts;
  for (auto const& [name, items] : members) {
    if (items.size() < 2) throw InternalError("a stratum of one item cannot be halved");
    counts.push_back(items.size());
  }
  auto const n_second =
      static_cast<std::size_t>(std::ceil(second_share * static_cast<double>(strata.size())));
  NumpyRandom random(seed);
  auto const first = shares(counts, strata.size() - n_second, random);
  for (std::size_t i = 0; i < counts.size(); ++i) counts[i] -= first[i];
  auto const second = shares(counts, n_second, random);

  Halves out;
  std::size_t stratum = 0;
  for (auto const& [name, items] : members) {
    auto const order = random.permutation(items.size());
    std::size_t const end = first[stratum] + second[stratum];
    for (std::size_t i = 0; i < end; ++i)
      (i < first[stratum] ? out.first : out.second).push_back(items[order[i]]);
    ++stratum;
  }
  std::sort(out.first.begin(), out.first.end());
  std::sort(out.second.begin(), out.second.end());
  return out;
}

}  // namespace pertscale
