#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace pertscale {

/// One figure beside its reference.
struct ComparedFigure {
  std::vector<std::string> names;  ///< dataset, protocol, split, model, context, group, metric
  std::optional<double> value, reference;  ///< none: missing there
  double tolerance = 0;                    ///< absolute
  bool absent = false;                     ///< one side has no such row at all

  /// |value - reference| <= tolerance, or missing in both though both have the row.
  bool pass() const;
};

struct Comparison {
  std::vector<ComparedFigure> figures;
  std::size_t without_counterpart = 0;  ///< references that the results have no row for

  std::size_t failed() const;
};

/// Means of summary.csv of two results directories. A row that only one of them has fails. A figure
/// may differ by `relative` x |reference| + 1e-12. UserError where a table is absent.
Comparison compare_results(std::filesystem::path const& folder,
                           std::filesystem::path const& reference, double relative);

/// Published figures (columns dataset, protocol, split, model, group, metric, value) beside the
/// means of a results directory: of summary.csv where split is `*`, else of the split's rows of
/// scores.csv. A figure may differ by `relative` x |reference|, or by half a unit of the last digit
/// that was published, whichever is more. Figures that the results have no row for are counted.
/// UserError where there is no figure in common.
Comparison compare_published(std::filesystem::path const& folder,
                             std::filesystem::path const& published, double relative);

/// A line a figure: value, reference, tolerance, PASS or FAIL; then how many.
std::string comparison_text(Comparison const& comparison);
/// The same as csv.
std::string comparison_csv(Comparison const& comparison);

}  // namespace pertscale
