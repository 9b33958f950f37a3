#pragma once
#include <cstdint>
#include <vector>

#include "statistics/energy_distance.hpp"

namespace pertscale {

/// Many groups of cells, one below the other. `starts`: first row of each group, and the end.
struct StackedGroups {
  Matrix points;
  std::vector<Eigen::Index> starts{0};

  std::size_t groups() const { return starts.size() - 1; }
  Eigen::Index cells(std::size_t group) const { return starts[group + 1] - starts[group]; }
};

/// A range of groups of a stack, first to one past the last.
struct GroupRange {
  std::size_t first = 0, last = 0;
};

/// Mean Euclidean distance of every group of `rows` from every group of `columns`, all their cells
/// in one product: rows x columns values, 8 (cells of rows) (cells of columns) bytes of scratch. A
/// group with itself: over n^2 pairs, the diagonal zero. Distances are of points about the mean of
/// the stack's first group, so they equal mean_distance up to rounding, and a range of other groups
/// may change the last bits: cut by the problem.
Matrix mean_distances(StackedGroups const& stack, GroupRange rows, GroupRange columns);

/// Squared Euclidean energy distances of every group of `rows` from every group of `columns` from
/// means and variances alone (GroupTerms), O(groups^2 d): no pair of cells is looked at. NaN where
/// a group has no term.
Matrix squared_energies(std::vector<GroupTerms> const& terms, GroupRange rows, GroupRange columns,
                        EnergyForm const& form);

}  // namespace pertscale
