#include <fmt/format.h>

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

template <class Interface>
void list_parts() {
  auto const& registry = Registry<Interface>::instance();
  for (auto const& name : registry.names()) {
    auto const& info = registry.find(name);
    std::cout << fmt::format("{}\n    {}\n", info.name, info.summary);
    OptionList options;
    auto const part = info.make();
    if constexpr (requires { part->declare(options); }) part->declare(options);
    for (auto const& option : options.all())
      std::cout << fmt::format("    {}={}  ({})\n        {}\n", option.name, option.default_value,
                               option.type, option.help);
    if constexpr (std::is_same_v<Interface, Model>)
      if (info.traits.team) std::cout << "    team=N: one fit by N ranks\n";
    std::cout << fmt::format("    source: {}\n", info.source);
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

int run_list(po::variables_map const& values) {
  static std::vector<std::string> const kinds{"models", "metrics", "protocols", "readers"};
  auto inputs = values["input"].as<std::vector<std::string>>();
  if (inputs.empty()) inputs = kinds;
  for (auto const& kind : inputs) {
    if (kind == "models") {
      list_parts<Model>();
      std::cout << "features: FILE(key=value;...) or screen:FILE(key=value;...), with the keys\n"
                << feature_help();
    } else if (kind == "metrics") {
      list_parts<Metric>();
      list_metric_sets();
    } else if (kind == "protocols")
      list_parts<Protocol>();
    else if (kind == "readers")
      list_parts<ScreenReader>();
    else
      throw UserError(fmt::format("cannot list '{}'.{}", kind, suggestion(kind, kinds)));
  }
  return exit_done;
}

Subcommand const registered{{
    .name = "list",
    .summary = "models, metrics, protocols, readers: options, defaults, source paper",
    .usage = "list models|metrics|protocols|readers",
    .declare = [](po::options_description&) {},
    .run = run_list,
}};

}  // namespace
}  // namespace pertscale
