#pragma once
#include <string>
#include <vector>

#include "suite/prediction_source.hpp"

namespace pertscale {

/// What a first look at a file of predictions says of how to read it.
struct PredictionLook {
  std::string condition_column, context_column, gene_column;
  std::string split;                ///< the value of obs `split` that is wanted; empty: every row
  bool cells = false;               ///< its rows are cells
  std::vector<std::string> status;  ///< by row of the file, where a run of this program saved it
};

/// Looks at obs and var on rank 0. Collective; mistakes are UserErrors.
PredictionLook look_at_prediction(PredictionSpec const& spec, std::string const& path,
                                  PredictionSplit const& split, Dataset const& measured,
                                  Communicator const& comm);

}  // namespace pertscale
