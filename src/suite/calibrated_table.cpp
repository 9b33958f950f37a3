#include <fmt/format.h>

#include <cmath>
#include <map>

#include "core/sums.hpp"
#include "core/text.hpp"
#include "report/durable_file.hpp"
#include "suite/calibration_plan.hpp"
#include "suite/calibration_tables.hpp"

namespace pertscale {

namespace {

/// A model and both controls on the same truth, perturbations alike.
struct Standing {
  ControlSummary against_negative;  ///< the model in the place of the positive control
  double positive = 0;              ///< mean of the positive control
};

/// Rows where model and both controls have a value.
Standing standing_of(Plan const& plan, PageKey const& key, BookPage const& page,
                     std::size_t model) {
  std::map<std::size_t, std::size_t> number;
  std::vector<ControlPair> pairs, controls;
  for (std::size_t row = 0; row < page.rows.size(); ++row) {
    double const own = page.on_half[model][row];
    if (std::isnan(own) || std::isnan(page.positive[row]) || std::isnan(page.negative[row]))
      continue;
    auto const unit =
        number.emplace(unit_of(plan, key, page.rows[row]), number.size()).first->second;
    pairs.push_back({unit, own, page.negative[row]});
    controls.push_back({unit, page.positive[row], page.negative[row]});
  }
  auto const side = side_of(plan.study->metrics[std::get<2>(key)]);
  return {summarise_controls(pairs, number.size(), side),
          summarise_controls(controls, number.size(), side).mean_positive};
}

std::string line_of(Plan const& plan, PageKey const& key, std::size_t model,
                    Standing const& standing) {
  auto const& [dataset, protocol, metric] = key;
  auto const& s = standing.against_negative;
  auto const number = [](double value) {
    return std::isnan(value) ? std::string() : number_text(value);
  };
  auto const kinds = positive_controls(*plan.study, plan.datasets[dataset].spec);
  return fmt::format(
      "{},{},{},{},{},{},{},{},{},{},{},{}\n", csv_field(plan.datasets[dataset].spec.name),
      csv_field(plan.study->protocols[protocol].label), csv_field(plan.study->models[model].label),
      csv_field(plan.study->metrics[metric].label), control_name(kinds.front()), s.units,
      number(s.mean_positive), number(standing.positive), number(s.mean_negative),
      number(s.median_range_fraction),
      number(score_between_controls(s.mean_positive, standing.positive, s.mean_negative)),
      number(s.beats));
}

}  // namespace

void write_calibrated(Plan const& plan, ScoreBook& book, std::filesystem::path const& folder) {
  std::string text =
      "dataset,protocol,model,metric,control,n,value,positive,negative,drf,sbb,beats_negative\n";
  for (auto const& [key, page] : book.pages()) {
    if (positive_controls(*plan.study, plan.datasets[std::get<0>(key)].spec).empty()) continue;
    for (std::size_t model = 0; model < plan.study->models.size(); ++model)
      text += line_of(plan, key, model, standing_of(plan, key, page, model));
  }
  write_durably(folder / "calibrated.csv", text);
}

}  // namespace pertscale
