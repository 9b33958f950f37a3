#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <type_traits>

#include "command.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "io/reader.hpp"
#include "metric/metric.hpp"
#include "metric/metric_sets.hpp"
#include "model/model.hpp"
#include "protocol/protocol.hpp"
#include "suite/feature_spec.hpp"

namespace pertscale {
namespace {

namespace po = boost::program_options;

/// What every part of a kind takes besides its own options.
template <class Interface>
std::string shared_options(PartInfo<Interface> const& info) {
  if constexpr (std::is_same_v<Interface, Model>)
    return std::string("    as=LABEL, pool=auto|own|contexts: one fit for all contexts\n") +
           (info.traits.team ? "    team=N: one fit by N ranks\n" : "");
  else if constexpr (std::is_same_v<Interface, Protocol>)
    return "    as=LABEL, datasets=NAME,...: on these datasets of the study only\n";
  else
    return {};
}

/// All parts of a kind, or those that are named.
template <class Interface>
void list_parts(std::vector<std::string> const& names) {
  auto const& registry = Registry<Interface>::instance();
  for (auto const& name : names.empty() ? registry.names() : names) {
    auto const& info = registry.find(name);
    std::cout << fmt::format("{}\n    {}\n", info.name, info.summary);
    OptionList options;
    auto const part = info.make();
    if constexpr (requires { part->declare(options); }) part->declare(options);
    for (auto const& option : options.all())
      std::cout << fmt::format("    {}={}  ({})\n        {}\n", option.name, option.default_value,
                               option.type, option.help);
    std::cout << shared_options<Interface>(info) << fmt::format("    source: {}\n", info.source);
  }
}

void list_metric_sets() {
  auto const& sets = MetricSets::instance();
  for (auto const& name : sets.names()) {
    auto const& set = sets.find(name);
    std::cout << fmt::format("set {}\n    {}\n", name, set.summary);
    for (auto const& metric : set.metrics) std::cout << "    metric = " << metric << "\n";
    std::cout << fmt::format("    source: {}\n", set.source);
  }
}

void list_kind(std::string const& kind, std::vector<std::string> const& names) {
  if (kind == "models") {
    list_parts<Model>(names);
    std::cout << "features: FILE(key=value;...) or screen:FILE(key=value;...), with the keys\n"
              << feature_help();
  } else if (kind == "metrics") {
    list_parts<Metric>(names);
    if (names.empty()) list_metric_sets();
  } else if (kind == "protocols") {
    list_parts<Protocol>(names);
  } else {
    list_parts<ScreenReader>(names);
  }
}

/// Kinds, each with the names behind it.
int run_list(po::variables_map const& values) {
  static std::vector<std::string> const kinds{"models", "metrics", "protocols", "readers"};
  auto inputs = values["input"].as<std::vector<std::string>>();
  if (inputs.empty()) inputs = kinds;
  auto const is_kind = [](std::string const& word) {
    return std::find(kinds.begin(), kinds.end(), word) != kinds.end();
  };
  if (!is_kind(inputs.front()))
    throw UserError(
        fmt::format("cannot list '{}'.{}", inputs.front(), suggestion(inputs.front(), kinds)));
  for (auto at = inputs.begin(); at != inputs.end();) {
    auto const end = std::find_if(at + 1, inputs.end(), is_kind);
    list_kind(*at, {at + 1, end});
    at = end;
  }
  return exit_done;
}

Subcommand const registered{{
    .name = "list",
    .summary = "models, metrics, protocols, readers: options, defaults, source paper",
    .usage = "list models|metrics|protocols|readers [NAME ...]",
    .declare = [](po::options_description&) {},
    .run = run_list,
}};

}  // namespace
}  // namespace pertscale
