#include <fmt/format.h>

#include <iostream>

#include "command.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "report/durable_file.hpp"
#include "suite/compare.hpp"

namespace pertscale {
namespace {

namespace po = boost::program_options;

double tolerance_of(po::variables_map const& values, double otherwise) {
  if (values.count("tolerance") == 0) return otherwise;
  auto const& text = values["tolerance"].as<std::string>();
  auto const value = parse_double(text);
  if (!value || !(*value >= 0) || *value > 1)
    throw UserError(fmt::format("--tolerance {} is not a number from 0 to 1", text));
  return *value;
}

Comparison compared(po::variables_map const& values) {
  auto const inputs = values["input"].as<std::vector<std::string>>();
  bool const published = values.count("published") > 0;
  if (inputs.size() != (published ? 1U : 2U))
    throw UserError(
        "name two results directories, or one and published figures: pertscale compare A B, or "
        "pertscale compare DIR --published FILE.csv");
  if (published)
    return compare_published(inputs[0], values["published"].as<std::string>(),
                             tolerance_of(values, 0.01));
  return compare_results(inputs[0], inputs[1], tolerance_of(values, 1e-9));
}

int run_compare(po::variables_map const& values) {
  auto const comparison = compared(values);
  std::cout << comparison_text(comparison) << std::flush;
  if (values.count("out") > 0)
    write_durably(values["out"].as<std::string>(), comparison_csv(comparison));
  if (comparison.failed() > 0)
    throw UserError(fmt::format("{} of {} figures differ by more than their tolerance",
                                comparison.failed(), comparison.figures.size()));
  return exit_done;
}

Subcommand const registered{{
    .name = "compare",
    .summary = "two results directories, or one and published figures: PASS or FAIL",
    .usage = "compare A B [--tolerance REL]      or      compare DIR --published FILE.csv",
    .declare =
        [](po::options_description& options) {
          options.add_options()("published", po::value<std::string>(),
                                "figures of the literature: dataset, protocol, split, model, "
                                "group, metric, value")(
              "tolerance", po::value<std::string>(),
              "relative; default 1e-9 between results, 0.01 to published figures")(
              "out", po::value<std::string>(), "write the comparison as csv");
        },
    .run = run_compare,
}};

}  // namespace
}  // namespace pertscale
