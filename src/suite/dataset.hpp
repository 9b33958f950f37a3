#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "data/gene_table.hpp"
#include "data/labels.hpp"
#include "io/reader.hpp"
#include "parallel/communicator.hpp"
#include "protocol/protocol.hpp"
#include "suite/dataset_spec.hpp"

namespace pertscale {

/// One file of a screen.
struct DatasetPart {
  std::string path;
  std::string context;         ///< of all its cells; empty: as the context-column says
  std::int64_t first_row = 0;  ///< number of its first row in the screen
  MatrixInfo info;
  std::vector<std::int32_t> gene_of_column;  ///< -1: not common to all files; empty: the same genes
};

/// A column of obs as numbers: what guides, replicates and batches are.
struct CellColumn {
  std::vector<std::string> names;          ///< sorted values
  std::vector<std::int32_t> code_of_cell;  ///< by matrix row; -1: missing
  bool given() const { return !code_of_cell.empty(); }
};

/// A screen of which only the labels have been read: who was measured where.
struct Dataset {
  DatasetSpec spec;
  std::string digest;  ///< of the file's content and of every key that changes the numbers
  GeneTable genes;     ///< all genes of the matrix
  Labels labels;
  std::vector<std::int32_t> row_of_cell;  ///< row of Labels for each matrix row; -1: left out
  CellColumn batch, guide, replicate;     ///< where the dataset names such a column
  std::vector<double> weights;     ///< of pseudobulk rows (cells behind each); empty for cells
  std::vector<DatasetPart> parts;  ///< its files, in order; at least one
  MatrixInfo info;  ///< rows, columns and stored values of all files; else the first's
  std::vector<std::string> notes;  ///< what was dropped and why, a sentence each
  ProtocolProfiles profiles;       ///< where a protocol looks at expression; else empty

  /// Number of the file that a row of the matrix is in.
  std::size_t part_number(std::int64_t row) const;
  DatasetPart const& part_of(std::int64_t row) const { return parts[part_number(row)]; }
};

/// Opens a screen on rank 0, reads its labels, and gives them to every rank. Mistakes are
/// UserErrors.
Dataset open_dataset(DatasetSpec const& spec, Communicator const& comm);
/// The same from a dataset file or a screen that a command line names.
Dataset open_dataset(std::string const& path, Communicator const& comm);
/// All of them; the mistakes of every one are reported together.
std::vector<Dataset> open_datasets(std::vector<DatasetSpec> const& specs, Communicator const& comm);

/// UserError where writing `target` would overwrite a file of the screen, its dataset file or a
/// list that this names.
void refuse_own_files(Dataset const& dataset, std::filesystem::path const& target);

/// SHA-256 of a file's content: of all of it up to 64 MiB; above, of its size, its time of change,
/// and of 64 evenly spaced blocks of 64 KiB.
std::string content_digest(std::string const& path);

}  // namespace pertscale
