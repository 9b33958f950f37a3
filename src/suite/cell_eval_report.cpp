#include "suite/cell_eval_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "core/error.hpp"
#include "core/sums.hpp"
#include "core/text.hpp"
#include "metric/cell_eval_names.hpp"
#include "report/durable_file.hpp"
#include "suite/result_table.hpp"

namespace pertscale {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// As polars writes a float: 25.0, NaN; null is empty.
std::string field(std::optional<double> const& value) {
  if (!value) return {};
  if (std::isnan(*value)) return "NaN";
  auto const text = number_text(*value);
  return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
}

/// polars' describe() of one column.
class Description {
 public:
  explicit Description(std::vector<double> known, std::size_t rows)
      : known_(std::move(known)), rows_(rows) {
    std::sort(known_.begin(), known_.end(), [](double a, double b) {
      return std::isnan(b) ? !std::isnan(a) : a < b;  // NaN is above every number
    });
    numbers_ = static_cast<std::size_t>(
        std::count_if(known_.begin(), known_.end(), [](double x) { return !std::isnan(x); }));
  }

  std::vector<std::optional<double>> values() const {
    return {static_cast<double>(known_.size()),
            static_cast<double>(rows_ - known_.size()),
            mean(),
            deviation(),
            extreme(0),
            quantile(0.25),
            quantile(0.5),
            quantile(0.75),
            extreme(numbers_ - 1)};
  }

 private:
  std::optional<double> mean() const {
    if (known_.empty()) return std::nullopt;
    return ordered_sum(known_) / static_cast<double>(known_.size());
  }

  std::optional<double> deviation() const {
    if (known_.size() < 2) return std::nullopt;
    double const centre = *mean();
    double const squares = ordered_sum(
        known_.size(), [&](std::size_t i) { return (known_[i] - centre) * (known_[i] - centre); });
    return std::sqrt(squares / static_cast<double>(known_.size() - 1));
  }

  std::optional<double> extreme(std::size_t at) const {
    if (known_.empty()) return std::nullopt;
    return numbers_ == 0 ? nan : known_[at];
  }

  std::optional<double> quantile(double q) const {
    if (known_.empty()) return std::nullopt;
    return known_[static_cast<std::size_t>(std::round(q * static_cast<double>(known_.size() - 1)))];
  }

  std::vector<double> known_;
  std::size_t rows_, numbers_ = 0;
};

/// dataset, protocol, split, context.
using Place = std::vector<std::string>;

/// scores.csv sorted into tables.
class Collector {
 public:
  explicit Collector(std::filesystem::path const& folder)
      : folder_(folder),
        scores_(folder / "scores.csv", {"dataset", "protocol", "split", "model", "perturbation",
                                        "context", "metric", "value", "status"}) {
    for (auto const& column : cell_eval_columns())
      if (column.program == CellEval::v1) name_of_[label_of_text(column.metric)] = column.column;
    for (std::size_t row = 0; row < scores_.rows(); ++row) add(row);
    if (values_.empty())
      throw UserError(
          fmt::format("{}: scores.csv holds no metric of cell-eval; score with metrics "
                      "= cell-eval-0.8.2:full",
                      folder.string()));
  }

  std::string write() const {
    std::string text;
    std::set<Place> places;
    for (auto const& [key, values] : values_) places.insert(key.second);
    make_out_folder(folder_ / "cell-eval");
    for (auto const& [key, values] : values_) {
      auto name = key.first;
      for (auto const& part : key.second)
        if (places.size() > 1 && !part.empty()) name += "." + part;
      auto const table = table_of(values);
      for (auto const& [end, content] : {std::pair{".results.csv", cell_eval_results(table)},
                                         {".agg_results.csv", cell_eval_aggregate(table)}}) {
        auto const path = folder_ / "cell-eval" / (percent_escape(name) + end);
        write_durably(path, content);
        text += fmt::format("written      {}\n", path.string());
      }
    }
    return text + absent_text();
  }

 private:
  /// perturbation (`*`: all) and column to value.
  using Values = std::map<std::pair<std::string, std::string>, std::optional<double>>;

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
      if (column.program == CellEval::v1 && columns_.contains(column.column) == present)
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
  ResultTable scores_;
  std::map<std::string, std::string> name_of_;
  std::set<std::string> columns_;
  std::map<std::pair<std::string, Place>, Values> values_;
};

}  // namespace

std::string cell_eval_results(CellEvalTable const& table) {
  std::string out = "perturbation";
  for (auto const& column : table.columns) out += fmt::format(",{}", csv_field(column));
  out += "\n";
  for (std::size_t row = 0; row < table.perturbations.size(); ++row) {
    out += csv_field(table.perturbations[row]);
    for (auto const& value : table.values[row]) out += fmt::format(",{}", field(value));
    out += "\n";
  }
  return out;
}

std::string cell_eval_aggregate(CellEvalTable const& table) {
  static constexpr std::array<char const*, 9> statistics{
      "count", "null_count", "mean", "std", "min", "25%", "50%", "75%", "max"};
  std::string out = "statistic";
  std::vector<std::vector<std::optional<double>>> described;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    out += fmt::format(",{}", csv_field(table.columns[c]));
    std::vector<double> known;
    for (auto const& row : table.values)
      if (row[c]) known.push_back(*row[c]);
    described.push_back(Description(std::move(known), table.perturbations.size()).values());
  }
  out += "\n";
  for (std::size_t s = 0; s < statistics.size(); ++s) {
    out += statistics[s];
    for (auto const& column : described) out += fmt::format(",{}", field(column[s]));
    out += "\n";
  }
  return out;
}

std::string write_cell_eval(std::filesystem::path const& folder) {
  return Collector(folder).write();
}

}  // namespace pertscale
