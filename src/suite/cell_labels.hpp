#pragma once
#include "suite/cell_obs.hpp"

namespace pertscale {

/// Reads obs, applies the filters of `dataset.spec` and fills labels, row_of_cell, batch, guide,
/// replicate, weights and notes. Runs on one rank.
void label_cells(Dataset& dataset, CellObs const& obs);

}  // namespace pertscale
