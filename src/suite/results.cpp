#include "suite/results.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <set>
#include <tuple>

#include "core/text.hpp"
#include "report/durable_file.hpp"

namespace pertscale {

namespace {

/// Units of each task, in plan order.
std::vector<std::vector<std::size_t>> units_by_task(Plan const& plan) {
  std::vector<std::vector<std::size_t>> out(plan.tasks.size());
  for (std::size_t u = 0; u < plan.units.size(); ++u) out[plan.units[u].task].push_back(u);
  return out;
}

/// Everything the journal knows of one task.
struct TaskResult {
  std::string status = "ok", error_type, message;
  std::vector<RawScore> scores;
};

TaskResult read_task(Plan const& plan, JournalIndex const& journal, Task const& task,
                     std::vector<std::size_t> const& units) {
  TaskResult result;
  if (!task.not_served.empty()) return {"not_applicable", "", task.not_served, {}};
  for (auto const u : units) {
    auto const& key = plan.units[u].key;
    if (!journal.contains(key)) {
      if (result.error_type.empty()) result.status = "unfinished";
      continue;
    }
    auto record = parse_record(journal.payload(key));
    if (!record.error_type.empty() && result.error_type.empty()) {
      result.status = "failed";
      result.error_type = record.error_type;
      result.message = record.message;
    }
    result.scores.insert(result.scores.end(), record.scores.begin(), record.scores.end());
  }
  if (result.status == "ok") {
    result.message = join(prediction_notes(plan, task), "; ");
    return result;
  }
  result.scores = missing_scores(plan, task, Status(result.status));
  return result;
}

}  // namespace

void sort_scores(Plan const& plan, Task const& task, std::vector<RawScore>& scores) {
  auto const& labels = plan.datasets[task.dataset].labels;
  auto const name = [&](RawScore const& score) -> std::string const& {
    static std::string const whole = "*";
    return is_whole_split(labels, score.row) ? whole : labels.condition_of(score.row).name;
  };
  std::sort(scores.begin(), scores.end(), [&](RawScore const& a, RawScore const& b) {
    if (a.row != b.row) {
      auto const by_name = name(a).compare(name(b));
      return by_name != 0 ? by_name < 0 : context_of(labels, a.row) < context_of(labels, b.row);
    }
    return plan.study->metrics[a.metric].label < plan.study->metrics[b.metric].label;
  });
}

namespace {

/// Values of one line of summary.csv, gathered over splits.
struct Gathered {
  std::vector<SummaryValue> values;
  std::int64_t missing = 0;
};

/// dataset, protocol, model (numbers of the study), context, group, metric (names).
using SummaryKey =
    std::tuple<std::size_t, std::size_t, std::size_t, std::string, std::string, std::string>;

class TableWriter {
 public:
  using EachTask = std::function<void(Task const&, std::vector<RawScore> const&)>;

  TableWriter(Plan const& plan, JournalIndex const& journal, std::filesystem::path folder,
              EachTask const& each_task)
      : plan_(plan), journal_(journal), folder_(std::move(folder)), each_task_(each_task) {}

  std::vector<SummaryRow> write() {
    auto const temporary = folder_ / "scores.csv.tmp";
    std::ofstream scores(temporary, std::ios::binary);
    scores << "dataset,protocol,split,model,perturbation,context,group,metric,value,cells,status\n";
    auto const units = units_by_task(plan_);
    for (std::size_t t = 0; t < plan_.tasks.size(); ++t)
      write_task(plan_.tasks[t], units[t], scores);
    scores.close();
    if (!scores)
      throw UserError(
          fmt::format("{}: cannot be written; check the space there", temporary.string()));
    sync_and_rename(temporary, folder_ / "scores.csv");
    write_durably(folder_ / "tasks.csv",
                  "task,dataset,protocol,split,model,status,error_type,message\n" + tasks_);
    return write_summary();
  }

 private:
  std::string names(Task const& task) const {
    return fmt::format("{},{},{},{}", csv_field(plan_.datasets[task.dataset].spec.name),
                       csv_field(plan_.study->protocols[task.protocol].label),
                       csv_field(plan_.split_of(task).name),
                       csv_field(plan_.study->models[task.model].label));
  }

  void write_task(Task const& task, std::vector<std::size_t> const& units, std::ofstream& out) {
    auto result = read_task(plan_, journal_, task, units);
    if (each_task_) each_task_(task, result.scores);
    result.scores = scores_against(plan_.datasets[task.dataset].labels, result.scores, false);
    sort_scores(plan_, task, result.scores);
    tasks_ += fmt::format("{},{},{},{},{}\n", csv_field(task.id), names(task), result.status,
                          csv_field(result.error_type), csv_field(result.message));
    std::string const prefix = names(task);
    if (!task.not_served.empty()) {
      for (auto const& metric : sorted_metrics())
        out << prefix << ",*,,," << csv_field(metric) << ",,,not_applicable\n";
      return;
    }
    for (auto const& score : result.scores) write_score(task, prefix, score, out);
  }

  void write_score(Task const& task, std::string const& prefix, RawScore const& raw,
                   std::ofstream& out) {
    auto const& labels = plan_.datasets[task.dataset].labels;
    auto const& [row, metric, score] = raw;
    auto const& context = labels.contexts()[context_of(labels, row)];
    auto const& metric_name = plan_.study->metrics[metric].label;
    bool const whole = is_whole_split(labels, row);
    std::string const group = whole ? "*" : plan_.split_of(task).groups[row];
    std::size_t const condition = whole ? labels.conditions().size() : labels.rows()[row].condition;
    out << prefix << ',' << (whole ? "*" : csv_field(labels.conditions()[condition].name)) << ','
        << csv_field(context) << ',' << csv_field(group) << ',' << csv_field(metric_name) << ','
        << (score.status.ok() ? number_text(score.value) : "") << ','
        << (whole ? "" : std::to_string(labels.rows()[row].cells)) << ',' << score.status.word()
        << '\n';
    std::set<std::string> const groups{group, "*"};
    for (auto const& c : {context, std::string("*")})
      for (auto const& g : groups)
        gather({task.dataset, task.protocol, task.model, c, g, metric_name}, condition, score);
  }

