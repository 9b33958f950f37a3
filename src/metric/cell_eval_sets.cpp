#include <fmt/format.h>

#include "core/text.hpp"
#include "metric/cell_eval_names.hpp"
#include "metric/metric_sets.hpp"

namespace pertscale {
namespace {

bool holds(CellEvalColumn const& column, std::string_view profile) {
  if (profile == "full") return true;
  for (auto const& word : split(column.profiles, ' '))
    if (word == profile) return true;
  return false;
}

bool is_bulk(std::string const& metric) { return metric.starts_with("bulk-"); }

/// What a variant adds to a metric's text. `-pdex`: tests with continuity correction, that
/// program's engine `pdex`; `-lognorm`: log-normalised input, where means of logarithms and tests
/// without the gate stand for sums of counts.
std::string varied(std::string const& metric, std::string_view variant) {
  if (variant == "-lognorm")
    return fmt::format("{} {}", metric, is_bulk(metric) ? "space=means" : "values=lognormalised");
  if (variant == "-pdex" && !is_bulk(metric)) return fmt::format("{} continuity=yes", metric);
  return metric;
}

void add(CellEval program, std::string_view variant, std::string_view name, std::string_view peer) {
  bool const first = program == CellEval::v1;
  MetricSet set;
  set.name = fmt::format("{}{}:{}", first ? "cell-eval-0.8.2" : "cell-eval2-0.20.0", variant, name);
  set.source = first ? "cell-eval 0.8.2 (Arc Institute)" : "cell-eval2 0.20.0 (Arc Institute)";
  for (auto const& column : cell_eval_columns())
    if (column.program == program && holds(column, peer))
      set.metrics.push_back(varied(column.metric, variant));
  std::string_view note;
  if (variant == "-lognorm") note = ", log-normalised input";
  if (variant == "-pdex") note = ", tests with continuity correction";
  if (first && (peer == "full" || peer == "anndata"))
    note = "; without clustering_agreement, which no other program can repeat";
  set.summary = fmt::format("profile {}: {} columns{}", peer, set.metrics.size(), note);
  RegisteredMetricSet const registered{std::move(set)};
}

bool const registered = [] {
  for (std::string_view const name : {"full", "minimal", "vcc", "de", "anndata", "pds"})
    add(CellEval::v1, "", name, name);
  for (std::string_view const variant : {"", "-pdex", "-lognorm"}) {
    add(CellEval::v2, variant, "vcc2026", "vcc2026");
    add(CellEval::v2, variant, "full", "full");
    add(CellEval::v2, variant, "de41", "de");
    if (variant == "-pdex") continue;  // the others hold no test, or one
    add(CellEval::v2, variant, "anndata13", "anndata");
    add(CellEval::v2, variant, "minimal8", "minimal");
    add(CellEval::v2, variant, "vcc3", "vcc");
    add(CellEval::v2, variant, "pds1", "pds");
  }
  return true;
}();

}  // namespace
}  // namespace pertscale
