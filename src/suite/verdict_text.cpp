#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/text.hpp"
#include "suite/verdict_table.hpp"

namespace pertscale {

namespace {

constexpr std::size_t widest = 120;  ///< columns of a line

/// `better by 0.12`, `not distinguishable`, `too few (n=3)`.
std::string cell_text(VerdictLine const& line) {
  auto const& v = line.verdict;
  if (v.word == "not_distinguishable") return "not distinguishable";
  if (v.word == "too_few") return fmt::format("too few (n={})", v.compared.units);
  if (v.word == "single_value") return fmt::format("{:+.3g}", v.compared.difference);
  return fmt::format("{} by {:.3g}", v.word, std::abs(v.compared.difference));
}

/// Lines of one dataset and protocol, over all groups, against one baseline.
std::vector<VerdictLine const*> headline(std::vector<VerdictLine> const& lines,
                                         PlanSplits const& group, std::size_t baseline) {
  std::vector<VerdictLine const*> out;
  for (auto const& line : lines)
    if (std::get<0>(line.page) == group.dataset && std::get<1>(line.page) == group.protocol &&
        line.group == "*" && line.verdict.baseline == baseline)
      out.push_back(&line);
  return out;
}

/// Metrics with a verdict, in the study's order, as many as fit.
std::vector<std::size_t> shown_metrics(Study const& study,
                                       std::vector<VerdictLine const*> const& lines,
                                       std::size_t first, std::size_t& left_out) {
  std::set<std::size_t> judged;
  for (auto const* line : lines) judged.insert(std::get<2>(line->page));
  std::vector<std::size_t> out;
  std::size_t total = first;
  for (auto const metric : judged) {
    total += 2 + std::max<std::size_t>(20, study.metrics[metric].label.size());
    if (!out.empty() && total > widest) break;
    out.push_back(metric);
  }
  left_out = judged.size() - out.size();
  return out;
}

std::string table_text(Plan const& plan, std::vector<VerdictLine const*> const& lines,
                       std::size_t baseline) {
  auto const& study = *plan.study;
  std::size_t width = 5, left_out = 0;
  for (auto const& model : study.models) width = std::max(width, model.label.size());
  auto const metrics = shown_metrics(study, lines, width, left_out);
  auto const row = [&](std::string const& first, auto const& cell) {
    std::string text = fmt::format("{:<{}}", first, width);
    for (auto const metric : metrics)
      text += fmt::format("  {:<{}}", cell(metric),
                          std::max<std::size_t>(20, study.metrics[metric].label.size()));
    text.erase(text.find_last_not_of(' ') + 1);
    return text + "\n";
  };
  std::string out = row("model", [&](std::size_t metric) { return study.metrics[metric].label; });
  for (std::size_t model = 0; model < study.models.size(); ++model) {
    if (model == baseline) continue;
    out += row(study.models[model].label, [&](std::size_t metric) {
      for (auto const* line : lines)
        if (line->verdict.model == model && std::get<2>(line->page) == metric)
          return cell_text(*line);
      return std::string("-");
    });
  }
  if (left_out > 0) out += fmt::format("{} more metric(s) in verdict.csv\n", left_out);
  return out;
}

/// Where few rows are common to all models, how to compare on more of them.
std::string common_text(Study const& study, std::vector<VerdictLine const*> const& lines) {
  bool const few = std::any_of(lines.begin(), lines.end(),
                               [](auto const* line) { return line->verdict.word == "too_few"; });
  bool const omits = std::any_of(lines.begin(), lines.end(),
                                 [](auto const* line) { return line->verdict.omitted > 0; });
  if (study.missing != "common" || !few || !omits) return {};
  return "note: only perturbations that every model predicts are compared; missing = no-change or "
         "missing = worst compares on all\n";
}

/// A sentence for each metric that calibration warns of, and for each verdict withheld.
std::string warnings_text(Plan const& plan, std::vector<VerdictLine const*> const& lines) {
  std::string out;
  std::set<std::size_t> seen;
  for (auto const* line : lines) {
    auto const metric = std::get<2>(line->page);
    auto const& label = plan.study->metrics[metric].label;
    bool const apart = line->warning.find("controls_not_told_apart") == std::string::npos;
    bool const above = line->warning.find("bds_below_half") == std::string::npos;
    if ((!apart || !above) && seen.insert(metric).second)
      out += fmt::format(
          "warning: {} cannot tell a technical duplicate from the training mean here (the "
          "duplicate is better on {:.0f} % of the perturbations): its differences mean little\n",
          label, 100 * line->bds);
    if (line->verdict.withheld)
      out += fmt::format(
          "warning: {} leaves out {} perturbation(s); with the worst value there it is not better "
          "on {}\n",
          plan.study->models[line->verdict.model].label, line->verdict.omitted, label);
  }
  return out;
}

}  // namespace

std::string verdict_text(Plan const& plan, std::vector<VerdictLine> const& lines) {
  auto const baselines = verdict_baselines(*plan.study);
  if (baselines.empty())
    return "\nno verdicts: the study names no baseline and holds no simple model\n";
  std::string out;
  for (auto const& group : plan.splits) {
    auto const chosen = headline(lines, group, baselines.front());
    if (chosen.empty()) continue;
    out += fmt::format(
        "\nverdicts against {}: {}, {}\n", plan.study->models[baselines.front()].label,
        plan.datasets[group.dataset].spec.name, plan.study->protocols[group.protocol].label);
    out += table_text(plan, chosen, baselines.front());
    out += common_text(*plan.study, chosen) + warnings_text(plan, chosen);
  }
  return out;
}

}  // namespace pertscale
