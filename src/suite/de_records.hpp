#pragma once
#include <span>
#include <vector>

#include "data/screen.hpp"
#include "suite/de_options.hpp"
#include "suite/gene_records.hpp"

namespace pertscale {

/// Layers of a gene's record, each over the tested rows; then, in `extra`, the mean of expm1 of the
/// gene in the control cells of each context (where genes are gated).
enum class DeLayer : std::size_t { score, log2fc, log2fc_se, pvalue, u };

/// Rows of Labels that are tested: all but control, in order.
std::vector<std::size_t> tested_rows(Labels const& labels);

/// How genes are ranked for these tests.
RankOptions rank_options(DeOptions const& options);

/// Genes that are adjusted for: above the bound in counts per million of the control of a context.
/// `means`: of expm1 of its cells' values, one a gene; scaled to 1e6 over these genes where the
/// values are not so already.
std::vector<char> gated_genes(DeOptions const& options, std::span<double const> means);

/// Makes the record of one gene after another.
class DeRecords {
 public:
  DeRecords(Labels const& labels, DeOptions const& options, std::size_t genes);

  RecordShape const& shape() const { return shape_; }
  std::vector<std::size_t> const& rows() const { return rows_; }

  /// From the moments of the log values, one a row of Labels: t-test and geometric fold change.
  void from_moments(std::vector<SampleMoments> const& moments);
  /// From the ranked cells: the rank test where that is the method, fold changes, control means.
  void from_ranks(RankSums const& sums);
  /// The record as it stands: score, log2fc ... of every tested row.
  std::vector<double> const& record() const { return record_; }

 private:
  double& at(DeLayer layer, std::size_t place) {
    return record_[static_cast<std::size_t>(layer) * rows_.size() + place];
  }
  void fold_changes(std::vector<SampleMoments> const& moments, FoldChangeMean kind);
  void find_references(std::vector<SampleMoments> const& moments);
  /// What a row is compared with.
  SampleMoments const& reference(std::size_t row, std::vector<SampleMoments> const& moments) const;

  Labels const& labels_;
  DeOptions const& options_;
  std::vector<std::size_t> rows_;
  std::vector<std::size_t> context_start_;   ///< first row of each context, and the end
  std::vector<std::ptrdiff_t> control_row_;  ///< of each context, or -1
  RecordShape shape_;
  std::vector<double> record_;
  std::vector<SampleMoments> rest_;  ///< one a row of Labels, where the reference is `rest`
  std::vector<SampleMoments> moments_;
};

}  // namespace pertscale
