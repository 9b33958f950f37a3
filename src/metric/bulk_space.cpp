#include "metric/bulk_space.hpp"

#include "core/sums.hpp"
#include "statistics/jackknife.hpp"

namespace pertscale {

void BulkSettings::declare(OptionList& options, BulkUse use) {
  declare_compat(options, compat);
  options
      .add("space", space,
           "means: of log-normalised values over cells; counts: log(1 + target x summed counts / "
           "their total); auto: means, or what compat does with counts")
      .one_of({"auto", "means", "counts"});
  if (use == BulkUse::changes)
    options
        .add("control", control,
             "what predicted changes are counted from: the measured control, or the prediction's "
             "own where it brings one; auto: measured, or compat's")
        .one_of({"auto", "measured", "own"});
  options.add("bulk-target", bulk_target, "total that summed counts are brought to (space=counts)")
      .greater_than(0);
  if (use == BulkUse::measured)
    emit = "none";
  else
    declare_emit(options, emit);
}

bool BulkSettings::counts() const {
  return space == "auto" ? peer() == DePeer::cell_eval2 : space == "counts";
}

bool BulkSettings::own_control() const {
  return control == "auto" ? peer() == DePeer::cell_eval : control == "own";
}

CellRequest BulkSettings::cell_request() const {
  CellRequest out;
  out.values = counts() ? CellRequest::Values::counts : CellRequest::Values::expression;
  out.emit = emit_of(emit, peer(), counts());
  return out;
}

MetricNeeds BulkSettings::needs(bool cells) const {
  MetricNeeds out;
  out.counts = counts();
  out.own_control = own_control();
  auto const request = cell_request();
  if (cells || (out.counts && request.emit != Emit::none)) out.cells.push_back(request);
  return out;
}

namespace {

BulkProfile copied(Profile profile) { return {{}, {profile.begin(), profile.end()}}; }

BulkProfile of_sums(Profile sums, double target) {
  BulkProfile out;
  out.values.resize(sums.size());
  // over the genes at hand, as the peer that is handed the same file
  log_of_sums(sums, ordered_sum(sums), target, out.values);
  return out;
}

std::vector<double> summed(Matrix const& cells) {
  std::vector<double> sums(static_cast<std::size_t>(cells.cols()), 0);
  for (std::size_t i = 0; i < static_cast<std::size_t>(cells.rows()); ++i)
    for (std::size_t g = 0; g < sums.size(); ++g) sums[g] += row_of(cells, i)[g];
  return sums;
}

}  // namespace

BulkProfile BulkSpace::from_counts(Side side, std::size_t item) const {
  if (context_.supply == nullptr) return {Status("needs_counts"), {}};
  auto const counts = context_.supply->counts(side, item);
  if (counts.status.ok()) return of_sums(counts.sums, settings_.bulk_target);
  auto const request = settings_.cell_request();
  if (side == Side::measured || request.emit == Emit::none) return {counts.status, {}};
  // a prediction that has means only: counts of the cells that are made of it
  auto const cells = context_.supply->cells(side, item, request);
  if (!cells.status.ok()) return {cells.status, {}};
  return of_sums(summed(cells.values), settings_.bulk_target);
}

BulkProfile BulkSpace::measured(ScoreItem const& item) const {
  return settings_.counts() ? from_counts(Side::measured, item.place) : copied(item.observed);
}

BulkProfile BulkSpace::predicted(ScoreItem const& item) const {
  return settings_.counts() ? from_counts(Side::predicted, item.place) : copied(item.predicted);
}

BulkProfile BulkSpace::control() const {
  return settings_.counts() ? from_counts(Side::measured, ScoreSupply::control_item)
                            : copied(context_.control);
}

BulkProfile BulkSpace::predicted_control() const {
  if (!settings_.own_control() || context_.supply == nullptr) return control();
  auto const own = context_.supply->predicted_control();
  // a prediction that brings no control is one of perturbed cells only: the measured control is its
  if (own.status.word() == "needs_cells") return control();
  if (!own.status.ok()) return {own.status, {}};
  return settings_.counts() ? from_counts(Side::predicted, ScoreSupply::control_item)
                            : copied(own.values);
}

std::span<ScoreItem const> panel_of(ScoreContext const& context,
                                    std::vector<ScoreItem> const& items) {
  return context.panel.empty() ? std::span<ScoreItem const>(items) : context.panel;
}

}  // namespace pertscale
