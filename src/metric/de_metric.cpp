#include "metric/de_metric.hpp"

#include <algorithm>
#include <cmath>

#include "metric/target_genes.hpp"

namespace pertscale {

namespace {

void take(DeRow const& row, TestTable& table) {
  table.log2fc.assign(row.log2fc.begin(), row.log2fc.end());
  table.pvalue.assign(row.pvalue.begin(), row.pvalue.end());
  table.padj.assign(row.padj.begin(), row.padj.end());
  table.score.assign(row.score.begin(), row.score.end());
  // a change that is no number carries no call
  for (std::size_t g = 0; g < table.padj.size(); ++g)
    if (std::isnan(table.log2fc[g]) && table.padj[g] < 1) table.padj[g] = 1;
}

}  // namespace

ItemTests tests_of(ScoreContext const& context, ScoreItem const& item, DeSettings const& settings,
                   TestSides sides) {
  ItemTests out;
  if (context.values == ValueKind::latent) return {Status("not_applicable"), {}};
  if (context.supply == nullptr) return {Status("needs_cells"), {}};
  out.pair.alpha = settings.alpha();
  auto const request = settings.request();
  for (auto const side : {Side::measured, Side::predicted}) {
    bool const measured = side == Side::measured;
    if (sides == (measured ? TestSides::predicted : TestSides::measured)) continue;
    auto const row = context.supply->de(side, item.place, request);
    if (!row.status.ok()) return {row.status, {}};
    take(row, measured ? out.pair.measured : out.pair.predicted);
  }
  if (sides == TestSides::measured) out.pair.predicted = out.pair.measured;
  if (sides == TestSides::predicted) out.pair.measured = out.pair.predicted;
  if (settings.excludes_target())
    for (auto const gene : target_genes(context, *item.condition, settings.peer()))
      out.pair.leave_out(gene);
  return out;
}

void DeMetric::declare(OptionList& options) {
  declare_own(options);
  settings_.declare(options, peer_excludes_target());
}

std::vector<Score> DeMetric::score(ScoreContext const& context,
                                   std::vector<ScoreItem> const& items) const {
  std::vector<Score> scores;
  for (auto const& item : items) {
    auto const tests = tests_of(context, item, settings_, sides());
    scores.push_back(tests.status.ok() ? value(context, tests.pair) : Score{0, tests.status});
  }
  return scores;
}

Status DeMetric::enough(std::size_t genes) const {
  if (genes >= static_cast<std::size_t>(settings_.least_genes())) return {};
  return Status(genes == 0 ? "no_significant" : "too_few_genes");
}

Score DeMetric::filled(std::optional<double> value, double worst, std::string const& why) const {
  if (!value && peer() == DePeer::cell_eval2) return {worst, {}};
  return score_or(value, why);
}

Score score_or(std::optional<double> value, std::string const& why) {
  if (!value) return {0, Status(why)};
  return {*value, {}};
}

}  // namespace pertscale
