#pragma once
#include "suite/cell_obs.hpp"
#include "suite/dataset.hpp"

namespace pertscale {

/// Opens every file of `dataset.spec`, selects its matrix, and fills `parts`, `info` and a note a
/// file. Runs on one rank. UserError for a file that is named twice or for too many rows.
CellObs::Readers open_parts(Dataset& dataset);

/// Drops the columns that only the preset names and that a file lacks from `dataset.spec`, with a
/// note each.
void skip_absent_columns(Dataset& dataset, CellObs::Readers const& readers);

/// Fills the genes: those of the one file, or those that all files have. What is lost is noted, or
/// refused (common-genes = identical, values = latent).
void read_genes(Dataset& dataset, CellObs::Readers const& readers);

}  // namespace pertscale
