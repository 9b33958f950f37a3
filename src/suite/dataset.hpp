#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "data/gene_table.hpp"
#include "data/labels.hpp"
#include "io/reader.hpp"
#include "parallel/communicator.hpp"
#include "suite/dataset_spec.hpp"

namespace pertscale {

/// A screen of which only the labels have been read: who was measured where.
struct Dataset {
  DatasetSpec spec;
  std::string digest;  ///< of the file's content and of every key that changes the numbers
  GeneTable genes;     ///< all genes of the matrix
  Labels labels;
  std::vector<std::int32_t> row_of_cell;  ///< row of Labels for each matrix row; -1: left out
  std::vector<double> weights;  ///< of pseudobulk rows (cells behind each); empty for cells
  MatrixInfo info;
  std::vector<std::string> notes;  ///< what was dropped and why, a sentence each
};

/// Opens a screen on rank 0, reads its labels, and gives them to every rank. Mistakes are
/// UserErrors.
Dataset open_dataset(DatasetSpec const& spec, Communicator const& comm);
/// All of them; the mistakes of every one are reported together.
std::vector<Dataset> open_datasets(std::vector<DatasetSpec> const& specs, Communicator const& comm);

/// SHA-256 of a file's content: of all of it up to 64 MiB; above, of its size, its time of change,
/// and of 64 evenly spaced blocks of 64 KiB.
std::string content_digest(std::string const& path);

}  // namespace pertscale
