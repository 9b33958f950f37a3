#include <fmt/format.h>

#include <algorithm>

#include "suite/results.hpp"

namespace pertscale {

namespace {

constexpr std::size_t widest = 120;  ///< columns of a line
constexpr std::size_t least_width = 22;

/// Lines of one dataset and protocol that pool contexts (where there are several) and groups.
std::vector<SummaryRow const*> headline_rows(Plan const& plan, PlanSplits const& group,
                                             std::vector<SummaryRow> const& rows) {
  auto const& dataset = plan.datasets[group.dataset];
  auto const& contexts = dataset.labels.contexts();
  std::string const context = contexts.size() > 1 ? "*" : contexts.front();
  std::vector<SummaryRow const*> out;
  for (auto const& row : rows)
    if (row.dataset == dataset.spec.name &&
        row.protocol == plan.study->protocols[group.protocol].label && row.context == context &&
        row.group == "*")
      out.push_back(&row);
  return out;
}

std::string cell_text(std::vector<SummaryRow const*> const& rows, std::string const& model,
                      std::string const& metric) {
  for (auto const* row : rows) {
    if (row->model != model || row->metric != metric) continue;
    auto const& s = row->summary;
    if (s.n == 0) return "-";
    std::string const interval =
        s.ci_low == s.ci_low ? fmt::format(" [{:.4g}, {:.4g}]", s.ci_low, s.ci_high) : "";
    std::string const text = fmt::format("{:.4g}{}", s.mean, interval);
    return s.missing > 0 ? text + fmt::format(" n={}", s.n) : text;
  }
  return "-";
}

}  // namespace

namespace {

/// Metrics that fit on a line, in the study's order, and how wide each column is.
std::vector<std::size_t> column_widths(Study const& study, std::size_t first) {
  std::vector<std::size_t> widths;
  std::size_t total = first;
  for (auto const& metric : study.metrics) {
    std::size_t const width = std::max(least_width, metric.label.size());
    if (!widths.empty() && total + width + 2 > widest) break;
    total += width + 2;
    widths.push_back(width);
  }
  return widths;
}

}  // namespace

std::string leaderboard(Plan const& plan, std::vector<SummaryRow> const& rows) {
  auto const& study = *plan.study;
  std::size_t model_width = 5;
  for (auto const& model : study.models) model_width = std::max(model_width, model.label.size());
  auto const widths = column_widths(study, model_width);
  std::string out;
  for (auto const& group : plan.splits) {
    auto const headline = headline_rows(plan, group, rows);
    if (headline.empty()) continue;
    out += fmt::format("\n{}, {}\n{:<{}}", plan.datasets[group.dataset].spec.name,
                       study.protocols[group.protocol].label, "model", model_width);
    for (std::size_t m = 0; m < widths.size(); ++m)
      out += fmt::format("  {:<{}}", study.metrics[m].label, widths[m]);
    out.erase(out.find_last_not_of(' ') + 1);
    out += "\n";
    for (auto const& model : study.models) {
      out += fmt::format("{:<{}}", model.label, model_width);
      for (std::size_t m = 0; m < widths.size(); ++m)
        out += fmt::format("  {:<{}}", cell_text(headline, model.label, study.metrics[m].label),
                           widths[m]);
      out.erase(out.find_last_not_of(' ') + 1);
      out += "\n";
    }
  }
  out +=
      "\nmean over held-out perturbations [95 % bootstrap interval]; n where some values are "
      "missing";
  if (widths.size() < study.metrics.size())
    out += fmt::format("; {} more metric(s) in summary.csv", study.metrics.size() - widths.size());
  return out + "\n";
}

}  // namespace pertscale
