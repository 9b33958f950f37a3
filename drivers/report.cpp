#include <fmt/format.h>

#include <iostream>

#include "command.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "suite/cell_eval_report.hpp"

namespace pertscale {
namespace {

namespace po = boost::program_options;

int run_report(po::variables_map const& values) {
  auto const inputs = values["input"].as<std::vector<std::string>>();
  if (inputs.size() != 1 || values.count("format") == 0)
    throw UserError(
        "name a form and one results directory: pertscale report --format cell-eval DIR");
  auto const& format = values["format"].as<std::string>();
  static std::vector<std::string> const known{"cell-eval"};
  if (format != known.front())
    throw UserError(fmt::format("--format {} is unknown.{}", format, suggestion(format, known)));
  std::cout << write_cell_eval(inputs.front());
  return exit_done;
}

Subcommand const registered{{
    .name = "report",
    .summary = "tables in the form of another program from a results directory",
    .usage = "report --format cell-eval DIR",
    .declare =
        [](po::options_description& options) {
          options.add_options()("format", po::value<std::string>(),
                                "cell-eval: LABEL.results.csv and LABEL.agg_results.csv in "
                                "DIR/cell-eval, with the columns of cell-eval 0.8.2");
        },
    .run = run_report,
}};

}  // namespace
}  // namespace pertscale
