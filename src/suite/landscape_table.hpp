#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "data/status.hpp"
#include "parallel/communicator.hpp"

namespace pertscale {

/// Numbers of landscape.csv, a row a condition and context, in the order of their columns.
enum class LandscapeColumn : std::size_t {
  shift_norm,
  cosine_mean_shift,
  e_distance,
  e_test_p,
  e_test_p_adjusted,
  de_genes,
  impact,
  effective_genes,
  split_half,
  split_half_full,
  guides,
  guide_ceiling,
  guide_ceiling_full,
  replicates,
  replicate_ceiling,
  replicate_ceiling_full,
  count
};

char const* column_name(LandscapeColumn column);

/// Values by row of Labels and column; NaN where there is none, with a word that says why.
class LandscapeTable {
 public:
  explicit LandscapeTable(std::size_t rows);

  /// Each entry is put on one rank only.
  void put(std::size_t row, LandscapeColumn column, double value);
  /// No value; the word stands in the row's status under the column's name.
  void miss(std::size_t row, LandscapeColumn column, std::string const& word);
  /// The value, or the word where the status is not ok.
  void put(std::size_t row, LandscapeColumn column, double value, Status const& status);

  /// Brings every rank's entries to all ranks, exactly. Collective.
  void share(Communicator const& comm);

  double value(std::size_t row, LandscapeColumn column) const;
  /// The values of a column in some rows.
  std::vector<double> values(std::vector<std::size_t> const& rows, LandscapeColumn column) const;
  /// "ok", or `column=word;...` for what is missing.
  std::string status(std::size_t row) const;

 private:
  static std::size_t at(std::size_t row, LandscapeColumn column);

  std::vector<double> values_;
  std::vector<std::int64_t> put_;   ///< 1 where this rank (after `share`, any) has put a value
  std::vector<std::string> words_;  ///< `column=word;...` of each row
};

}  // namespace pertscale
