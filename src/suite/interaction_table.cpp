#include "suite/interaction_table.hpp"

#include <fmt/format.h>

#include <fstream>
#include <map>
#include <optional>
#include <tuple>

#include "core/csv_text.hpp"
#include "core/sums.hpp"
#include "core/text.hpp"
#include "report/durable_file.hpp"

namespace pertscale {

namespace {

/// What a metric's value is a point of.
struct Point {
  std::string quantity, of_class, fdp;
};

std::string option(StudyMetric const& metric, std::string_view name) {
  auto const* const found = metric.part.options.find(name);
  return found == nullptr ? "" : found->value();
}

std::optional<Point> point_of(StudyMetric const& metric) {
  auto const& name = metric.part.info->name;
  if (name == "interaction-rate") return Point{"measured", option(metric, "class"), ""};
  if (name == "interaction-share") return Point{"predicted", option(metric, "class"), ""};
  if (name == "interaction-tpr") return Point{"tpr", "", option(metric, "fdp")};
  if (name == "interaction-auc") return Point{"auc", option(metric, "curve"), ""};
  if (name == "interaction-recall") return Point{"recall", "", ""};
  return std::nullopt;
}

class InteractionTable {
 public:
  explicit InteractionTable(Study const& study) : study_(study) {
    for (auto const& metric : study.metrics)
      if (auto const point = point_of(metric)) points_.emplace(metric.label, *point);
  }

  bool any() const { return !points_.empty(); }

  /// One line of scores.csv.
  void take(std::string_view line) {
    auto const f = csv_fields(line);  // dataset,protocol,split,model,perturbation,context,group,
                                      // metric,value,cells,status
    if (f.size() < 11 || !points_.contains(f[7])) return;
    auto& found = found_[{f[0], f[1], f[5]}][{f[7], f[3]}];
    if (f[10] == "ok")
      found.values.push_back(parse_double(f[8]).value());
    else if (found.missing.empty())
      found.missing = f[10];
  }

  std::string text() const {
    std::string out = "dataset,protocol,context,model,quantity,class,fdp,value,n,status,metric\n";
    for (auto const& [place, columns] : found_)
      for (auto const& model : study_.models)
        for (auto const& metric : study_.metrics)
          if (auto const found = columns.find({metric.label, model.label}); found != columns.end())
            out += row(place, model.label, metric.label, found->second);
    return out;
  }

 private:
  using Place = std::tuple<std::string, std::string, std::string>;  // dataset, protocol, context
  using Column = std::pair<std::string, std::string>;               // metric, model
  struct Found {
    std::vector<double> values;
    std::string missing;  ///< why the first row without a value has none
  };

  std::string row(Place const& place, std::string const& model, std::string const& metric,
                  Found const& found) const {
    auto const& values = found.values;
    auto const& point = points_.at(metric);
    std::string const mean =
        values.empty() ? "" : number_text(ordered_sum(values) / static_cast<double>(values.size()));
    return fmt::format("{},{},{},{},{},{},{},{},{},{},{}\n", csv_field(std::get<0>(place)),
                       csv_field(std::get<1>(place)), csv_field(std::get<2>(place)),
                       csv_field(model), point.quantity, point.of_class, point.fdp, mean,
                       values.size(), values.empty() ? found.missing : "ok", csv_field(metric));
  }

  Study const& study_;
  std::map<std::string, Point> points_;  ///< by label
  std::map<Place, std::map<Column, Found>> found_;
};

}  // namespace

std::string interaction_rows(Study const& study, std::string const& scores) {
  InteractionTable table(study);
  for (auto const& line : split(scores, '\n')) table.take(line);
  return table.text();
}

bool write_interactions(Study const& study, std::filesystem::path const& folder) {
  InteractionTable table(study);
  if (!table.any()) return false;
  std::ifstream in(folder / "scores.csv", std::ios::binary);
  for (std::string line; std::getline(in, line);) table.take(line);
  write_durably(folder / "interactions.csv", table.text());
  return true;
}

}  // namespace pertscale
