#pragma once
#include <string>
#include <vector>

#include "metric/metric.hpp"

namespace pertscale {

/// Which genes a metric looks at: `all`, `top-expressed:N`, `top-delta:N`, `top-de:N`,
/// `top-scores:N`, `degs:ALPHA`, `file:F`.
/// Genes of a set are in ascending file order.
class GeneSelection {
 public:
  /// Genes that every item of one context chooses from.
  struct Candidates {
    Status status;
    std::vector<std::size_t> genes;  ///< ascending; by falling expression for `top-expressed`
  };

  /// Adds `genes=`, `exclude-target=` and `non-dropout=`.
  void declare(OptionList& options);
  /// Adds `genes=` with the choices that all items of a context share.
  void declare_shared(OptionList& options);
  /// That choice, ascending, without genes of which the table holds several of one name if
  /// `unique`.
  Candidates shared(ScoreContext const& context, bool unique = false) const;
  /// Are no genes left out, by name or by rank?
  bool takes_all() const { return genes_ == "all" && !exclude_target_ && !non_dropout_; }
  /// Tests that `degs` and `top-scores` read.
  std::vector<DeRequest> tests() const;
  /// The part of the choice that items of a context share, among the first `genes` of its table.
  /// not_applicable on a latent screen, unless all genes are asked for.
  Candidates candidates(ScoreContext const& context, std::size_t genes) const;
  /// Genes of one item; too_few_genes where none is left. With fewer genes than N all are taken.
  /// Targets and dropouts are left out before the N are counted. `top-de` ranks by |t| of Welch's
  /// test against the context's control, equal |t| in the genes' order (GEARS: Roohani et al. 2023;
  /// scanpy's ranking, whose order among equals is undefined), `top-scores` by |t| with
  /// overestimated variance (PerturBench, an infinite t as 0): needs_cells without variances,
  /// too_few_cells where a side has fewer than two cells. `degs` takes genes whose adjusted p of
  /// the measured cells' test is below ALPHA: needs_cells without tests, too_few_genes with fewer
  /// than three of them (CellSimBench).
  Status select(ScoreContext const& context, Candidates const& candidates, ScoreItem const& item,
                std::vector<std::size_t>& genes) const;

 private:
  bool takes(ScoreContext const& context, ScoreItem const& item, std::size_t gene) const;

  std::string genes_ = "all";
  InputText file_;
  bool exclude_target_ = false;
  bool non_dropout_ = false;
};

}  // namespace pertscale