  std::vector<std::string> sorted_metrics() const {
    std::vector<std::string> labels;
    for (auto const& metric : plan_.study->metrics) labels.push_back(metric.label);
    std::sort(labels.begin(), labels.end());
    return labels;
  }

  void gather(SummaryKey const& key, std::size_t condition, Score const& score) {
    auto& gathered = gathered_[key];
    if (score.status.ok())
      gathered.values.push_back({condition, score.value});
    else
      ++gathered.missing;
  }

  /// Pooled over contexts only where there are several.
  bool shown(SummaryKey const& key) const {
    return std::get<3>(key) != "*" || plan_.datasets[std::get<0>(key)].labels.contexts().size() > 1;
  }

  std::vector<SummaryRow> write_summary() {
    std::vector<SummaryRow> rows;
    // Rows over the same perturbations share their resamples, so that their intervals are paired; a
    // row's interval does not depend on which other models or metrics the study holds.
    std::map<std::pair<std::string, std::vector<std::size_t>>, Bootstrap> bootstraps;
    std::map<SummaryKey, Summary> summaries;
    for (auto const& [key, gathered] : gathered_) {
      if (!shown(key)) continue;
      auto values = gathered.values;
      auto const units = number_units(values);
      auto const name = bootstrap_name(key);
      auto const at =
          bootstraps.try_emplace({name, units}, units.size(), plan_.study->bootstrap, name);
      summaries[key] = summarise(values, gathered.missing, at.first->second);
    }
    std::string text =
        "dataset,protocol,model,context,group,metric,n,missing,mean,median,sd,ci_low,ci_high\n";
    for (auto const& [key, summary] : summaries) {
      rows.push_back(summary_row(key, summary));
      text += line(rows.back());
    }
    write_durably(folder_ / "summary.csv", text);
    return rows;
  }

  /// The perturbations of a row in code-point order; `unit` of each value becomes its number among
  /// them.
  static std::vector<std::size_t> number_units(std::vector<SummaryValue>& values) {
    std::set<std::size_t> const distinct = [&] {
      std::set<std::size_t> out;
      for (auto const& value : values) out.insert(value.unit);
      return out;
    }();
    std::vector<std::size_t> units(distinct.begin(), distinct.end());
    for (auto& value : values)
      value.unit = static_cast<std::size_t>(
          std::lower_bound(units.begin(), units.end(), value.unit) - units.begin());
    return units;
  }

  std::string bootstrap_name(SummaryKey const& key) const {
    return fmt::format("{}/{}/{}/{}", plan_.datasets[std::get<0>(key)].spec.name,
                       plan_.study->protocols[std::get<1>(key)].label, std::get<3>(key),
                       std::get<4>(key));
  }

  SummaryRow summary_row(SummaryKey const& key, Summary const& summary) const {
    auto const& [dataset, protocol, model, context, group, metric] = key;
    return {plan_.datasets[dataset].spec.name,
            plan_.study->protocols[protocol].label,
            plan_.study->models[model].label,
            context,
            group,
            metric,
            summary};
  }

  static std::string line(SummaryRow const& row) {
    auto const& s = row.summary;
    auto const number = [&](double value) {
      return s.n == 0 || value != value ? std::string() : number_text(value);
    };
    return fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{}\n", csv_field(row.dataset),
                       csv_field(row.protocol), csv_field(row.model), csv_field(row.context),
                       csv_field(row.group), csv_field(row.metric), s.n, s.missing, number(s.mean),
                       number(s.median), number(s.sd), number(s.ci_low), number(s.ci_high));
  }

  Plan const& plan_;
  JournalIndex const& journal_;
  std::filesystem::path folder_;
  EachTask const& each_task_;
  std::string tasks_;
  std::map<SummaryKey, Gathered> gathered_;
};

}  // namespace

std::vector<SummaryRow> write_tables(
    Plan const& plan, JournalIndex const& journal, std::filesystem::path const& folder,
    std::function<void(Task const&, std::vector<RawScore> const&)> const& each_task) {
  return TableWriter(plan, journal, folder, each_task).write();
}

std::string unit_timing(std::string const& task, UnitRecord const& r) {
  std::string out;
  for (auto const& [phase, seconds] :
       {std::pair{"fit", r.fit_seconds}, std::pair{"score", r.score_seconds}})
    if (seconds > 0)
      out +=
          fmt::format("{},{},{},{},{},{},{:.6f},{:.6f},{:.6f},{:.1f},,\n", csv_field(task), phase,
                      r.start, r.job, 1, r.ranks, seconds, seconds, seconds, r.peak_rss_mib);
  return out;
}

std::string task_timings(Plan const& plan, JournalIndex const& journal) {
  std::string out;
  for (auto const& unit : plan.units)
    if (journal.contains(unit.key))
      out += unit_timing(plan.tasks[unit.task].id, parse_record(journal.payload(unit.key)));
  return out;
}

std::size_t failed_tasks(Plan const& plan, JournalIndex const& journal) {
  std::size_t failed = 0;
  auto const units = units_by_task(plan);
  for (auto const& list : units)
    failed += std::any_of(list.begin(), list.end(), [&](std::size_t u) {
      auto const& key = plan.units[u].key;
      return journal.contains(key) && !parse_record(journal.payload(key)).error_type.empty();
    });
  return failed;
}

}  // namespace pertscale
