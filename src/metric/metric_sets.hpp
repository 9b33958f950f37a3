#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace pertscale {

/// A published set of metrics under one name, for instance `cell-eval-0.8.2:full`.
struct MetricSet {
  std::string name;
  std::string summary;               ///< one line for `pertscale list`
  std::string source;                ///< program and version, or paper
  std::vector<std::string> metrics;  ///< as a user writes them after `metric =`
};

class MetricSets {
 public:
  static MetricSets& instance();

  void add(MetricSet set);
  /// Throws UserError with the nearest known name.
  MetricSet const& find(std::string_view name) const;
  std::vector<std::string> names() const;

 private:
  std::map<std::string, MetricSet, std::less<>> sets_;
};

struct RegisteredMetricSet {
  explicit RegisteredMetricSet(MetricSet set) { MetricSets::instance().add(std::move(set)); }
};

}  // namespace pertscale
