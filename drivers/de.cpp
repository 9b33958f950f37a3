#include <fmt/format.h>

#include <iostream>

#include "command.hpp"
#include "core/error.hpp"
#include "parallel/communicator.hpp"
#include "parallel/stop_request.hpp"
#include "suite/differential_expression.hpp"

namespace pertscale {
namespace {

namespace po = boost::program_options;

/// Every option under its declared name; the mistakes of all are reported together.
DeOptions chosen_options(po::variables_map const& values) {
  DeOptions options;
  OptionList list;
  declare_de(list, options);
  Mistakes mistakes;
  for (auto const& name : list.names()) {
    if (values.count(name) == 0) continue;
    bool const flag = name == "continuity";
    try {
      list.assign(name, flag ? "yes" : values[name].as<std::string>());
    } catch (UserError const& error) {
      mistakes.add(fmt::format("--{}", error.what()));
    }
  }
  mistakes.raise();
  return options;
}

int run_de(po::variables_map const& values) {
  auto const inputs = values["input"].as<std::vector<std::string>>();
  if (inputs.size() != 1 || values.count("out") == 0)
    throw UserError("name one screen and a folder: pertscale de SCREEN.cfg|H5AD --out DIR");
  DeRun run;
  run.options = chosen_options(values);
  run.out = values["out"].as<std::string>();
  run.csv = values.count("csv") > 0;
  run.memory = memory_per_rank(values);
  StopRequest const stop(0, {});
  run.stop = [&] { return stop.requested(); };
  auto const comm = Communicator::world();
  auto const dataset = open_dataset(inputs.front(), comm);
  auto const text = differential_expression(dataset, comm, run);
  if (comm.root())
    std::cout << text << fmt::format("written      {}\n", (run.out / "de.h5ad").string())
              << std::flush;
  return exit_done;
}

void declare(po::options_description& options) {
  DeOptions defaults;
  OptionList list;
  declare_de(list, defaults);
  for (auto const& option : list.all()) {
    std::string const help =
        option.name == "min-control-cpm" || option.name == "continuity"
            ? option.help
            : fmt::format("{} ({}; default {})", option.help, option.type, option.default_value);
    if (option.name == "continuity")
      options.add_options()(option.name.c_str(), help.c_str());
    else
      options.add_options()(option.name.c_str(), po::value<std::string>(), help.c_str());
  }
  options.add_options()("out", po::value<std::string>(), "folder of de.h5ad")(
      "csv", "write a long table de.csv too, under scanpy's column names");
  declare_memory(options);
}

Subcommand const registered{{
    .name = "de",
    .summary = "differential expression of every perturbation at once",
    .usage = "de SCREEN.cfg|H5AD --method t-test|t-test-overestim|wilcoxon "
             "--reference control|rest [--stratify batch] [--csv] --out DIR",
    .parallel = true,
    .declare = declare,
    .run = run_de,
}};

}  // namespace
}  // namespace pertscale
