#pragma once
#include <string>
#include <vector>

#include "suite/dataset.hpp"

namespace pertscale {

/// Reads obs through `reader`, applies the filters of `dataset.spec` and fills labels, row_of_cell,
/// weights and notes. Runs on one rank.
void label_cells(Dataset& dataset, ScreenReader const& reader);

}  // namespace pertscale
