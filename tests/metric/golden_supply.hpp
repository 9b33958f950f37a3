#pragma once
#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/sums.hpp"
#include "data/count_logs.hpp"
#include "dense_cells.hpp"
#include "metric/metric.hpp"
#include "statistics/multiple_testing.hpp"

/// Cells of a file, dense, and a supply of tests, cells and counts made of them by the statistics
/// room alone: what metrics are compared with peers on.
namespace pertscale {

inline std::string const golden_control = "non-targeting";

/// Cells by condition, in file order.
struct GoldenCellFile {
  std::vector<std::string> genes;
  std::map<std::string, Matrix> cells;

  GoldenCellFile() = default;
  /// All cells, or those whose names are in `kept`.
  explicit GoldenCellFile(std::string const& path, std::set<std::string> const& kept = {}) {
    DenseCells const screen(path);
    genes = screen.genes;
    cells = screen.by_condition(kept);
  }
};

inline std::vector<double> golden_mean(Matrix const& cells) {
  std::vector<double> mean(static_cast<std::size_t>(cells.cols()), 0);
  for (Eigen::Index i = 0; i < cells.rows(); ++i)
    for (std::size_t g = 0; g < mean.size(); ++g) mean[g] += cells(i, static_cast<Eigen::Index>(g));
  for (auto& value : mean) value /= static_cast<double>(cells.rows());
  return mean;
}

/// Counts per million in the order of operations that scanpy has: count / (total / 1e6).
inline Matrix golden_cpm(Matrix const& counts) {
  Matrix out = counts;
  for (Eigen::Index i = 0; i < out.rows(); ++i) {
    double total = 0;
    for (Eigen::Index g = 0; g < out.cols(); ++g) total += out(i, g);
    if (total > 0) out.row(i) /= total / 1e6;
  }
  return out;
}

/// Either kind of values of one side; `counts` is empty for log-normalised input.
struct GoldenSide {
  GoldenCellFile logs, counts;
};

class GoldenSupply final : public ScoreSupply {
 public:
  GoldenSupply(GoldenSide const& measured, GoldenSide const& predicted,
               std::vector<std::string> const& conditions)
      : measured_(measured), predicted_(predicted), conditions_(conditions) {}

  DeRow de(Side side, std::size_t item, DeRequest const& request) const override {
    auto const key = std::make_pair(side, request);
    if (!tables_.contains(key)) tables_[key] = tested(side, request);
    auto const& table = tables_[key][item];
    return {{}, table.score, table.log2fc, table.pvalue, table.padj};
  }
  SuppliedCells cells(Side side, std::size_t item, CellRequest const& request) const override {
    auto const& file =
        request.values == CellRequest::Values::counts ? of(side).counts : of(side).logs;
    if (file.cells.empty()) return {Status("needs_counts"), {}};
    return {{}, file.cells.at(name(item))};
  }
  SuppliedCounts counts(Side side, std::size_t item) const override {
    auto const& file = of(side).counts;
    if (file.cells.empty()) return {Status("needs_counts"), {}, 0, 0};
    auto const& group = file.cells.at(name(item));
    sums_.assign(static_cast<std::size_t>(group.cols()), 0);
    for (Eigen::Index i = 0; i < group.rows(); ++i)
      for (std::size_t g = 0; g < sums_.size(); ++g)
        sums_[g] += group(i, static_cast<Eigen::Index>(g));
    return {{}, sums_, ordered_sum(sums_), group.rows()};
  }
  SuppliedProfile half(std::size_t, int) const override { return {Status("needs_cells"), {}, 0}; }
  SuppliedProfile predicted_control() const override {
    auto const& group = predicted_.logs.cells.at(golden_control);
    own_ = golden_mean(group);
    return {{}, own_, group.rows()};
  }

 private:
  struct Table {
    std::vector<double> score, log2fc, pvalue, padj;
  };

  GoldenSide const& of(Side side) const { return side == Side::measured ? measured_ : predicted_; }
  std::string const& name(std::size_t item) const {
    return item == control_item ? golden_control : conditions_[item];
  }
  static Matrix prepared(GoldenSide const& side, std::string const& group, bool cpm) {
    if (!cpm) return side.logs.cells.at(group);
    Matrix out = side.counts.cells.at(group);
    for (Eigen::Index i = 0; i < out.rows(); ++i) {
      double total = 0;
      for (Eigen::Index g = 0; g < out.cols(); ++g) total += out(i, g);
      if (total > 0)
        out.row(i) =
            out.row(i).unaryExpr([total](double count) { return log_per_million(count, total); });
    }
    return out;
  }

