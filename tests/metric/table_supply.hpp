#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/sums.hpp"
#include "metric/made_items.hpp"

/// A supply that hands over what a test wrote down, and a context around it.
namespace pertscale {

/// One condition: its tests and its cells on both sides. Columns are genes.
struct WrittenCondition {
  std::string name;
  std::vector<double> log2fc{}, padj{}, predicted_log2fc{}, predicted_padj{};
  Matrix cells{}, predicted_cells{};  ///< counts, and values where the request is for those
};

class TableSupply final : public ScoreSupply {
 public:
  std::vector<WrittenCondition> conditions;
  Matrix control, predicted_control_cells;
  Status predicted_tests{};   ///< why the prediction has none
  Status predicted_counts{};  ///< the same of its counts
  mutable std::vector<DeRequest> asked;

  DeRow de(Side side, std::size_t item, DeRequest const& request) const override {
    asked.push_back(request);
    auto const& of = conditions[item];
    bool const measured = side == Side::measured;
    if (!measured && !predicted_tests.ok()) return {predicted_tests, {}, {}, {}, {}};
    auto const& padj = measured ? of.padj : of.predicted_padj;
    auto const& change = measured ? of.log2fc : of.predicted_log2fc;
    return {{}, change, change, padj, padj};
  }
  SuppliedCells cells(Side side, std::size_t item, CellRequest const&) const override {
    return {{}, matrix(side, item)};
  }
  SuppliedCounts counts(Side side, std::size_t item) const override {
    if (side == Side::predicted && !predicted_counts.ok()) return {predicted_counts, {}, 0, 0};
    auto const& group = matrix(side, item);
    sums_.assign(static_cast<std::size_t>(group.cols()), 0);
    for (Eigen::Index i = 0; i < group.rows(); ++i)
      for (std::size_t g = 0; g < sums_.size(); ++g)
        sums_[g] += group(i, static_cast<Eigen::Index>(g));
    return {{}, sums_, ordered_sum(sums_), group.rows()};
  }
  SuppliedProfile half(std::size_t, int) const override { return {Status("needs_cells"), {}, 0}; }
  SuppliedProfile predicted_control() const override {
    auto const sums = counts(Side::predicted, control_item);
    if (sums.cells == 0) return {Status("needs_cells"), {}, 0};
    for (auto& value : sums_) value /= static_cast<double>(sums.cells);
    return {{}, sums_, sums.cells};
  }

 private:
  Matrix const& matrix(Side side, std::size_t item) const {
    bool const measured = side == Side::measured;
    if (item == control_item) return measured ? control : predicted_control_cells;
    return measured ? conditions[item].cells : conditions[item].predicted_cells;
  }

  mutable std::vector<double> sums_;
};

/// Items and a context of a supply; profiles are means of the cells, or zeros where there are none.
class TableTrial {
 public:
  TableTrial(TableSupply const& supply, std::vector<std::string> genes)
      : table_(std::move(genes)), control_(mean(supply.control)) {
    for (auto const& condition : supply.conditions) {
      parsed_.push_back(parse_condition(condition.name, {}));
      observed_.push_back(mean(condition.cells));
      predicted_.push_back(mean(condition.predicted_cells));
    }
    for (std::size_t i = 0; i < parsed_.size(); ++i)
      items_.push_back({.condition = &parsed_[i],
                        .observed = observed_[i],
                        .predicted = predicted_[i],
                        .place = i});
    context_.genes = &table_;
    context_.control = control_;
    context_.panel = items_;
    context_.supply = &supply;
  }
  TableTrial(TableTrial const&) = delete;
  TableTrial& operator=(TableTrial const&) = delete;

  std::vector<Score> scores(std::string const& metric) const {
    return made_metric(metric).object->score(context_, items_);
  }
  Score score(std::string const& metric) const { return scores(metric).at(0); }
  /// The items as blocks of one.
  Score alone(std::string const& metric, std::size_t item) const {
    return made_metric(metric).object->score(context_, {items_[item]}).at(0);
  }
  void forget_prediction(std::size_t item) { items_[item].predicted = {}; }

 private:
  std::vector<double> mean(Matrix const& cells) const {
    std::vector<double> out(table_.size(), 0);
    for (Eigen::Index i = 0; i < cells.rows(); ++i)
      for (std::size_t g = 0; g < out.size(); ++g)
        out[g] += cells(i, static_cast<Eigen::Index>(g)) / static_cast<double>(cells.rows());
    return out;
  }

  GeneTable table_;
  std::vector<Condition> parsed_;
  std::vector<double> control_;
  std::vector<std::vector<double>> observed_, predicted_;
  std::vector<ScoreItem> items_;
  ScoreContext context_;
};

}  // namespace pertscale
