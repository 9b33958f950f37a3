#pragma once
#include <string>
#include <vector>

#include "metric/made_items.hpp"
#include "metric/made_supply.hpp"

namespace pertscale {

/// Held-out conditions of one context whose cells stand in a supply; profiles are the cells' means.
struct MadePanel {
  MadeSupply supply;
  std::vector<std::string> genes;
  std::vector<Condition> conditions;
  std::vector<std::vector<double>> observed, predicted;
  std::vector<double> control;

  explicit MadePanel(Matrix const& control_cells) : control(mean_of(control_cells)) {
    for (std::size_t g = 0; g < control.size(); ++g) genes.push_back("G" + std::to_string(g));
    supply.expression[{Side::measured, ScoreSupply::control_item}] = control_cells;
  }

  void add(std::string const& name, Matrix const& measured, Matrix const& made) {
    std::size_t const place = conditions.size();
    conditions.push_back(parse_condition(name, {}));
    observed.push_back(mean_of(measured));
    predicted.push_back(mean_of(made));
    supply.expression[{Side::measured, place}] = measured;
    supply.expression[{Side::predicted, place}] = made;
  }

  std::vector<Score> score(std::string const& metric, bool with_supply = true) const {
    GeneTable const table(genes);
    std::vector<ScoreItem> items;
    for (std::size_t i = 0; i < conditions.size(); ++i) {
      ScoreItem item{&conditions[i], observed[i], predicted[i]};
      item.place = i;
      items.push_back(item);
    }
    ScoreContext context{&table, ValueKind::expression, control, {}};
    context.panel = items;
    if (with_supply) context.supply = &supply;
    return made_metric(metric).object->score(context, items);
  }

 private:
  static std::vector<double> mean_of(Matrix const& cells) {
    Eigen::VectorXd const mean = cells.colwise().mean().transpose();
    return {mean.begin(), mean.end()};
  }
};

}  // namespace pertscale
