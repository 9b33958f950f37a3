#pragma once
#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "metric/supply.hpp"

namespace pertscale {

/// A supply that hands over what a test has put in; what is not there has the status that the
/// suite's would have. `asked_*` hold every request, so that a test can compare them with needs().
class MadeSupply final : public ScoreSupply {
 public:
  struct Tests {
    std::vector<double> score, log2fc, pvalue, padj;
  };
  struct Sums {
    std::vector<double> sums;
    double total = 0;
    std::int64_t cells = 0;
  };
  struct Half {
    std::vector<double> mean;
    std::int64_t cells = 0;
  };
  using Key = std::pair<Side, std::size_t>;

  /// Cells x genes (or components) of an item, or of control_item.
  std::map<Key, Matrix> expression, count_cells, components;
  /// Cells made of a prediction without cells: looked up where `expression` has none. They serve
  /// every kind of value.
  std::map<std::pair<std::size_t, Emit>, Matrix> emitted;
  /// Tests of a request; `any_tests` serve every request that has none of its own.
  std::map<std::tuple<Side, std::size_t, DeRequest>, Tests> tests;
  std::map<Key, Tests> any_tests;
  std::map<Key, Sums> sums;
  std::map<std::pair<std::size_t, int>, Half> halves;
  std::optional<Half> own_control;
  std::function<std::size_t(Profile)> told_context;

  mutable std::vector<DeRequest> asked_de;
  mutable std::vector<CellRequest> asked_cells;

  DeRow de(Side side, std::size_t item, DeRequest const& request) const override {
    asked_de.push_back(request);
    Tests const* found = nullptr;
    if (auto const at = any_tests.find({side, item}); at != any_tests.end()) found = &at->second;
    if (auto const at = tests.find({side, item, request}); at != tests.end()) found = &at->second;
    if (found == nullptr) return {Status("needs_cells"), {}, {}, {}, {}};
    return {{}, found->score, found->log2fc, found->pvalue, found->padj};
  }

  /// The first `most` cells.
  SuppliedCells cells(Side side, std::size_t item, CellRequest const& request) const override {
    asked_cells.push_back(request);
    auto const& from = request.values == CellRequest::Values::expression ? expression
                       : request.values == CellRequest::Values::counts   ? count_cells
                                                                         : components;
    Matrix const* found = nullptr;
    if (auto const at = from.find({side, item}); at != from.end()) found = &at->second;
    if (found == nullptr && side == Side::predicted)
      if (auto const at = emitted.find({item, request.emit}); at != emitted.end())
        found = &at->second;
    if (found == nullptr) {
      bool const counts = request.values == CellRequest::Values::counts;
      return {Status(counts && side == Side::measured ? "needs_counts" : "needs_cells"), {}};
    }
    Eigen::Index const all = found->rows();
    Eigen::Index const rows = request.most > 0 ? std::min<Eigen::Index>(all, request.most) : all;
    return {{}, found->topRows(rows)};
  }

  SuppliedCounts counts(Side side, std::size_t item) const override {
    auto const found = sums.find({side, item});
    if (found == sums.end()) return {Status("needs_counts"), {}, 0, 0};
    return {{}, found->second.sums, found->second.total, found->second.cells};
  }

  SuppliedProfile half(std::size_t item, int which) const override {
    auto const found = halves.find({item, which});
    if (found == halves.end()) return {Status("too_few_cells"), {}, 0};
    return {{}, found->second.mean, found->second.cells};
  }

  SuppliedContext context_of(Profile profile, ContextRequest const&) const override {
    if (!told_context) return {Status("not_applicable"), 0};
    return {{}, told_context(profile)};
  }

  SuppliedProfile predicted_control() const override {
    if (!own_control) return {Status("needs_cells"), {}, 0};
    return {{}, own_control->mean, own_control->cells};
  }
};

}  // namespace pertscale
