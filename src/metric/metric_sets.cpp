#include "metric/metric_sets.hpp"

#include "core/error.hpp"
#include "core/text.hpp"

namespace pertscale {

MetricSets& MetricSets::instance() {
  static MetricSets sets;
  return sets;
}

void MetricSets::add(MetricSet set) {
  std::string const name = set.name;
  if (!sets_.emplace(name, std::move(set)).second)
    throw InternalError("two metric sets are registered as '" + name + "'");
}

MetricSet const& MetricSets::find(std::string_view name) const {
  auto const found = sets_.find(name);
  if (found != sets_.end()) return found->second;
  throw UserError("unknown metric set '" + std::string(name) + "'." + suggestion(name, names()));
}

std::vector<std::string> MetricSets::names() const {
  std::vector<std::string> out;
  for (auto const& [name, set] : sets_) out.push_back(name);
  return out;
}

}  // namespace pertscale
