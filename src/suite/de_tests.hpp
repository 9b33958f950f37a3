#pragma once
#include <vector>

#include "data/screen.hpp"
#include "suite/de_cells.hpp"
#include "suite/de_options.hpp"
#include "suite/gene_records.hpp"

namespace pertscale {

/// Tests of every perturbed row, gene by gene.
struct DeTests {
  Dataset const& dataset;
  DeOptions const& options;
  Screen const* screen;                   ///< of the genes; null: rank tests do without
  std::vector<std::size_t> const& genes;  ///< numbers in the dataset, ascending
  MomentOptions const& limits;
};

/// From the screen's moments alone; genes are dealt to ranks in small runs. Collective.
void test_from_moments(DeTests const& tests, Communicator const& comm, GeneRecordWriter& records);

/// From the cells. Collective.
RankingReport test_from_cells(DeTests const& tests, CellDesign cells, Communicator const& comm,
                              GeneRecordWriter& records);

}  // namespace pertscale
