#include "data/moment_sums.hpp"

#include <algorithm>
#include <limits>

#include "core/error.hpp"
#include "core/room.hpp"

namespace pertscale {

MomentSums::MomentSums(std::vector<std::int64_t> cells, std::size_t genes, double bound)
    : cells_(std::move(cells)), genes_(genes) {
  for (auto const count : cells_) {
    sum_grid_.emplace_back(std::max<std::int64_t>(count, 1), bound);
    square_grid_.emplace_back(std::max<std::int64_t>(count, 1), bound * bound);
  }
  make_room(sums_, 2 * cells_.size() * genes);
  make_room(nonzero_, cells_.size() * genes);
  sums_.resize(2 * cells_.size() * genes);
  nonzero_.resize(cells_.size() * genes);
}

namespace {

template <class Entry>
Matrix tabulate(GroupRange range, std::size_t genes, Entry&& entry) {
  Matrix out(static_cast<Eigen::Index>(range.last - range.first), static_cast<Eigen::Index>(genes));
  for (std::size_t g = range.first; g < range.last; ++g)
    for (std::size_t j = 0; j < genes; ++j)
      out.data()[(g - range.first) * genes + j] = entry(g, g * genes + j);
  return out;
}

}  // namespace

Matrix MomentSums::mean(GroupRange range) const {
  return tabulate(range, genes_, [this](std::size_t g, std::size_t at) {
    return sum_grid_[g].decode(sums_[2 * at]) / static_cast<double>(cells_[g]);
  });
}

Matrix MomentSums::variance(GroupRange range) const {
  return tabulate(range, genes_, [this](std::size_t g, std::size_t at) {
    auto const n = static_cast<double>(cells_[g]);
    if (cells_[g] < 2) return std::numeric_limits<double>::quiet_NaN();
    double const sum = sum_grid_[g].decode(sums_[2 * at]);
    double const squares = square_grid_[g].decode(sums_[2 * at + 1]);
    return std::max(0.0, (squares - sum * (sum / n)) / (n - 1));
  });
}

Matrix MomentSums::nonzero_fraction(GroupRange range) const {
  return tabulate(range, genes_, [this](std::size_t g, std::size_t at) {
    return nonzero_[at] / static_cast<double>(cells_[g]);
  });
}

namespace {

constexpr int limb_bits = 42;
constexpr std::int64_t limb_mask = (std::int64_t{1} << limb_bits) - 1;

}  // namespace

std::vector<std::int64_t> DispersionSums::limbs() const {
  std::vector<std::int64_t> out;
  out.reserve(6 * sums_.size());
  for (auto const* list : {&sums_, &squares_})
    for (auto const value : *list) {
      out.push_back(static_cast<std::int64_t>(value) & limb_mask);
      out.push_back(static_cast<std::int64_t>(value >> limb_bits) & limb_mask);
      out.push_back(static_cast<std::int64_t>(value >> (2 * limb_bits)));
    }
  return out;
}

void DispersionSums::from_limbs(std::span<std::int64_t const> limbs) {
  if (limbs.size() != 6 * sums_.size()) throw InternalError("wrong number of limbs");
  std::size_t at = 0;
  for (auto* list : {&sums_, &squares_})
    for (auto& value : *list) {
      value = (static_cast<Wide>(limbs[at + 2]) << (2 * limb_bits)) +
              (static_cast<Wide>(limbs[at + 1]) << limb_bits) + limbs[at];
      at += 3;
    }
}

}  // namespace pertscale
