#include <fmt/format.h>

#include <iostream>

#include "command.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "parallel/communicator.hpp"
#include "solver/blas.hpp"
#include "suite/run.hpp"
#include "version_text.hpp"

namespace pertscale {
namespace {

namespace po = boost::program_options;

std::string one_study(po::variables_map const& values) {
  auto const inputs = values["input"].as<std::vector<std::string>>();
  if (inputs.size() != 1)
    throw UserError(fmt::format(
        "{} study files are given; name one: pertscale run STUDY.cfg --out DIR", inputs.size()));
  return inputs.front();
}

double max_seconds(po::variables_map const& values) {
  if (values.count("max-time") == 0) return 0;
  auto const& text = values["max-time"].as<std::string>();
  auto const seconds = parse_duration(text);
  if (!seconds || *seconds <= 0)
    throw UserError(
        fmt::format("--max-time {} is no time; write [D-]HH:MM:SS, or 90s, 15m, 2h", text));
  return *seconds;
}

int run(po::variables_map const& values, bool dry_run) {
  RunOptions options;
  options.memory_per_rank = memory_per_rank(values);
  options.dry_run = dry_run;
  auto const study = one_study(values);
  if (!dry_run) {
    if (values.count("out") == 0)
      throw UserError("--out is missing; name the results directory: --out results/NAME");
    options.out = values["out"].as<std::string>();
    options.fresh = values.count("fresh") > 0;
    options.max_seconds = max_seconds(values);
  }
  options.versions = version_text();
  use_one_blas_thread();
  return run_study(study, options, Communicator::world());
}

Subcommand const run_command{{
    .name = "run",
    .summary = "run a study: the main job",
    .usage = "run STUDY.cfg --out DIR      (mpirun -n R pertscale run ...)",
    .parallel = true,
    .declare =
        [](po::options_description& options) {
          options.add_options()("out", po::value<std::string>(), "results directory")(
              "dry-run", "print the plan and stop")("fresh", "remove earlier results of DIR first")(
              "max-time", po::value<std::string>(),
              "stop in time with status 75: [D-]HH:MM:SS, 90s, 15m, 2h");
          declare_memory(options);
        },
    .run = [](po::variables_map const& values) { return run(values, values.count("dry-run") > 0); },
}};

Subcommand const plan_command{{
    .name = "plan",
    .summary = "what a study would do: tasks, work, memory a rank, disk",
    .usage = "plan STUDY.cfg",
    .parallel = true,
    .declare = [](po::options_description& options) { declare_memory_bound(options); },
    .run = [](po::variables_map const& values) { return run(values, true); },
}};

}  // namespace
}  // namespace pertscale
