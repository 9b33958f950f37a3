#pragma once
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "csv_table.hpp"
#include "dense_cells.hpp"
#include "metric/compared_values.hpp"
#include "metric/made_items.hpp"
#include "metric/made_supply.hpp"
#include "shared_data.hpp"
#include "solver/leading_eigen.hpp"
#include "statistics/multiple_testing.hpp"
#include "statistics/welch.hpp"
#include "suite/cell_tests.hpp"
#include "suite/principal_components.hpp"

/// The cells and predictions of golden/perturbench as a metric sees them.
namespace pertscale::perturbench_golden {

using Values = std::vector<double>;
/// Cells by line and condition, on the genes of the golden files.
using Groups = std::map<std::string, std::map<std::string, std::vector<Values>>>;

inline Matrix matrix_of(std::vector<Values> const& cells) {
  Matrix out(static_cast<Eigen::Index>(cells.size()),
             static_cast<Eigen::Index>(cells.front().size()));
  for (Eigen::Index i = 0; i < out.rows(); ++i)
    for (Eigen::Index g = 0; g < out.cols(); ++g)
      out(i, g) = cells[static_cast<std::size_t>(i)][static_cast<std::size_t>(g)];
  return out;
}

struct Moments {
  std::vector<SampleMoments> genes;
  Values mean, variance;

  explicit Moments(Matrix const& cells) {
    for (Eigen::Index g = 0; g < cells.cols(); ++g) {
      double const m = cells.col(g).mean();
      double const v = cells.rows() < 2 ? 0
                                        : (cells.col(g).array() - m).square().sum() /
                                              static_cast<double>(cells.rows() - 1);
      genes.push_back({m, v, cells.rows()});
      mean.push_back(m);
      variance.push_back(v);
    }
  }
};

inline MadeSupply::Tests tests_of(Moments const& group, Moments const& control) {
  MadeSupply::Tests out;
  for (std::size_t g = 0; g < group.genes.size(); ++g) {
    auto const test = overestimated_variance_test(group.genes[g], control.genes[g]);
    out.score.push_back(test.score);
    out.pvalue.push_back(test.pvalue);
  }
  out.padj = benjamini_hochberg(out.pvalue);
  out.log2fc = out.score;
  return out;
}

/// Pooled, with the control's variance for both groups.
inline MadeSupply::Tests tests_by_control(Moments const& group, Moments const& control) {
  auto const found = test_control_variance(group.genes, control.genes, {});
  return {found.score, found.log2fc, found.pvalue, benjamini_hochberg(found.pvalue)};
}

/// What `values=...-control-variance-own` asks for.
inline DeRequest control_variance_request() {
  DeRequest request;
  request.method = DeMethod::t_test_overestim;
  request.own_control = request.control_variance = true;
  return request;
}

/// Components of all measured cells, by the plain covariance.
inline PrincipalAxes axes_of(Matrix const& cells, Eigen::Index components) {
  PrincipalAxes out;
  out.centre = cells.colwise().mean();
  Eigen::MatrixXd const centred = cells.rowwise() - out.centre.transpose();
  out.loadings =
      leading_eigen(centred.transpose() * centred / static_cast<double>(cells.rows() - 1),
                    components)
          .vectors;
  return out;
}

/// One model on one line, as a panel of rivals with a supply of cells and tests.
struct LineTrial {
  MadeSupply supply;
  RivalPanel panel;

  LineTrial(std::map<std::string, std::vector<Values>> const& measured,
            std::map<std::string, std::vector<Values>> const& predicted,
            PrincipalAxes const& axes) {
    Moments const control(matrix_of(measured.at("control"))),
        own(matrix_of(predicted.at("control")));
    panel.control = control.mean;
    for (std::size_t g = 0; g < control.mean.size(); ++g)
      panel.genes.push_back("g" + std::to_string(g));
    supply.own_control = MadeSupply::Half{own.mean, 10};
    for (auto const& [name, cells] : measured) {
      std::size_t const place = name == "control" ? ScoreSupply::control_item : panel.names.size();
      Moments const seen(matrix_of(cells)), made(matrix_of(predicted.at(name)));
      supply.expression[{Side::measured, place}] = matrix_of(cells);
      supply.expression[{Side::predicted, place}] = matrix_of(predicted.at(name));
      for (auto const side : {Side::measured, Side::predicted})
        supply.components[{side, place}] = along_axes(axes, supply.expression[{side, place}]);
      if (name == "control") continue;
      supply.any_tests[{Side::measured, place}] = tests_of(seen, control);
      supply.any_tests[{Side::predicted, place}] = tests_of(made, own);
      auto const by_control = control_variance_request();
      supply.tests[{Side::measured, place, by_control}] = tests_of(seen, control);
      supply.tests[{Side::predicted, place, by_control}] = tests_by_control(made, own);
      panel.names.push_back(name);
      panel.observed.push_back(seen.mean);
      panel.predicted.push_back(made.mean);
    }
    panel.supply = &supply;
  }
  LineTrial(LineTrial const&) = delete;
  LineTrial& operator=(LineTrial const&) = delete;

