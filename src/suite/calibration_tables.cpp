#include "suite/calibration_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "core/text.hpp"
#include "report/durable_file.hpp"
#include "suite/calibration_plan.hpp"
#include "suite/results.hpp"

namespace pertscale {

namespace {

constexpr double alpha = 0.05;

/// Empty where a number means nothing.
std::string number_or_nothing(double value) {
  return std::isnan(value) ? std::string() : number_text(value);
}

std::vector<RawScore> control_scores(Plan const& plan, JournalIndex const& journal,
                                     CalibrationUnit const& unit) {
  auto const task = control_task(plan, unit);
  std::string word = "unfinished";
  if (journal.contains(unit.key)) {
    auto record = parse_record(journal.payload(unit.key));
    if (record.error_type.empty()) return std::move(record.scores);
    word = "failed";
  }
  return missing_scores(plan, task, Status(word));
}

/// Rows of one positive control on one protocol, by metric: perturbations numbered as they come.
struct Pairs {
  std::map<std::size_t, std::size_t> number;
  std::vector<ControlPair> pairs;

  void add(std::size_t unit, double positive, double negative) {
    auto const at = number.emplace(unit, number.size()).first->second;
    pairs.push_back({at, positive, negative});
  }
};

class CalibrationWriter {
 public:
  CalibrationWriter(Plan const& plan, JournalIndex const& journal, std::filesystem::path folder,
                    ScoreBook& book)
      : plan_(plan), journal_(journal), folder_(std::move(folder)), book_(book) {}

  Calibrations write() {
    auto const path = folder_ / "calibration.csv", temporary = folder_ / "calibration.csv.tmp";
    std::ofstream out(temporary, std::ios::binary);
    out << "dataset,protocol,split,control,perturbation,context,group,metric,positive,negative,"
           "drf,positive_wins,status\n";
    for (std::size_t first = 0; first < plan_.calibration.size();) {
      std::size_t last = first;
      while (plan_.calibration[last].kind != ControlKind::negative) ++last;
      write_split(first, last, out);
      first = last + 1;
    }
    out.close();
    if (!out)
      throw UserError(
          fmt::format("{}: cannot be written; check the space there", temporary.string()));
    sync_and_rename(temporary, path);
    return write_summary();
  }

 private:
  /// Units [first, last) are the positive controls of a split, `last` is the negative one.
  void write_split(std::size_t first, std::size_t last, std::ofstream& out) {
    auto const task = control_task(plan_, plan_.calibration[last]);
    auto const negative = control_scores(plan_, journal_, plan_.calibration[last]);
    book_.add_control(task, negative, ScoreBook::Control::negative);
    std::map<std::pair<std::size_t, std::size_t>, Score> at;
    for (auto const& score : negative) at[{score.row, score.metric}] = score.score;
    for (std::size_t u = first; u < last; ++u) {
      auto const& unit = plan_.calibration[u];
      auto positive = control_scores(plan_, journal_, unit);
      if (u == first) book_.add_control(task, positive, ScoreBook::Control::positive);
      sort_scores(plan_, task, positive);
      for (auto const& score : positive)
        if (!plan_.study->metrics[score.metric].part.info->traits.neutral)
          write_row(task, unit.kind, score, at[{score.row, score.metric}], out);
    }
  }

