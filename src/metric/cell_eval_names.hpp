#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "data/status.hpp"

/// The columns of cell-eval 0.8.2 and cell-eval2 0.20.0, and what they are called here.
namespace pertscale {

enum class CellEval { v1, v2 };  ///< cell-eval 0.8.2, cell-eval2 0.20.0

/// One column of a peer's results.
struct CellEvalColumn {
  CellEval program = CellEval::v1;
  std::string column;    ///< the peer's name
  std::string metric;    ///< ours, as a user writes it after `metric =`
  std::string profiles;  ///< of the peer, separated by blanks; `full` holds every column
};

/// In the peers' own order. `clustering_agreement` is not there: it depends on the neighbour search
/// of umap and on igraph's Leiden, so that no other program can give its value.
std::vector<CellEvalColumn> const& cell_eval_columns();

/// The label of a metric as a user writes it, its options in the order of their declaration.
std::string label_of_text(std::string_view metric);

/// The peer's column of one of our labels; empty: none. Continuity correction (cell-eval2's engine
/// `pdex`) and log-normalised input are variants of one column.
std::string cell_eval_column(std::string_view our_label);

/// What the peer writes where we have no value: "" (null) or "NaN". cell-eval 0.8.2 leaves recall,
/// direction and Spearman's correlation of perturbations without a significant gene out of its
/// means (null); every other undefined value is NaN and spoils them.
std::string_view cell_eval_missing(std::string_view column, Status const& status);

}  // namespace pertscale
