#include <iostream>

#include "command.hpp"
#include "core/error.hpp"
#include "parallel/communicator.hpp"
#include "suite/ingest.hpp"
#include "suite/run.hpp"

namespace pertscale {
namespace {

namespace po = boost::program_options;

int run_ingest(po::variables_map const& values) {
  auto const inputs = values["input"].as<std::vector<std::string>>();
  if (inputs.size() != 1)
    throw UserError("name one screen: pertscale ingest SCREEN.cfg|H5AD [--pseudobulk FILE.h5ad]");
  auto const comm = Communicator::world();
  MomentOptions options;
  options.memory = memory_per_rank(values);
  Mistakes mistakes;
  auto const spec = read_dataset_spec(
      inputs.front(), [&](std::string const& path) { return shared_text(comm, path); }, mistakes);
  mistakes.raise();
  auto const dataset = open_dataset(spec, comm);
  auto const pseudobulk =
      values.count("pseudobulk") > 0 ? values["pseudobulk"].as<std::string>() : std::string();
  auto const text = ingest_screen(dataset, comm, options, pseudobulk);
  if (comm.root()) std::cout << text << std::flush;
  return exit_done;
}

Subcommand const registered{{
    .name = "ingest",
    .summary = "stream a screen, check every value, print what is in it",
    .usage = "ingest SCREEN.cfg|H5AD [--pseudobulk FILE.h5ad]",
    .parallel = true,
    .declare =
        [](po::options_description& options) {
          options.add_options()(
              "pseudobulk", po::value<std::string>(),
              "write mean, variance, non-zero fraction and cells of every condition");
          declare_memory(options);
        },
    .run = run_ingest,
}};

}  // namespace
}  // namespace pertscale