  /// What `values=` makes of every condition: measured, then predicted.
  std::vector<std::array<Values, 2>> vectors(std::string const& kind) const {
    ComparedValues compared;
    OptionList options;
    compared.declare(options);
    options.assign("values", kind);
    std::vector<std::array<Values, 2>> out;
    panel.with_context([&](ScoreContext const& context, std::vector<ScoreItem> const& items) {
      compared.prepare(context);
      for (auto const& item : items) {
        out.emplace_back();
        for (auto const side : {Side::measured, Side::predicted})
          REQUIRE(compared.of(side, item, out.back()[side == Side::predicted]).ok());
      }
    });
    return out;
  }

  /// A score of each condition, by its name after the prefix.
  std::map<std::string, Score> scores(std::string const& prefix, std::string const& metric) const {
    std::map<std::string, Score> out;
    auto const scores = panel.scores(metric);
    for (std::size_t i = 0; i < scores.size(); ++i) out[prefix + panel.names[i]] = scores[i];
    return out;
  }
};

/// By model and condition.
using AllScores = std::map<std::string, std::map<std::string, Score>>;

class Golden {
 public:
  explicit Golden(std::filesystem::path const& folder, std::filesystem::path const& screen)
      : folder_(folder), cells_(screen.string()) {
    CsvTable const genes(folder / "genes.csv");
    for (std::size_t r = 0; r < genes.rows(); ++r)
      genes_.push_back(cells_.gene_number.at(genes.at(r, 0)));
    measured_ = rows_of("reference_cells.csv");
    models_["duplicate"] = rows_of("prediction_duplicate_cells.csv");
    models_["shrunk"] = values_of("prediction_shrunk.csv.gz");
    models_["mean"] = values_of("prediction_mean.csv.gz");
    std::vector<Values> all;
    for (auto const& [line, groups] : measured_)
      for (auto const& [name, cells] : groups) all.insert(all.end(), cells.begin(), cells.end());
    axes_ = axes_of(matrix_of(all), 10);
    joined_ = joined(measured_);
  }

  /// Calls f(model, line, trial) for every model and line.
  template <class F>
  void for_each_line(F f) const {
    for (auto const& [model, lines] : models_)
      for (auto const& [line, groups] : lines) {
        LineTrial trial(measured_.at(line), groups, axes_);
        f(model, line, trial);
      }
  }

  /// Scores of a metric by model, and condition with its line; `change` may alter each trial.
  AllScores scores(std::string const& metric,
                   std::function<void(LineTrial&)> const& change = {}) const {
    AllScores out;
    for_each_line([&](std::string const& model, std::string const& line, LineTrial& trial) {
      if (change) change(trial);
      out[model].merge(trial.scores(line + "_", metric));
    });
    return out;
  }

  /// The same with all lines as one context, as the program of 2024 takes them for `scaled`.
  template <class F>
  void for_each_model(F f) const {
    for (auto const& [model, lines] : models_) f(model, LineTrial(joined_, joined(lines), axes_));
  }
  AllScores joined_scores(std::string const& metric) const {
    AllScores out;
    for_each_model([&](std::string const& model, LineTrial const& trial) {
      out[model] = trial.scores("", metric);
    });
    return out;
  }

  /// Places of the genes in alphabetical order.
  std::vector<std::size_t> alphabetical() const {
    std::map<std::string, std::size_t> places;
    for (std::size_t g = 0; g < genes_.size(); ++g) places[cells_.genes[genes_[g]]] = g;
    std::vector<std::size_t> out;
    for (auto const& [name, place] : places) out.push_back(place);
    return out;
  }

  std::filesystem::path operator/(std::string const& file) const { return folder_ / file; }

 private:
  Groups rows_of(std::string const& file) const {
    CsvTable const table(folder_ / file);
    Groups out;
    for (std::size_t r = 0; r < table.rows(); ++r) {
      auto const row = static_cast<Eigen::Index>(std::stol(table.text(r, "row")));
      Values values;
      for (auto const gene : genes_)
        values.push_back(cells_.values(row, static_cast<Eigen::Index>(gene)));
      out[table.text(r, "cell_type")][table.text(r, "condition")].push_back(values);
    }
    return out;
  }
  Groups values_of(std::string const& file) const {
    CsvTable const table(folder_ / file);
    Groups out;
    for (std::size_t r = 0; r < table.rows(); ++r) {
      Values values;
      for (std::size_t c = 2; c < table.columns(); ++c) values.push_back(std::stod(table.at(r, c)));
      out[table.text(r, "cell_type")][table.text(r, "condition")].push_back(values);
    }
    return out;
  }

  static std::map<std::string, std::vector<Values>> joined(Groups const& lines) {
    std::map<std::string, std::vector<Values>> out;
    for (auto const& [line, groups] : lines)
      for (auto const& [name, cells] : groups) {
        auto& all = out[name == "control" ? name : line + "_" + name];
        all.insert(all.end(), cells.begin(), cells.end());
      }
    return out;
  }

  std::filesystem::path folder_;
  DenseCells cells_;
  std::vector<std::size_t> genes_;
  Groups measured_;
  std::map<std::string, Groups> models_;
  PrincipalAxes axes_;
  std::map<std::string, std::vector<Values>> joined_;
};

inline std::optional<Golden> golden() {
  auto const folder = shared_file("golden/perturbench");
  auto const screen = shared_file("data/norman-mcfaline-cells.h5ad");
  if (!folder || !screen) return std::nullopt;
  return std::optional<Golden>(std::in_place, *folder, *screen);
}

}  // namespace pertscale::perturbench_golden
