#pragma once
#include <optional>
#include <string>

#include "metric/metric.hpp"
#include "statistics/point_tiles.hpp"

namespace pertscale {

/// Which cells a metric compares, in which coordinates: the options that metrics of cells share.
class CellSpace {
 public:
  /// Adds `space=`, `most=` and `emit=`.
  void declare(OptionList& options);
  CellRequest request() const;
  bool expression() const { return space_ == "expression"; }

 private:
  std::string space_ = "expression";
  std::string emit_ = "none";
  std::int64_t most_ = 0;
};

/// N of `components:N`, from 1 to 10000; nothing where the text is not of that form.
std::optional<std::int64_t> components_of(std::string const& space);

/// Cells of one side; needs_cells without a supply.
SuppliedCells cells_of(ScoreContext const& context, Side side, std::size_t item,
                       CellRequest const& request);

}  // namespace pertscale
