#include "suite/compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/error.hpp"
#include "core/sums.hpp"
#include "core/text.hpp"
#include "suite/result_table.hpp"

namespace pertscale {

namespace {

using Names = std::vector<std::string>;

Names const summary_columns{"dataset", "protocol", "model", "context",
                            "group",   "metric",   "n",     "mean"};

/// Names of a figure: dataset, protocol, split (`*`: all), model, context, group, metric.
Names summary_names(ResultTable const& table, std::size_t row) {
  return {table.at(row, "dataset"), table.at(row, "protocol"), "*",
          table.at(row, "model"),   table.at(row, "context"),  table.at(row, "group"),
          table.at(row, "metric")};
}

std::map<Names, std::optional<double>> summary_means(std::filesystem::path const& folder) {
  ResultTable const table(folder / "summary.csv", summary_columns);
  std::map<Names, std::optional<double>> out;
  for (std::size_t row = 0; row < table.rows(); ++row)
    out[summary_names(table, row)] = parse_double(table.at(row, "mean"));
  return out;
}

/// Half a unit of the last digit of a number as it is written: 0.33 -> 0.005, 12 -> 0.5.
double half_digit(std::string const& text) {
  auto const mantissa = text.substr(0, text.find_first_of("eE"));
  auto const point = mantissa.find('.');
  auto const decimals =
      point == std::string::npos ? 0 : static_cast<int>(mantissa.size() - point - 1);
  auto const mark = text.find_first_of("eE");
  auto const exponent =
      mark == std::string::npos ? 0 : parse_integer(text.substr(mark + 1)).value_or(0);
  return 0.5 * std::pow(10.0, static_cast<double>(exponent) - decimals);
}

/// Our side of published figures: means pooled over contexts, of all splits and of each.
class OwnMeans {
 public:
  explicit OwnMeans(std::filesystem::path const& folder) {
    add_summary(folder);
    ResultTable const scores(folder / "scores.csv", {"dataset", "protocol", "split", "model",
                                                     "context", "group", "metric", "value"});
    std::map<Names, std::vector<double>> values;
    for (std::size_t row = 0; row < scores.rows(); ++row)
      for (auto const& group : {scores.at(row, "group"), std::string("*")}) {
        auto& list =
            values[{scores.at(row, "dataset"), scores.at(row, "protocol"), scores.at(row, "split"),
                    scores.at(row, "model"), group, scores.at(row, "metric")}];
        if (auto const value = parse_double(scores.at(row, "value"))) list.push_back(*value);
      }
    for (auto const& [names, list] : values)
      if (!list.empty())
        means_[names] = ordered_sum(list) / static_cast<double>(list.size());
      else
        means_[names] = std::nullopt;
  }

  /// None: there is no such row. A row without a value is an empty optional.
  std::optional<double> const* find(Names const& names) const {
    auto const found = means_.find(names);
    return found == means_.end() ? nullptr : &found->second;
  }

 private:
  /// Pooled over contexts where there are several, else the only one.
  void add_summary(std::filesystem::path const& folder) {
    for (auto const& [names, mean] : summary_means(folder)) {
      Names const key{names[0], names[1], "*", names[3], names[5], names[6]};
      if (names[4] == "*" || !means_.contains(key)) means_[key] = mean;
    }
  }

  std::map<Names, std::optional<double>> means_;
};

std::string shown(std::optional<double> const& value) {
  return value ? number_text(*value) : "missing";
}

}  // namespace

bool ComparedFigure::pass() const {
  if (absent) return false;
  if (!value || !reference) return !value && !reference;
  return std::fabs(*value - *reference) <= tolerance;
}

std::size_t Comparison::failed() const {
  return static_cast<std::size_t>(
      std::count_if(figures.begin(), figures.end(), [](auto const& f) { return !f.pass(); }));
}

Comparison compare_results(std::filesystem::path const& folder,
                           std::filesystem::path const& reference, double relative) {
  auto const ours = summary_means(folder), theirs = summary_means(reference);
  Comparison out;
  for (auto const& [names, against] : theirs) {
    auto const found = ours.find(names);
    double const tolerance = relative * std::fabs(against.value_or(0)) + 1e-12;
    out.figures.push_back(
        {names, found == ours.end() ? std::nullopt : found->second, against, tolerance});
    out.figures.back().absent = found == ours.end();
  }
  for (auto const& [names, value] : ours)
    if (!theirs.contains(names)) {
      out.figures.push_back({names, value, std::nullopt, 0});
      out.figures.back().absent = true;
    }
  if (out.figures.empty())
    throw UserError(
        fmt::format("{} and {}: no summary row to compare", folder.string(), reference.string()));
  return out;
}

Comparison compare_published(std::filesystem::path const& folder,
                             std::filesystem::path const& published, double relative) {
  ResultTable const table(published,
                          {"dataset", "protocol", "split", "model", "group", "metric", "value"});
  OwnMeans const means(folder);
  Comparison out;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    Names const key{table.at(row, "dataset"), table.at(row, "protocol"), table.at(row, "split"),
                    table.at(row, "model"),   table.at(row, "group"),    table.at(row, "metric")};
    auto const* const mine = means.find(key);
    auto const reference = parse_double(table.at(row, "value"));
    if (mine == nullptr || !reference) {
      ++out.without_counterpart;
      continue;
    }
    double const tolerance =
        std::max(relative * std::fabs(*reference), half_digit(table.at(row, "value")));
    out.figures.push_back(
        {{key[0], key[1], key[2], key[3], "*", key[4], key[5]}, *mine, reference, tolerance});
  }
  if (out.figures.empty())
    throw UserError(fmt::format(
        "{}: none of its {} figures is of a dataset, protocol, split, model, group and metric that "
        "{} has; models are compared by their labels (as=LABEL)",
        published.string(), table.rows(), folder.string()));
  return out;
}

std::string comparison_text(Comparison const& comparison) {
  std::string out;
  for (auto const& figure : comparison.figures)
    out += fmt::format("{}  {}: value {}, reference {}, tolerance {:.3g}\n",
                       figure.pass() ? "PASS" : "FAIL", join(figure.names, " "),
                       shown(figure.value), shown(figure.reference), figure.tolerance);
  out += fmt::format("{} figures: {} pass, {} fail", comparison.figures.size(),
                     comparison.figures.size() - comparison.failed(), comparison.failed());
  if (comparison.without_counterpart > 0)
    out +=
        fmt::format("; {} reference(s) have no counterpart here", comparison.without_counterpart);
  return out + "\n";
}

std::string comparison_csv(Comparison const& comparison) {
  std::string out =
      "dataset,protocol,split,model,context,group,metric,value,reference,tolerance,result\n";
  auto const number = [](std::optional<double> const& value) {
    return value ? number_text(*value) : std::string();
  };
  for (auto const& figure : comparison.figures) {
    for (auto const& name : figure.names) out += csv_field(name) + ",";
    out += fmt::format("{},{},{},{}\n", number(figure.value), number(figure.reference),
                       number_text(figure.tolerance), figure.pass() ? "PASS" : "FAIL");
  }
  return out;
}

}  // namespace pertscale