  /// Row 0 is the control; every condition against it.
  std::vector<Table> tested(Side side, DeRequest const& request) const {
    bool const arithmetic = request.fold_change == FoldChangeMean::arithmetic;
    std::vector<Matrix> groups{
        prepared(request.own_control ? of(side) : measured_, golden_control, request.cpm)};
    for (auto const& condition : conditions_)
      groups.push_back(prepared(of(side), condition, request.cpm));
    RankDesign design;
    design.rows = groups.size();
    design.strata = 1;
    for (std::size_t r = 0; r < groups.size(); ++r)
      design.groups.push_back({static_cast<std::uint32_t>(r), 0, groups[r].rows(), r == 0});
    RankSums sums(design, {.continuity = request.continuity,
                           .sums = arithmetic ? SummedValues::naturals : SummedValues::logs});
    auto const open = gate(request);
    auto const genes = static_cast<std::size_t>(groups[0].cols());
    std::vector<double> const none(genes, std::nan(""));
    std::vector<Table> tables(conditions_.size(), {none, none, none, none});
    for (std::size_t g = 0; g < genes; ++g) {
      if (!open[g]) continue;
      std::vector<RankEntry<std::uint64_t>> entries;
      for (std::size_t r = 0; r < groups.size(); ++r)
        for (Eigen::Index i = 0; i < groups[r].rows(); ++i) {
          double const value = groups[r](i, static_cast<Eigen::Index>(g));
          if (value != 0) entries.push_back({ordered_bits(value), static_cast<std::uint32_t>(r)});
        }
      sums.rank(entries);
      for (std::size_t c = 0; c < tables.size(); ++c) {
        auto const test = sums.test(c + 1);
        tables[c].score[g] = test.score;
        tables[c].pvalue[g] = test.pvalue;
        tables[c].log2fc[g] = log2_fold_change(sums.moments(c + 1), sums.moments(0),
                                               request.fold_change, request.epsilon)
                                  .log2;
      }
    }
    for (auto& table : tables) table.padj = benjamini_hochberg(table.pvalue);
    return tables;
  }

  std::vector<bool> gate(DeRequest const& request) const {
    auto const& side = measured_;
    std::vector<bool> open(side.logs.genes.size(), true);
    if (request.min_control_cpm < 0) return open;
    auto const mean = golden_mean(golden_cpm(side.counts.cells.at(golden_control)));
    for (std::size_t g = 0; g < open.size(); ++g) open[g] = mean[g] > request.min_control_cpm;
    return open;
  }

  GoldenSide const& measured_;
  GoldenSide const& predicted_;
  std::vector<std::string> const& conditions_;
  mutable std::map<std::pair<Side, DeRequest>, std::vector<Table>> tables_;
  mutable std::vector<double> sums_, own_;
};

/// Measured and predicted cells as a metric sees them.
class GoldenContext {
 public:
  GoldenContext(GoldenSide const& measured, GoldenSide const& predicted)
      : table_(measured.logs.genes) {
    for (auto const& [condition, cells] : measured.logs.cells)
      if (condition != golden_control) names_.push_back(condition);
    for (auto const& name : names_) {
      parsed_.push_back(parse_condition(name, {.control = {golden_control}}));
      observed_.push_back(golden_mean(measured.logs.cells.at(name)));
      predicted_.push_back(golden_mean(predicted.logs.cells.at(name)));
    }
    control_ = golden_mean(measured.logs.cells.at(golden_control));
    for (std::size_t i = 0; i < names_.size(); ++i)
      items_.push_back({.condition = &parsed_[i],
                        .observed = observed_[i],
                        .predicted = predicted_[i],
                        .observed_cells = measured.logs.cells.at(names_[i]).rows(),
                        .place = i});
    supply_ = std::make_unique<GoldenSupply>(measured, predicted, names_);
    context_.genes = &table_;
    context_.control = control_;
    context_.control_cells = measured.logs.cells.at(golden_control).rows();
    context_.panel = items_;
    context_.supply = supply_.get();
  }
  GoldenContext(GoldenContext const&) = delete;
  GoldenContext& operator=(GoldenContext const&) = delete;

  ScoreContext const& context() const { return context_; }
  std::vector<ScoreItem> const& items() const { return items_; }
  std::vector<std::string> const& names() const { return names_; }
  ScoreSupply const& supply() const { return *supply_; }

 private:
  GeneTable table_;
  std::vector<std::string> names_;
  std::vector<Condition> parsed_;
  std::vector<std::vector<double>> observed_, predicted_;
  std::vector<double> control_;
  std::vector<ScoreItem> items_;
  std::unique_ptr<GoldenSupply> supply_;
  ScoreContext context_;
};

}  // namespace pertscale
