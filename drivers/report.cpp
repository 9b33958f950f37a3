#include <fmt/format.h>

#include <algorithm>
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
  static std::vector<std::string> const known{"cell-eval", "cell-eval2"};
  if (std::find(known.begin(), known.end(), format) == known.end())
    throw UserError(fmt::format("--format {} is unknown.{}", format, suggestion(format, known)));
  auto const program = format == known.front() ? CellEval::v1 : CellEval::v2;
  auto const baseline =
      values.count("baseline") > 0 ? values["baseline"].as<std::string>() : std::string();
  if (program == CellEval::v2 && baseline.empty())
    throw UserError("--format cell-eval2 writes scores against a baseline; add --baseline LABEL");
  std::cout << write_cell_eval(inputs.front(), program, baseline);
  return exit_done;
}

Subcommand const registered{{
    .name = "report",
    .summary = "tables in the form of another program from a results directory",
    .usage = "report --format cell-eval|cell-eval2 DIR [--baseline LABEL]",
    .declare =
        [](po::options_description& options) {
          options.add_options()("format", po::value<std::string>(),
                                "cell-eval: LABEL.results.csv and LABEL.agg_results.csv in "
                                "DIR/cell-eval, with the columns of cell-eval 0.8.2; cell-eval2: "
                                "scores of that program alone, in DIR/cell-eval2")(
              "baseline", po::value<std::string>(),
              "a model of DIR: also LABEL.score.csv of every other against it");
        },
    .run = run_report,
}};

}  // namespace
}  // namespace pertscale
