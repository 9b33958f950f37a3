#include "metric/cell_metric.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace pertscale {

namespace {

Matrix chosen_columns(Matrix const& from, std::vector<std::size_t> const& genes) {
  if (std::cmp_equal(genes.size(), from.cols())) return from;
  Matrix out(from.rows(), static_cast<Eigen::Index>(genes.size()));
  for (std::size_t g = 0; g < genes.size(); ++g)
    out.col(static_cast<Eigen::Index>(g)) = from.col(static_cast<Eigen::Index>(genes[g]));
  return out;
}

}  // namespace

void CellMetric::declare(OptionList& options) {
  space_.declare(options);
  selection_.declare(options);
}

CellRequest CellMetric::request() const {
  CellRequest out = space_.request();
  if (uses_counts()) out.values = CellRequest::Values::counts;
  return out;
}

MetricNeeds CellMetric::needs() const { return {.cells = {request()}}; }

std::vector<Score> CellMetric::score(ScoreContext const& context,
                                     std::vector<ScoreItem> const& items) const {
  std::vector<Score> scores;
  if (items.empty()) return scores;
  auto const candidates = selection_.candidates(context, items.front().observed.size());
  for (auto const& item : items) scores.push_back(score_item(context, candidates, item));
  return scores;
}

Score CellMetric::score_item(ScoreContext const& context,
                             GeneSelection::Candidates const& candidates,
                             ScoreItem const& item) const {
  if (context.supply == nullptr) return {0, Status("needs_cells")};
  std::vector<std::size_t> genes;
  Status const chosen = selection_.select(context, candidates, item, genes);
  if (!chosen.ok()) return {0, chosen};
  if (!space_.expression() && (uses_counts() || genes.size() < item.observed.size()))
    return {0, Status("not_applicable")};
  auto const cells = [&](Side side, std::size_t of, Matrix& out) {
    auto supplied = cells_of(context, side, of, request());
    if (!supplied.status.ok()) return supplied.status;
    out = space_.expression() ? chosen_columns(supplied.values, genes) : std::move(supplied.values);
    return out.rows() > 0 ? Status() : Status("too_few_cells");
  };
  Matrix measured, predicted, control;
  Status status = cells(Side::measured, item.place, measured);
  if (status.ok()) status = cells(Side::predicted, item.place, predicted);
  if (status.ok() && uses_control())
    status = cells(Side::measured, ScoreSupply::control_item, control);
  if (!status.ok()) return {0, status};
  return value({measured, predicted, control});
}

Score number_or_status(double value, ComparedGroups const& groups, Eigen::Index fewest) {
  if (std::isfinite(value)) return {value, {}};
  bool const few = std::min(groups.measured.rows(), groups.predicted.rows()) < fewest;
  return {0, Status(few ? "too_few_cells" : "undefined")};
}

}  // namespace pertscale
