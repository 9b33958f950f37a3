#include "suite/verdict_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "core/text.hpp"
#include "report/durable_file.hpp"

namespace pertscale {

namespace {

MissingRule rule_of(std::string const& word) {
  if (word == "no-change") return MissingRule::no_change;
  return word == "worst" ? MissingRule::worst : MissingRule::common;
}

std::size_t no_change_model(Study const& study) {
  for (std::size_t m = 0; m < study.models.size(); ++m)
    if (study.models[m].text.name == "no-change") return m;
  return 0;
}

/// Resamples of one dataset, protocol and group, shared by all models and metrics with as many
/// perturbations.
class BootstrapCache {
 public:
  explicit BootstrapCache(int resamples) : resamples_(resamples) {}

  Bootstrap const& get(std::string const& name, std::size_t units) {
    auto const at = kept_.find({name, units});
    if (at != kept_.end()) return at->second;
    return kept_.emplace(std::pair(name, units), Bootstrap(units, resamples_, name)).first->second;
  }

 private:
  int resamples_;
  std::map<std::pair<std::string, std::size_t>, Bootstrap> kept_;
};

class StudyComparer {
 public:
  StudyComparer(Plan const& plan, Calibrations const& calibrations)
      : plan_(plan), calibrations_(calibrations), bootstraps_(plan.study->bootstrap) {}

  void add(PageKey const& key, BookPage const& page) {
    std::set<std::string> groups{"*"};
    for (auto const& row : page.rows) groups.insert(group_of(plan_, key, row));
    for (auto const& group : groups) add_group(key, page, group);
  }

  /// Sorted by dataset, protocol, group, metric's name, model, baseline.
  std::vector<VerdictLine> take() {
    auto const name = [&](VerdictLine const& line) -> std::string const& {
      return plan_.study->metrics[std::get<2>(line.page)].label;
    };
    std::stable_sort(lines_.begin(), lines_.end(), [&](auto const& a, auto const& b) {
      auto const key = [&](VerdictLine const& line) {
        return std::tie(std::get<0>(line.page), std::get<1>(line.page), line.group, name(line),
                        line.verdict.model);
      };
      return key(a) < key(b);
    });
    return std::move(lines_);
  }

 private:
  void add_group(PageKey const& key, BookPage const& page, std::string const& group) {
    VerdictRows rows;
    std::vector<std::size_t> chosen;
    for (std::size_t row = 0; row < page.rows.size(); ++row)
      if (group == "*" || group_of(plan_, key, page.rows[row]) == group) chosen.push_back(row);
    // The order of perturbations decides nothing but the order of sums: that of Labels, not that in
    // which the study's tasks brought them.
    std::stable_sort(chosen.begin(), chosen.end(),
                     [&](std::size_t a, std::size_t b) { return page.rows[a] < page.rows[b]; });
    auto const take = [&](std::vector<double> const& list) {
      std::vector<double> out;
      for (auto const row : chosen) out.push_back(list[row]);
      return out;
    };
    for (auto const row : chosen) rows.unit.push_back(unit_of(plan_, key, page.rows[row]));
    for (auto const& list : page.values) rows.values.push_back(take(list));
    for (auto const& list : page.on_half) rows.on_half.push_back(take(list));
    rows.positive = take(page.positive);
    compare(key, group, rows);
  }

  void compare(PageKey const& key, std::string const& group, VerdictRows const& rows) {
    auto const& study = *plan_.study;
    auto const& metric = study.metrics[std::get<2>(key)];
    VerdictOptions options;
    options.side = side_of(metric);
    options.missing = rule_of(study.missing);
    options.no_change = no_change_model(study);
    options.baselines = verdict_baselines(study);
    options.whole_split = metric.part.info->traits.whole_split;
    auto const name = bootstrap_name(key, group);
    auto const found = verdicts(rows, options, [&](std::size_t units) -> Bootstrap const& {
      return bootstraps_.get(name, units);
    });
    auto const* const calibration = find_calibration(calibrations_, key);
    for (auto const& verdict : found) {
      VerdictLine line{key, group, verdict, std::numeric_limits<double>::quiet_NaN(), {}};
      if (calibration != nullptr && calibration->summary.units > 0)
        line.bds = calibration->summary.beats;
      if (calibration != nullptr) line.warning = calibration->warning;
      if (verdict.withheld) line.warning += line.warning.empty() ? "omits" : " omits";
      lines_.push_back(std::move(line));
    }
  }

