#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/text.hpp"
#include "suite/verdict_table.hpp"

namespace pertscale {

namespace {

constexpr std::size_t widest = 120;  ///< columns of a line
constexpr std::size_t least_width = 20;

using Lines = std::vector<VerdictLine const*>;

std::size_t metric_of(VerdictLine const& line) { return std::get<2>(line.page); }

/// `better by 0.12`, `not distinguishable`, `too few (n=3)`.
std::string cell_text(VerdictLine const& line) {
  auto const& v = line.verdict;
  if (v.word == "not_distinguishable") return "not distinguishable";
  if (v.word == "too_few") return fmt::format("too few (n={})", v.compared.units);
  if (v.word == "single_value") return fmt::format("{:+.3g}", v.compared.difference);
  return fmt::format("{} by {:.3g}", v.word, std::abs(v.compared.difference));
}

/// Lines of one dataset and protocol over all groups.
Lines headline(std::vector<VerdictLine> const& lines, PlanSplits const& group) {
  Lines out;
  for (auto const& line : lines)
    if (std::get<0>(line.page) == group.dataset && std::get<1>(line.page) == group.protocol &&
        line.group == "*")
      out.push_back(&line);
  return out;
}

/// A column of the table: a metric, and the first baseline that has values of it.
struct Column {
  std::size_t metric = 0, baseline = 0, width = 0;
  std::string title;
};

std::vector<Column> columns_of(Study const& study, Lines const& lines) {
  auto const baselines = verdict_baselines(study);
  std::set<std::pair<std::size_t, std::size_t>> compared;  // metric, baseline
  for (auto const* line : lines)
    if (line->verdict.compared.units > 0)
      compared.emplace(metric_of(*line), line->verdict.baseline);
  std::vector<Column> out;
  for (std::size_t metric = 0; metric < study.metrics.size(); ++metric)
    for (auto const baseline : baselines) {
      if (!compared.contains({metric, baseline})) continue;
      Column column{metric, baseline, least_width, study.metrics[metric].label};
      if (baseline != baselines.front())
        column.title += fmt::format(" vs {}", study.models[baseline].label);
      column.width = std::max(column.width, column.title.size());
      out.push_back(std::move(column));
      break;
    }
  return out;
}

/// As many columns as fit on a line.
void keep_what_fits(std::vector<Column>& columns, std::size_t first) {
  std::size_t total = first, kept = 0;
  for (auto const& column : columns) {
    total += 2 + column.width;
    if (kept > 0 && total > widest) break;
    ++kept;
  }
  columns.resize(kept);
}

std::string table_text(Study const& study, Lines const& lines, std::vector<Column> const& columns,
                       std::size_t width) {
  auto const row = [&](std::string const& first, auto const& cell) {
    std::string text = fmt::format("{:<{}}", first, width);
    for (auto const& column : columns) text += fmt::format("  {:<{}}", cell(column), column.width);
    text.erase(text.find_last_not_of(' ') + 1);
    return text + "\n";
  };
  std::string out = row("model", [](Column const& column) { return column.title; });
  for (std::size_t model = 0; model < study.models.size(); ++model)
    out += row(study.models[model].label, [&](Column const& column) {
      for (auto const* line : lines)
        if (line->verdict.model == model && line->verdict.baseline == column.baseline &&
            metric_of(*line) == column.metric)
          return cell_text(*line);
      return std::string("-");
    });
  return out;
}

/// Where few rows are common to all models, how to compare on more of them.
std::string common_text(Study const& study, Lines const& lines) {
  bool const few = std::any_of(lines.begin(), lines.end(),
                               [](auto const* line) { return line->verdict.word == "too_few"; });
  bool const omits = std::any_of(lines.begin(), lines.end(),
                                 [](auto const* line) { return line->verdict.omitted > 0; });
  if (study.missing != "common" || !few || !omits) return {};
  return "note: only perturbations that every model predicts are compared; missing = no-change or "
         "missing = worst compares on all\n";
}

/// A sentence for each metric that calibration warns of, and for each verdict withheld.
std::string warnings_text(Study const& study, Lines const& lines) {
  std::string out;
  std::set<std::size_t> seen;
  for (auto const* line : lines) {
    auto const& label = study.metrics[metric_of(*line)].label;
    bool const warns = line->warning.find("controls_not_told_apart") != std::string::npos ||
                       line->warning.find("bds_below_half") != std::string::npos;
    if (warns && seen.insert(metric_of(*line)).second)
      out += fmt::format(
          "warning: {} does not tell a technical duplicate from the training mean here (the "
          "duplicate is better on {:.0f} % of the perturbations): its differences mean little\n",
          label, 100 * line->bds);
    if (line->verdict.withheld)
      out += fmt::format(
          "warning: {} leaves out {} perturbation(s); with the worst value there it is not better "
          "than {} on {}\n",
          study.models[line->verdict.model].label, line->verdict.omitted,
          study.models[line->verdict.baseline].label, label);
  }
  return out;
}

}  // namespace

std::string verdict_text(Plan const& plan, std::vector<VerdictLine> const& lines) {
  auto const& study = *plan.study;
  auto const baselines = verdict_baselines(study);
  if (baselines.empty())
    return "\nno verdicts: the study names no baseline and holds no simple model\n";
  std::size_t width = 5;
  for (auto const& model : study.models) width = std::max(width, model.label.size());
  std::string out;
  for (auto const& group : plan.splits) {
    auto const chosen = headline(lines, group);
    if (chosen.empty()) continue;
    auto columns = columns_of(study, chosen);
    std::size_t const all = columns.size();
    keep_what_fits(columns, width);
    out +=
        fmt::format("\nverdicts against {}: {}, {}\n", study.models[baselines.front()].label,
                    plan.datasets[group.dataset].spec.name, study.protocols[group.protocol].label);
    if (columns.empty())
      out += "no perturbation has a value of every model\n";
    else
      out += table_text(study, chosen, columns, width);
    if (all > columns.size())
      out += fmt::format("{} more metric(s) in verdict.csv\n", all - columns.size());
    out += common_text(study, chosen) + warnings_text(study, chosen);
  }
  return out;
}

}  // namespace pertscale
