#include "suite/half_tests.hpp"

#include <algorithm>
#include <limits>
#include <map>

#include "statistics/fold_change.hpp"
#include "statistics/multiple_testing.hpp"
#include "statistics/rank_sums.hpp"
#include "statistics/welch.hpp"

namespace pertscale {

namespace {

Matrix no_tests(std::size_t rows, std::size_t genes) {
  return Matrix::Constant(static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(genes),
                          std::numeric_limits<double>::quiet_NaN());
}

/// Moments of one half of a context's perturbations, a gene at a time.
class HalfMoments {
 public:
  HalfMoments(HalvedScreen const& halves, Half half, std::size_t context) {
    bool const first = half == Half::first;
    mean_ = first ? &halves.truth.mean : &halves.second_mean;
    variance_ = first ? &halves.first_variance : &halves.second_variance;
    auto const& rows = halves.truth.labels.rows();
    for (std::size_t row = 0; row < rows.size(); ++row) {
      if (rows[row].context != context || !halves.halved(row)) continue;
      rows_.push_back(row);
      cells_.push_back(first ? rows[row].cells : halves.second_cells[row]);
    }
  }

  bool known() const { return !variance_->empty(); }
  /// Place of a row among those that are halved, or their number.
  std::size_t place(std::size_t row) const {
    auto const at = std::lower_bound(rows_.begin(), rows_.end(), row);
    return at != rows_.end() && *at == row ? static_cast<std::size_t>(at - rows_.begin())
                                           : rows_.size();
  }
  std::size_t size() const { return rows_.size(); }
  std::vector<SampleMoments> gene(std::size_t g) const {
    std::vector<SampleMoments> out;
    for (std::size_t i = 0; i < rows_.size(); ++i)
      out.push_back({mean_->row(rows_[i])[g], variance_->row(rows_[i])[g], cells_[i]});
    return out;
  }

 private:
  ProfileTable const *mean_ = nullptr, *variance_ = nullptr;
  std::vector<std::size_t> rows_;
  std::vector<std::int64_t> cells_;
};

/// What each perturbation of a gene is compared with.
std::vector<SampleMoments> references(std::vector<SampleMoments> const& moments,
                                      DeRequest const& request, SampleMoments const& control) {
  if (request.reference == TestReference::control)
    return std::vector<SampleMoments>(moments.size(), control);
  auto rest = rest_moments(moments);
  if (request.rest_with_control)
    for (auto& one : rest) one = pooled(one, control);
  return rest;
}

void adjust_rows(HalfTests& tests) {
  for (std::size_t i = 0; i < static_cast<std::size_t>(tests.pvalue.rows()); ++i) {
    auto const adjusted = benjamini_hochberg(row_of(tests.pvalue, i));
    std::copy(adjusted.begin(), adjusted.end(),
              tests.padj.row(static_cast<Eigen::Index>(i)).data());
  }
}

class HalfSupply final : public ScoreSupply {
 public:
  HalfSupply(HalvedScreen const& halves, Screen const& whole, ScoredContext const& scored)
      : halves_(halves), whole_(whole), scored_(scored) {}

  DeRow de(Side side, std::size_t item, DeRequest const& request) const override {
    if (side == Side::predicted || item == control_item) return {needs_cells(), {}, {}, {}, {}};
    auto const [at, fresh] = tests_.try_emplace(request);
    if (fresh) at->second = test_halves(halves_, Half::first, scored_.rows(), request, whole_);
    auto const& tests = at->second;
    if (!tests.status.ok()) return {tests.status, {}, {}, {}, {}};
    if (!halves_.halved(scored_.rows()[item])) return {Status("too_few_cells"), {}, {}, {}, {}};
    return {{},
            row_of(tests.score, item),
            row_of(tests.log2fc, item),
            row_of(tests.pvalue, item),
            row_of(tests.padj, item)};
  }
  SuppliedCells cells(Side, std::size_t, CellRequest const&) const override {
    return {needs_cells(), {}};
  }
  SuppliedCounts counts(Side, std::size_t) const override { return {needs_cells(), {}, 0, 0}; }
  SuppliedProfile half(std::size_t, int) const override { return {needs_cells(), {}, 0}; }
  SuppliedProfile predicted_control() const override { return {needs_cells(), {}, 0}; }

 private:
  static Status needs_cells() { return Status("needs_cells"); }

  HalvedScreen const& halves_;
  Screen const& whole_;
  ScoredContext const& scored_;
  mutable std::map<DeRequest, HalfTests> tests_;
};

}  // namespace

HalfTests test_halves(HalvedScreen const& halves, Half half, std::vector<std::size_t> const& rows,
                      DeRequest const& request, Screen const& whole) {
  std::size_t const genes = halves.truth.genes.size();
  HalfTests out{{}, no_tests(rows.size(), genes), {}, {}, {}};
  out.log2fc = out.pvalue = out.padj = out.score;
  if (rows.empty()) return out;
  std::size_t const context = halves.truth.labels.rows()[rows.front()].context;
  HalfMoments const moments(halves, half, context);
  bool const uses_control =
      request.reference == TestReference::control || request.rest_with_control;
  bool const from_moments = request.method != DeMethod::wilcoxon && !request.cpm &&
                            request.min_control_cpm < 0 &&
                            request.fold_change == FoldChangeMean::geometric;
  if (!from_moments || !moments.known() || (uses_control && whole.variance.empty())) {
    out.status = Status("needs_cells");
    return out;
  }
  std::size_t const control_row = uses_control ? whole.control_row(context) : 0;
  auto const test = request.method == DeMethod::t_test ? welch_test : overestimated_variance_test;
  for (std::size_t g = 0; g < genes; ++g) {
    auto const all = moments.gene(g);
    SampleMoments control;
    if (uses_control)
      control = {whole.mean.row(control_row)[g], whole.variance.row(control_row)[g],
                 whole.labels.rows()[control_row].cells};
    auto const reference = references(all, request, control);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      auto const place = moments.place(rows[i]);
      if (place == moments.size()) continue;
      auto const at = static_cast<Eigen::Index>(i), gene = static_cast<Eigen::Index>(g);
      auto const found = test(all[place], reference[place]);
      out.score(at, gene) = found.score;
      out.pvalue(at, gene) = found.pvalue;
      out.log2fc(at, gene) =
          log2_fold_change(all[place], reference[place], request.fold_change, request.epsilon).log2;
    }
  }
  adjust_rows(out);
  return out;
}

std::unique_ptr<ScoreSupply> half_supply(HalvedScreen const& halves, Screen const& whole,
                                         ScoredContext const& scored) {
  return std::make_unique<HalfSupply>(halves, whole, scored);
}

}  // namespace pertscale
