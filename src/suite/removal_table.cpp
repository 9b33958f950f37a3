#include "suite/removal_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <tuple>

#include "core/csv_text.hpp"
#include "core/sums.hpp"
#include "core/text.hpp"
#include "report/durable_file.hpp"
#include "statistics/cumulative_removal.hpp"

namespace pertscale {

namespace {

constexpr std::size_t most_steps = 200;

class RemovalTable {
 public:
  explicit RemovalTable(Study const& study) : study_(study) {
    for (auto const& metric : study.metrics) {
      auto const& info = *metric.part.info;
      if (info.name == "shift-cosine" && cosine_.empty()) cosine_ = metric.label;
      if (!info.traits.neutral && !info.traits.whole_split) metrics_.insert(metric.label);
    }
  }

  bool any() const { return !cosine_.empty(); }

  /// One line of scores.csv.
  void take(std::string_view line) {
    auto const f = csv_fields(line);  // dataset,protocol,split,model,perturbation,context,group,
                                      // metric,value,cells,status
    if (f.size() < 11 || f[10] != "ok") return;
    if (f[7] == cosine_)
      cosines_[{f[0], f[1], f[5]}][f[4]].push_back(parse_double(f[8]).value());
    else if (metrics_.contains(f[7]))
      scores_[{f[0], f[1], f[5]}][{f[7], f[3]}][f[4]].push_back(parse_double(f[8]).value());
  }

  std::string text() const {
    std::string out =
        "dataset,protocol,context,metric,model,removed,perturbations,mean_cosine,mean_score\n";
    for (auto const& [place, curves] : scores_)
      for (auto const& metric : metrics_)
        for (auto const& model : study_.models)
          if (auto const found = curves.find({metric, model.label}); found != curves.end())
            add_curve(place, found->first, found->second, out);
    return out;
  }

 private:
  using Place = std::tuple<std::string, std::string, std::string>;  // dataset, protocol, context
  using Curve = std::pair<std::string, std::string>;                // metric, model
  using Values = std::map<std::string, std::vector<double>>;        // by perturbation

  static double mean(std::vector<double> const& values) {
    return ordered_sum(values) / static_cast<double>(values.size());
  }

  void add_curve(Place const& place, Curve const& curve, Values const& scores,
                 std::string& out) const {
    auto const cosines = cosines_.find(place);
    if (cosines == cosines_.end()) return;
    std::vector<double> cosine, score;
    for (auto const& [perturbation, values] : scores)
      if (auto const found = cosines->second.find(perturbation); found != cosines->second.end()) {
        cosine.push_back(mean(found->second));
        score.push_back(mean(values));
      }
    auto const steps = cumulative_removal(cosine, score);
    std::size_t const stride = steps.size() / most_steps + 1;
    for (std::size_t s = 0; s < steps.size(); ++s)
      if (s % stride == 0 || s + 1 == steps.size())
        out += fmt::format("{},{},{},{},{},{},{},{},{}\n", csv_field(std::get<0>(place)),
                           csv_field(std::get<1>(place)), csv_field(std::get<2>(place)),
                           csv_field(curve.first), csv_field(curve.second), steps[s].removed,
                           static_cast<std::int64_t>(cosine.size()) - steps[s].removed,
                           number_text(steps[s].cosine), number_text(steps[s].score));
  }

  Study const& study_;
  std::string cosine_;
  std::set<std::string> metrics_;
  std::map<Place, Values> cosines_;
  std::map<Place, std::map<Curve, Values>> scores_;
};

}  // namespace

std::string removal_rows(Study const& study, std::string const& scores) {
  RemovalTable table(study);
  for (auto const& line : split(scores, '\n')) table.take(line);
  return table.text();
}

bool write_removal(Study const& study, std::filesystem::path const& folder) {
  RemovalTable table(study);
  if (!table.any()) return false;
  std::ifstream in(folder / "scores.csv", std::ios::binary);
  for (std::string line; std::getline(in, line);) table.take(line);
  write_durably(folder / "removal.csv", table.text());
  return true;
}

}  // namespace pertscale
