#include "suite/de_records.hpp"

#include <algorithm>

#include "core/sums.hpp"

namespace pertscale {

std::vector<std::size_t> tested_rows(Labels const& labels) {
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < labels.rows().size(); ++row)
    if (!labels.condition_of(row).is_control()) rows.push_back(row);
  return rows;
}

RankOptions rank_options(DeOptions const& options) {
  RankOptions out;
  out.reference = options.test_reference();
  out.continuity = options.continuity;
  out.sums = options.mean_kind() == FoldChangeMean::arithmetic ? SummedValues::naturals
                                                               : SummedValues::logs;
  out.control_naturals = options.gated();
  return out;
}

std::vector<char> gated_genes(DeOptions const& options, std::span<double const> means) {
  double const total = options.per_million ? 1e6 : ordered_sum(means);
  std::vector<char> passes;
  for (double const mean : means)
    passes.push_back(1e6 * mean / total > options.min_control_cpm ? 1 : 0);
  return passes;
}

DeRecords::DeRecords(Labels const& labels, DeOptions const& options, std::size_t genes)
    : labels_(labels),
      options_(options),
      rows_(tested_rows(labels)),
      control_row_(labels.contexts().size(), -1) {
  for (std::size_t row = 0; row < labels_.rows().size(); ++row) {
    std::size_t const context = labels_.rows()[row].context;
    while (context_start_.size() <= context) context_start_.push_back(row);
    if (labels_.condition_of(row).is_control())
      control_row_[context] = static_cast<std::ptrdiff_t>(row);
  }
  while (context_start_.size() <= labels_.contexts().size())
    context_start_.push_back(labels_.rows().size());
  shape_ = {genes, options_.wilcoxon() ? std::size_t{5} : std::size_t{4}, rows_.size(),
            options_.gated() ? labels_.contexts().size() : 0};
  record_.assign(shape_.record(), 0);
  rest_.resize(labels_.rows().size());
  moments_.resize(labels_.rows().size());
}

void DeRecords::find_references(std::vector<SampleMoments> const& moments) {
  if (options_.test_reference() == TestReference::control) return;
  for (std::size_t context = 0; context < labels_.contexts().size(); ++context) {
    auto const first = static_cast<std::ptrdiff_t>(context_start_[context]);
    auto const last = static_cast<std::ptrdiff_t>(context_start_[context + 1]);
    std::vector<SampleMoments> own(moments.begin() + first, moments.begin() + last);
    if (!options_.control_in_rest && control_row_[context] >= 0)
      own[static_cast<std::size_t>(control_row_[context] - first)] = {};
    auto const rest = rest_moments(own);
    std::copy(rest.begin(), rest.end(), rest_.begin() + first);
  }
}

SampleMoments const& DeRecords::reference(std::size_t row,
                                          std::vector<SampleMoments> const& moments) const {
  if (options_.test_reference() == TestReference::rest) return rest_[row];
  return moments[static_cast<std::size_t>(control_row_[labels_.rows()[row].context])];
}

void DeRecords::fold_changes(std::vector<SampleMoments> const& moments, FoldChangeMean kind) {
  SampleMoments const* last = nullptr;
  FoldSide side;
  for (std::size_t place = 0; place < rows_.size(); ++place) {
    std::size_t const row = rows_[place];
    auto const& other = reference(row, moments);
    if (&other != last) side = fold_side(other, kind, options_.epsilon);
    last = &other;
    auto const change = log2_fold_change(fold_side(moments[row], kind, options_.epsilon), side);
    at(DeLayer::log2fc, place) = change.log2;
    at(DeLayer::log2fc_se, place) = change.standard_error;
  }
}

void DeRecords::from_moments(std::vector<SampleMoments> const& moments) {
  find_references(moments);
  bool const overestimated = options_.method == "t-test-overestim";
  for (std::size_t place = 0; place < rows_.size(); ++place) {
    std::size_t const row = rows_[place];
    auto const& other = reference(row, moments);
    auto const test = overestimated ? overestimated_variance_test(moments[row], other)
                                    : welch_test(moments[row], other);
    at(DeLayer::score, place) = test.score;
    at(DeLayer::pvalue, place) = test.pvalue;
  }
  if (options_.mean_kind() == FoldChangeMean::geometric)
    fold_changes(moments, FoldChangeMean::geometric);
}

void DeRecords::from_ranks(RankSums const& sums) {
  if (options_.wilcoxon()) {
    for (std::size_t place = 0; place < rows_.size(); ++place) {
      auto const test = sums.test(rows_[place]);
      at(DeLayer::score, place) = test.score;
      at(DeLayer::pvalue, place) = test.pvalue;
      at(DeLayer::u, place) = test.u;
    }
  }
  // geometric fold changes of t-tests come from the same moments as the tests
  if (options_.wilcoxon() || options_.mean_kind() == FoldChangeMean::arithmetic) {
    for (std::size_t row = 0; row < moments_.size(); ++row) moments_[row] = sums.moments(row);
    find_references(moments_);
    fold_changes(moments_, options_.mean_kind());
  }
  for (std::size_t context = 0; context < shape_.extra; ++context)
    record_[shape_.layers * shape_.rows + context] =
        sums.control_natural(static_cast<std::size_t>(control_row_[context]));
}

}  // namespace pertscale
