#include "suite/cell_eval_report.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "core/error.hpp"
#include "core/sums.hpp"
#include "core/text.hpp"
#include "metric/cell_eval_names.hpp"
#include "metric/cell_eval_score.hpp"
#include "report/durable_file.hpp"
#include "suite/cell_eval_table.hpp"
#include "suite/result_table.hpp"

namespace pertscale {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// dataset, protocol, split, context.
using Place = std::vector<std::string>;

/// scores.csv sorted into tables.
class Collector {
 public:
  Collector(std::filesystem::path const& folder, CellEval program)
      : folder_(folder),
        program_(program),
        scores_(folder / "scores.csv", {"dataset", "protocol", "split", "model", "perturbation",
                                        "context", "metric", "value", "status"}) {
    for (auto const& column : cell_eval_columns())
      if (column.program == program_) name_of_[label_of_text(column.metric)] = column.column;
    for (std::size_t row = 0; row < scores_.rows(); ++row) add(row);
    if (values_.empty())
      throw UserError(fmt::format(
          "{}: scores.csv holds no metric of {}; score with metrics = {}", folder.string(),
          folder_name(),
          program == CellEval::v1 ? "cell-eval-0.8.2:full" : "cell-eval2-0.20.0:vcc2026"));
  }

  std::string write_results() const {
    std::string text;
    for (auto const& [key, values] : values_) {
      auto const table = table_of(values);
      text += write_file(key, ".results.csv", cell_eval_results(table)) +
              write_file(key, ".agg_results.csv", cell_eval_aggregate(table));
    }
    return text + absent_text();
  }

  /// Of every other model at the baseline's places: all columns, and the challenge's own.
  std::string write_scores(std::string const& baseline) const {
    std::set<std::string> models;
    for (auto const& [key, values] : values_) models.insert(key.first);
    if (!models.contains(baseline)) {
      std::vector<std::string> const known(models.begin(), models.end());
      throw UserError(fmt::format("{}: scores.csv holds no model '{}'.{}", folder_.string(),
                                  baseline, suggestion(baseline, known)));
    }
    std::string text;
    for (auto const& [key, values] : values_) {
      auto const base = values_.find({baseline, key.second});
      if (key.first == baseline || base == values_.end()) continue;
      for (bool const challenge : {false, true}) {
        auto const own = means_of(values, challenge), other = means_of(base->second, challenge);
        if (own.empty()) continue;
        std::string const end = challenge ? (v1() ? ".vcc" : ".vcc2026") : "";
        text += write_file(key, end + ".score.csv", score_text(own, other));
      }
    }
    return text;
  }

 private:
  /// perturbation (`*`: all) and column to value.
  using Values = std::map<std::pair<std::string, std::string>, std::optional<double>>;
  /// model, place
  using Key = std::pair<std::string, Place>;

  bool v1() const { return program_ == CellEval::v1; }
  std::string folder_name() const { return v1() ? "cell-eval" : "cell-eval2"; }

  std::string write_file(Key const& key, std::string const& end, std::string const& content) const {
    std::set<Place> places;
    for (auto const& [one, values] : values_) places.insert(one.second);
    auto name = key.first;
    for (auto const& part : key.second)
      if (places.size() > 1 && !part.empty()) name += "." + part;
    make_out_folder(folder_ / folder_name());
    auto const path = folder_ / folder_name() / (percent_escape(name) + end);
    write_durably(path, content);
    return fmt::format("written      {}\n", path.string());
  }

  /// Means over perturbations: cell-eval's spoilt by NaN, cell-eval2's without them. `challenge`:
  /// of the columns that the Virtual Cell Challenge scores; none where one of them is missing.
  std::vector<AggregateValue> means_of(Values const& values, bool challenge) const {
    static std::set<std::string> const first{"mae", "discrimination_score_l1", "overlap_at_N"};
    auto const table = table_of(values);
    std::vector<AggregateValue> out;
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
      auto const& name = table.columns[c];
      if (challenge && (v1() ? !first.contains(name) : !challenge_2026().contains(name))) continue;
      std::vector<double> known;
      for (auto const& row : table.values)
        if (row[c] && (v1() || !std::isnan(*row[c]))) known.push_back(*row[c]);
      auto const n = static_cast<double>(known.size());
      out.push_back({name, known.empty() ? nan : ordered_sum(known) / n});
    }
    std::size_t const whole = v1() ? first.size() : challenge_2026().size();
    if (challenge && out.size() < whole) out.clear();
    return out;
  }

  static std::set<std::string> const& challenge_2026() {
    static std::set<std::string> const scored = [] {
      std::set<std::string> out;
      for (auto const& column : cell_eval_columns())
        if (column.program == CellEval::v2 && score_policy(column.column) &&
            column.profiles.find("vcc2026") != std::string::npos)
          out.insert(column.column);
      return out;
    }();
    return scored;
  }

  std::string score_text(std::vector<AggregateValue> const& own,
                         std::vector<AggregateValue> const& base) const {
    std::string text = "metric,from_baseline\n";
    for (auto const& [column, score] :
         v1() ? score_from_baseline(own, base) : score_from_baseline2(own, base))
      text += fmt::format("{},{}\n", csv_field(column),
                          score.status.ok() ? polars_field(score.value) : std::string());
    return text;
  }

  void add(std::size_t row) {
    auto const known = name_of_.find(scores_.at(row, "metric"));
    if (known == name_of_.end()) return;
    columns_.insert(known->second);
    Place const place{scores_.at(row, "dataset"), scores_.at(row, "protocol"),
                      scores_.at(row, "split"), scores_.at(row, "context")};
    auto& value = values_[{scores_.at(row, "model"), place}]
                         [{scores_.at(row, "perturbation"), known->second}];
    value = parse_double(scores_.at(row, "value"));
    if (value) return;
    bool const is_nan =
        cell_eval_missing(known->second, Status(scores_.at(row, "status"))) == "NaN";
    if (is_nan) value = nan;
  }

  /// Columns that some metric gives, in cell-eval's order.
  std::vector<std::string> columns(bool present) const {
    std::vector<std::string> out;
    for (auto const& column : cell_eval_columns())
      if (column.program == program_ && columns_.contains(column.column) == present)
        out.push_back(column.column);
    return out;
  }

  CellEvalTable table_of(Values const& values) const {
    CellEvalTable table;
    table.columns = columns(true);
    std::set<std::string> names;
    for (auto const& [key, value] : values)
      if (key.first != "*") names.insert(key.first);
    table.perturbations.assign(names.begin(), names.end());
    for (auto const& name : table.perturbations) {
      table.values.emplace_back();
      for (auto const& column : table.columns) {
        auto found = values.find({name, column});
        if (found == values.end()) found = values.find({"*", column});
        table.values.back().push_back(found == values.end() ? std::nullopt : found->second);
      }
    }
    return table;
  }

  std::string absent_text() const {
    auto const absent = columns(false);
    return fmt::format("left out     {}clustering_agreement (no other program can repeat it)\n",
                       absent.empty() ? "" : join(absent, ", ") + " (no such metric was scored), ");
  }

  std::filesystem::path folder_;
  CellEval program_;
  ResultTable scores_;
  std::map<std::string, std::string> name_of_;
  std::set<std::string> columns_;
  std::map<Key, Values> values_;
};

}  // namespace

std::string write_cell_eval(std::filesystem::path const& folder, CellEval program,
                            std::string const& baseline) {
  Collector const collector(folder, program);
  std::string const results = program == CellEval::v1 ? collector.write_results() : "";
  return results + (baseline.empty() ? "" : collector.write_scores(baseline));
}

}  // namespace pertscale
