#include <iostream>

#include "command.hpp"
#include "core/error.hpp"
#include "suite/run.hpp"

namespace pertscale {
namespace {

namespace po = boost::program_options;

int run_status(po::variables_map const& values) {
  auto const inputs = values["input"].as<std::vector<std::string>>();
  if (inputs.size() != 1) throw UserError("name one results directory: pertscale status DIR");
  std::cout << status_text(inputs.front());
  return exit_done;
}

Subcommand const registered{{
    .name = "status",
    .summary = "progress of a running, interrupted or finished results directory",
    .usage = "status DIR",
    .declare = [](po::options_description&) {},
    .run = run_status,
}};

}  // namespace
}  // namespace pertscale