  void write_row(Task const& task, ControlKind kind, RawScore const& positive,
                 Score const& negative, std::ofstream& out) {
    PageKey const key{task.dataset, task.protocol, positive.metric};
    auto const& labels = plan_.datasets[task.dataset].labels;
    auto const& metric = plan_.study->metrics[positive.metric];
    bool const whole = is_whole_split(labels, positive.row);
    out << fmt::format(
        "{},{},{},{},{},{},{},{},", csv_field(plan_.datasets[task.dataset].spec.name),
        csv_field(plan_.study->protocols[task.protocol].label),
        csv_field(plan_.split_of(task).name), control_name(kind),
        whole ? "*" : csv_field(labels.condition_of(positive.row).name),
        csv_field(labels.contexts()[context_of(labels, positive.row)]),
        csv_field(group_of(plan_, key, {task.split, positive.row})), csv_field(metric.label));
    auto& pairs = pairs_[{key, kind}];
    Status const status = positive.score.status.ok() ? negative.status : positive.score.status;
    auto const text = [](Score const& score) {
      return score.status.ok() ? number_text(score.value) : std::string();
    };
    out << text(positive.score) << ',' << text(negative) << ',';
    if (!status.ok()) {
      out << ",," << status.word() << '\n';
      return;
    }
    double const p = positive.score.value, n = negative.value;
    auto const side = side_of(metric);
    out << number_text(dynamic_range_fraction(p, n, side)) << ','
        << (is_better(p, n, side) ? "1" : "0") << ",ok\n";
    pairs.add(unit_of(plan_, key, {task.split, positive.row}), p, n);
  }

  Calibrations write_summary() {
    std::string text =
        "dataset,protocol,metric,control,n,positive,negative,drf,bds,vcc_score,p,warning\n";
    Calibrations out;
    for (auto const& [name, pairs] : pairs_) {
      auto const& [key, kind] = name;
      auto const& [dataset, protocol, metric] = key;
      auto& line = out[name];
      line.summary = summarise_controls(pairs.pairs, pairs.number.size(),
                                        side_of(plan_.study->metrics[metric]));
      line.warning = calibration_warning(line.summary);
      auto const& s = line.summary;
      text += fmt::format(
          "{},{},{},{},{},{},{},{},{},{},{},{}\n", csv_field(plan_.datasets[dataset].spec.name),
          csv_field(plan_.study->protocols[protocol].label),
          csv_field(plan_.study->metrics[metric].label), control_name(kind), s.units,
          number_or_nothing(s.mean_positive), number_or_nothing(s.mean_negative),
          number_or_nothing(s.median_range_fraction), number_or_nothing(s.beats),
          number_or_nothing(s.score), number_or_nothing(s.pvalue), line.warning);
    }
    write_durably(folder_ / "calibration-summary.csv", text);
    return out;
  }

  Plan const& plan_;
  JournalIndex const& journal_;
  std::filesystem::path folder_;
  ScoreBook& book_;
  std::map<std::pair<PageKey, ControlKind>, Pairs> pairs_;
};

}  // namespace

std::string calibration_warning(ControlSummary const& summary) {
  if (summary.units == 0) return {};
  if (summary.units < least_units) return "too_few";
  std::string out;
  if (summary.beats < 0.5) out = "bds_below_half";
  if (!(summary.pvalue < alpha))
    out += fmt::format("{}controls_not_told_apart", out.empty() ? "" : " ");
  return out;
}

Calibrations write_calibration(Plan const& plan, JournalIndex const& journal,
                               std::filesystem::path const& folder, ScoreBook& book) {
  return CalibrationWriter(plan, journal, folder, book).write();
}

MetricCalibration const* find_calibration(Calibrations const& calibrations, PageKey const& key) {
  for (auto const kind : {ControlKind::duplicate, ControlKind::interpolated})
    if (auto const at = calibrations.find({key, kind}); at != calibrations.end())
      return &at->second;
  return nullptr;
}

std::size_t failed_controls(Plan const& plan, JournalIndex const& journal) {
  return static_cast<std::size_t>(
      std::count_if(plan.calibration.begin(), plan.calibration.end(), [&](auto const& unit) {
        return journal.contains(unit.key) &&
               !parse_record(journal.payload(unit.key)).error_type.empty();
      }));
}

std::string calibration_timings(Plan const& plan, JournalIndex const& journal) {
  std::string out;
  for (auto const& unit : plan.calibration)
    if (journal.contains(unit.key))
      out += unit_timing(control_task(plan, unit).id, parse_record(journal.payload(unit.key)));
  return out;
}

}  // namespace pertscale
