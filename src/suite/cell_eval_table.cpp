#include "suite/cell_eval_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/sums.hpp"
#include "core/text.hpp"

namespace pertscale {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

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

}  // namespace

std::string polars_field(std::optional<double> const& value) {
  if (!value) return {};
  if (std::isnan(*value)) return "NaN";
  auto const text = number_text(*value);
  return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
}

std::string cell_eval_results(CellEvalTable const& table) {
  std::string out = "perturbation";
  for (auto const& column : table.columns) out += fmt::format(",{}", csv_field(column));
  out += "\n";
  for (std::size_t row = 0; row < table.perturbations.size(); ++row) {
    out += csv_field(table.perturbations[row]);
    for (auto const& value : table.values[row]) out += fmt::format(",{}", polars_field(value));
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
    for (auto const& column : described) out += fmt::format(",{}", polars_field(column[s]));
    out += "\n";
  }
  return out;
}

}  // namespace pertscale
