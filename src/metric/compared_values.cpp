#include "metric/compared_values.hpp"

#include <algorithm>
#include <cmath>

#include "core/sums.hpp"
#include "core/text.hpp"
#include "metric/cell_space.hpp"

namespace pertscale {

namespace {

std::vector<std::string> const& kinds() {
  static std::vector<std::string> const names{"average",
                                              "logfc",
                                              "logfc-own",
                                              "scaled",
                                              "var",
                                              "scores",
                                              "scores-own",
                                              "scores-control-variance",
                                              "scores-control-variance-own",
                                              "logp",
                                              "logp-own",
                                              "logp-control-variance",
                                              "logp-control-variance-own",
                                              "logp-2024",
                                              "pvalues",
                                              "pvalues-own"};
  return names;
}

std::string check_kind(std::string const& text) {
  if (components_of(text) || std::find(kinds().begin(), kinds().end(), text) != kinds().end())
    return {};
  return "takes " + join(kinds(), ", ") + ", or components:N with N from 1 to 10000";
}

CellRequest expression_cells() { return {}; }

/// A prediction of means is its own only cell: the mean's coordinates are the mean of coordinates.
CellRequest component_cells(std::int64_t count) {
  CellRequest request;
  request.values = CellRequest::Values::components;
  request.components = static_cast<int>(count);
  request.emit = Emit::tiled;
  return request;
}

}  // namespace

void ComparedValues::declare(OptionList& options) {
  options
      .add(
          "values", kind_,
          "what is compared: average, the mean; logfc, log2(mean + 0.1) - log2(control + 0.1); "
          "scaled, the mean of cells that are centred and scaled by all cells of their side and "
          "context, at most 10 in size; var, sd / mean over cells; scores, t against control with "
          "overestimated variance; logp, sign(t) (-ln(adjusted p + 1e-37)); logp-2024, the same of "
          "p and 1e-24; pvalues, p of those tests; components:N, the mean along N principal "
          "components of the measured cells. -own: predictions against their own control; "
          "-control-variance: pooled tests of predictions with the variance of that control")
      .checked(check_kind)
      .type = join(kinds(), "|") + "|components:N";
}

void ComparedValues::declare_means(OptionList& options) {
  options
      .add("values", kind_,
           "what is compared: average, the mean; logfc, log2(mean + 0.1) - log2(control + 0.1); "
           "logfc-own, predictions against their own control")
      .one_of({"average", "logfc", "logfc-own"});
}

DeRequest ComparedValues::tests() const {
  DeRequest request;
  request.method = DeMethod::t_test_overestim;
  request.own_control = kind_.ends_with("-own") || kind_ == "logp-2024";
  request.control_variance = kind_.find("-control-variance") != std::string::npos;
  return request;
}

MetricNeeds ComparedValues::needs() const {
  MetricNeeds needs;
  needs.own_control = kind_ == "logfc-own";
  if (is("scores") || is("logp") || is("pvalues")) needs.de = {tests()};
  if (kind_ == "scaled" || kind_ == "var") needs.cells = {expression_cells()};
  if (auto const count = components_of(kind_)) needs.cells = {component_cells(*count)};
  return needs;
}

void ComparedValues::prepare(ScoreContext const& context) {
  context_ = &context;
  if (kind_ == "logfc-own") {
    own_status_ = Status("needs_cells");
    if (context.supply == nullptr) return;
    auto const own = context.supply->predicted_control();
    own_status_ = own.status;
    own_control_.assign(own.values.begin(), own.values.end());
  }
  if (kind_ != "scaled") return;
  add_to_scale(Side::measured);
  add_to_scale(Side::predicted);
}

void ComparedValues::add_to_scale(Side side) {
  auto& scale = scales_[side == Side::predicted];
  scale = {};
  if (context_->supply == nullptr) scale.status = Status("needs_cells");
  if (!scale.status.ok()) return;
  for (std::size_t i = 0; i <= context_->panel.size(); ++i) {
    bool const last = i == context_->panel.size();
    if (!last && side == Side::predicted && context_->panel[i].predicted.empty()) continue;
    std::size_t const item = last ? ScoreSupply::control_item : i;
    auto const cells = context_->supply->cells(side, item, expression_cells());
    if (!cells.status.ok()) {
      scale.status = cells.status;
      return;
    }
    scale.cells.add(cells.values);
  }
  if (!scale.cells.enough()) scale.status = Status("too_few_cells");
}

Status ComparedValues::of(Side side, ScoreItem const& item, std::vector<double>& out) const {
  if (!are_means() && context_->values == ValueKind::latent) return Status("not_applicable");
  if (is("logfc")) return log_changes(side, item, out);
  if (kind_ == "scaled") return scaled(side, item, out);
  if (kind_ == "var") return spread(side, item, out);
  if (is("scores") || is("logp") || is("pvalues")) return tested(side, item, out);
  if (are_components()) return projected(side, item, out);
  Profile const mean = side == Side::measured ? item.observed : item.predicted;
  out.assign(mean.begin(), mean.end());
  return {};
}

Status ComparedValues::log_changes(Side side, ScoreItem const& item,
                                   std::vector<double>& out) const {
  bool const predicted = side == Side::predicted;
  if (predicted && kind_ == "logfc-own" && !own_status_.ok()) return own_status_;
  out = log_mean_changes(
      predicted ? item.predicted : item.observed,
      predicted && kind_ == "logfc-own" ? Profile(own_control_) : context_->control);
  return {};
}

Status ComparedValues::scaled(Side side, ScoreItem const& item, std::vector<double>& out) const {
  auto const& scale = scales_[side == Side::predicted];
  if (!scale.status.ok()) return scale.status;
  auto const cells = context_->supply->cells(side, item.place, expression_cells());
  if (cells.status.ok()) out = scale.cells.mean(cells.values);
  return cells.status;
}

Status ComparedValues::spread(Side side, ScoreItem const& item, std::vector<double>& out) const {
  if (side == Side::measured && !item.observed_variance.empty()) {
    out = variation(item.observed, item.observed_variance, item.observed_cells);
    return {};
  }
  if (context_->supply == nullptr) return Status("needs_cells");
  auto const cells = context_->supply->cells(side, item.place, expression_cells());
  if (cells.status.ok()) out = variation(cells.values);
  return cells.status;
}

Status ComparedValues::projected(Side side, ScoreItem const& item, std::vector<double>& out) const {
  auto const cells = cells_of(*context_, side, item.place, component_cells(*components_of(kind_)));
  if (!cells.status.ok()) return cells.status;
  if (cells.values.rows() == 0) return Status("too_few_cells");
  out.clear();
  for (Eigen::Index k = 0; k < cells.values.cols(); ++k)
    out.push_back(
        ordered_sum(static_cast<std::size_t>(cells.values.rows()),
                    [&](std::size_t i) { return cells.values(static_cast<Eigen::Index>(i), k); }) /
        static_cast<double>(cells.values.rows()));
  return {};
}

Status ComparedValues::tested(Side side, ScoreItem const& item, std::vector<double>& out) const {
  if (context_->supply == nullptr) return Status("needs_cells");
  auto const row = context_->supply->de(side, item.place, tests());
  if (!row.status.ok()) return row.status;
  if (is("logp")) {
    out = kind_ == "logp-2024" ? signed_log_p_2024(row.score, row.pvalue)
                               : signed_log_p(row.score, row.padj);
    return {};
  }
  if (is("pvalues")) {
    out.assign(row.pvalue.begin(), row.pvalue.end());
    for (std::size_t g = 0; g < out.size(); ++g)
      if (std::isinf(row.score[g])) out[g] = 1;  // as the program does
    return {};
  }
  out.assign(row.score.begin(), row.score.end());
  for (auto& score : out)
    if (std::isinf(score)) score = 0;  // as the program does
  return {};
}

}  // namespace pertscale
