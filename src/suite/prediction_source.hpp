#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "data/prediction.hpp"
#include "data/screen.hpp"
#include "parallel/communicator.hpp"
#include "suite/dataset.hpp"
#include "suite/moments.hpp"

namespace pertscale {

/// What a user says of predictions made elsewhere: the options of the model `predictions`.
struct PredictionSpec {
  std::string path;              ///< the file; may hold {split}, {protocol}, {dataset}
  std::string values = "auto";   ///< counts, lognormalised; auto: see open_prediction
  std::string rows = "auto";     ///< means (one row a condition), cells; auto: as the file looks
  std::string condition_column;  ///< empty: as the dataset's, else `condition`
  std::string separator;         ///< empty: as the dataset's
  std::string missing_genes = "no-change";  ///< or refuse
};

/// The split that a file is asked for.
struct PredictionSplit {
  std::string protocol, split;
  bool only = true;  ///< the study has no other split of the dataset
};

/// Predictions made elsewhere for one dataset and one split. Opening reads labels only; what is
/// marked (prepared) is filled by prepare_prediction.
struct PredictionSource {
  PredictionSpec spec;
  std::string path;  ///< the file itself
  /// The file as a screen of its own, rows of other splits left out: labels, row_of_cell, genes.
  /// CellSource and all that streams a Dataset read its cells. `values` is as the file's; counts
  /// are scaled to the target sum of the measured screen (prepared). Rows that hold a value that is
  /// not finite are left out (prepared).
  Dataset dataset;
  bool has_cells = false;  ///< many rows a condition; else means
  /// By row of the measured Labels, control rows included: row of dataset.labels and of `screen`,
  /// or -1 where the file says nothing.
  std::vector<std::ptrdiff_t> row_of;
  /// By row of the measured Labels: ok, no_prediction, not_finite (prepared), or the word that a
  /// run of this program saved.
  std::vector<Status> status;
  Screen screen;  ///< (prepared) the file's genes; mean; variance and nonzero where it has cells
  /// (prepared) By gene of the measured screen: gene of `screen`, or -1.
  std::vector<std::int32_t> column_of_gene;
  std::vector<std::string> notes;  ///< what was missing or extra, a sentence each

  /// Row of `screen` that holds the file's own control of the context of a measured control row, or
  /// -1.
  std::ptrdiff_t own_control(std::size_t measured_control_row) const {
    return row_of[measured_control_row];
  }
};

/// Opens the file of a split and matches its labels with those of `measured`. Collective. Without
/// `values`, cells are as the dataset's and means are log-normalised (of latent screens both are
/// coordinates). UserError: no such file, not
/// a form that is read, no condition column, no condition or gene in common, a condition twice
/// among means, several splits and nothing that tells them apart.
PredictionSource open_prediction(PredictionSpec const& spec, PredictionSplit const& split,
                                 Dataset const& measured, Communicator const& comm);

/// Streams the file's values (into `cache`, or from there) and fills what opening leaves out.
/// Collective.
void prepare_prediction(PredictionSource& source, Dataset const& measured, Screen const& screen,
                        Communicator const& comm, std::filesystem::path const& cache,
                        MomentOptions const& options);

/// The profiles of measured rows: a gene that the file lacks has the measured control's value.
Prediction predicted_profiles(PredictionSource const& source, Screen const& measured,
                              std::span<std::size_t const> rows);

}  // namespace pertscale