  /// As summary.csv names the resamples of the line that pools contexts.
  std::string bootstrap_name(PageKey const& key, std::string const& group) const {
    auto const& dataset = plan_.datasets[std::get<0>(key)];
    auto const& contexts = dataset.labels.contexts();
    return fmt::format("{}/{}/{}/{}", dataset.spec.name,
                       plan_.study->protocols[std::get<1>(key)].label,
                       contexts.size() > 1 ? "*" : contexts.front(), group);
  }

  Plan const& plan_;
  Calibrations const& calibrations_;
  BootstrapCache bootstraps_;
  std::vector<VerdictLine> lines_;
};

std::string number_or_nothing(double value) {
  return std::isnan(value) ? std::string() : number_text(value);
}

std::string csv_line(Plan const& plan, VerdictLine const& line) {
  auto const& [dataset, protocol, metric] = line.page;
  auto const& v = line.verdict;
  auto const& c = v.compared;
  std::string out = fmt::format("{},{},{},{},{},{},{}", csv_field(plan.datasets[dataset].spec.name),
                                csv_field(plan.study->protocols[protocol].label),
                                csv_field(line.group), csv_field(plan.study->metrics[metric].label),
                                csv_field(plan.study->models[v.model].label),
                                csv_field(plan.study->models[v.baseline].label), c.units);
  for (double const value :
       {c.difference, c.ratio, c.ci_low, c.ci_high, c.signed_rank.two_sided, v.p_holm, v.headroom})
    out += fmt::format(",{}", number_or_nothing(value));
  out += fmt::format(",{}", v.word);
  for (double const value : {c.ratio_low, c.ratio_high, c.student.two_sided})
    out += fmt::format(",{}", number_or_nothing(value));
  return out + fmt::format(",{},{},{}\n", v.omitted, number_or_nothing(line.bds), line.warning);
}

}  // namespace

std::vector<std::size_t> verdict_baselines(Study const& study) {
  std::vector<std::size_t> out;
  for (auto const& label : study.baselines)
    for (std::size_t m = 0; m < study.models.size(); ++m)
      if (study.models[m].label == label && std::find(out.begin(), out.end(), m) == out.end())
        out.push_back(m);
  if (!study.baselines.empty()) return out;
  std::set<std::string> const simple{"no-change", "perturbed-mean", "additive", "matching-mean"};
  for (std::size_t m = 0; m < study.models.size(); ++m)
    if (simple.contains(study.models[m].text.name)) out.push_back(m);
  return out;
}

std::vector<VerdictLine> compare_models(Plan const& plan, ScoreBook& book,
                                        Calibrations const& calibrations) {
  StudyComparer comparer(plan, calibrations);
  for (auto const& [key, page] : book.pages()) comparer.add(key, page);
  return comparer.take();
}

void write_verdicts(Plan const& plan, std::vector<VerdictLine> const& lines,
                    std::filesystem::path const& folder) {
  std::string text =
      "dataset,protocol,group,metric,model,baseline,n,difference,ratio,ci_low,ci_high,p,p_holm,"
      "headroom,verdict,ratio_ci_low,ratio_ci_high,p_t,omitted,bds,warning\n";
  for (auto const& line : lines) text += csv_line(plan, line);
  write_durably(folder / "verdict.csv", text);
}

}  // namespace pertscale
