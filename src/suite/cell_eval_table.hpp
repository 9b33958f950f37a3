#pragma once
#include <optional>
#include <string>
#include <vector>

namespace pertscale {

/// As polars writes a float: 25.0, NaN; null is empty.
std::string polars_field(std::optional<double> const& value);

/// A table as cell-eval 0.8.2 writes it: a row a perturbation, a column a metric. Empty: null,
/// which is not the same as NaN there.
struct CellEvalTable {
  std::vector<std::string> columns;
  std::vector<std::string> perturbations;
  std::vector<std::vector<std::optional<double>>> values;  ///< perturbations x columns
};

/// NAME.results.csv: `perturbation` and the columns. Doubles read back the same; NaN is `NaN`.
std::string cell_eval_results(CellEvalTable const& table);

/// NAME.agg_results.csv, polars' describe(): count, null_count, mean, std (n - 1), min, quartiles
/// (the nearest rank) and max. A NaN makes mean and std NaN, is above every number among the
/// quartiles, and is passed over by min and max.
std::string cell_eval_aggregate(CellEvalTable const& table);

}  // namespace pertscale
