#include "suite/spectral_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <tuple>

#include "core/csv_text.hpp"
#include "core/sums.hpp"
#include "core/text.hpp"
#include "report/durable_file.hpp"
#include "statistics/spectral_performance.hpp"

namespace pertscale {

namespace {

/// `s` of a split; none of other protocols.
std::optional<double> parameter_of(PerturbationSplit const& split) {
  for (auto const& [name, value] : split.facts)
    if (name == "s") return value;
  return std::nullopt;
}

using Name = std::tuple<std::string, std::string, std::string>;  // dataset, protocol, split
using Curve = std::tuple<std::string, std::string, std::string, std::string>;  // + context, metric
using Values = std::map<std::string, std::vector<double>>;                     // by split

std::string number(double value) { return std::isnan(value) ? "" : number_text(value); }

class SpectralTable {
 public:
  explicit SpectralTable(Plan const& plan) : plan_(plan) {
    for (auto const& group : plan.splits)
      for (auto const& split : group.splits)
        if (auto const s = parameter_of(split))
          parameter_[{plan.datasets[group.dataset].spec.name,
                      plan.study->protocols[group.protocol].label, split.name}] = *s;
  }

  bool any() const { return !parameter_.empty(); }

  /// One line of scores.csv.
  void take(std::string_view line) {
    auto const f = csv_fields(line);  // dataset,protocol,split,model,perturbation,context,group,
                                      // metric,value,cells,status
    if (f.size() < 11 || !parameter_.contains({f[0], f[1], f[2]})) return;
    auto& values = scores_[{f[0], f[1], f[5], f[7]}][f[3]][f[2]];
    if (f[10] == "ok") values.push_back(parse_double(f[8]).value());
  }

  std::string text() const {
    std::string out =
        "dataset,protocol,model,context,metric,points,auspc,sigma,mean_sem,baseline,delta,status\n";
    for (auto const& [curve, models] : scores_) {
      std::map<std::string, SpectralArea> areas;
      std::map<std::string, std::size_t> points;
      for (auto const& [model, values] : models) {
        auto const found = points_of(curve, values);
        areas[model] = spectral_area(found);
        points[model] = found.size();
      }
      for (auto const& model : plan_.study->models)
        if (areas.contains(model.label)) out += row(curve, model.label, points[model.label], areas);
    }
    return out;
  }

 private:
  std::vector<SpectralPoint> points_of(Curve const& curve, Values const& values) const {
    std::map<double, std::vector<double>> repeats;
    for (auto const& [split, of_rows] : values) {
      if (of_rows.empty()) continue;
      double const mean = ordered_sum(of_rows) / static_cast<double>(of_rows.size());
      repeats[parameter_.at({std::get<0>(curve), std::get<1>(curve), split})].push_back(mean);
    }
    std::vector<SpectralPoint> out;
    for (auto const& [s, means] : repeats) out.push_back(spectral_point(s, means));
    return out;
  }

  std::string row(Curve const& curve, std::string const& model, std::size_t points,
                  std::map<std::string, SpectralArea> const& areas) const {
    auto const& [dataset, protocol, context, metric] = curve;
    auto const& area = areas.at(model);
    std::string const baseline =
        plan_.study->baselines.empty() ? "" : plan_.study->baselines.front();
    auto const other = areas.find(baseline);
    bool const compared = area.status.ok() && other != areas.end() && other->second.status.ok();
    return fmt::format("{},{},{},{},{},{},{},{},{},{},{},{}\n", csv_field(dataset),
                       csv_field(protocol), csv_field(model), csv_field(context), csv_field(metric),
                       points, area.status.ok() ? number(area.area) : "",
                       area.status.ok() ? number(area.sigma) : "",
                       area.status.ok() ? number(area.mean_sem) : "", csv_field(baseline),
                       compared ? number(other->second.area - area.area) : "", area.status.word());
  }

  Plan const& plan_;
  std::map<Name, double> parameter_;
  std::map<Curve, std::map<std::string, Values>> scores_;  ///< by model
};

}  // namespace

std::string spectral_areas(Plan const& plan, std::string const& scores) {
  SpectralTable table(plan);
  for (auto const& line : split(scores, '\n')) table.take(line);
  return table.text();
}

bool write_spectral_areas(Plan const& plan, std::filesystem::path const& folder) {
  SpectralTable table(plan);
  if (!table.any()) return false;
  std::ifstream in(folder / "scores.csv", std::ios::binary);
  for (std::string line; std::getline(in, line);) table.take(line);
  write_durably(folder / "auspc.csv", table.text());
  return true;
}

}  // namespace pertscale
