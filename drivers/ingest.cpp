#include <fmt/format.h>

#include <iostream>

#include "command.hpp"
#include "core/error.hpp"
#include "parallel/communicator.hpp"
#include "parallel/stop_request.hpp"
#include "suite/ingest.hpp"
#include "suite/store_ingest.hpp"
#include "version.hpp"

namespace pertscale {
namespace {

namespace po = boost::program_options;

constexpr char const* usage =
    "ingest SCREEN.cfg|H5AD [--out STORE] [--pseudobulk FILE.h5ad] [--check]";

std::string text_of(po::variables_map const& values, char const* name) {
  return values.count(name) > 0 ? values[name].as<std::string>() : std::string();
}

/// Makes the store, and the pseudobulk file from it.
void make_store(Dataset const& dataset, Communicator const& comm, po::variables_map const& values,
                StopRequest const& stop) {
  StoreOptions options;
  options.memory = memory_per_rank(values);
  options.stop = [&] { return stop.requested(); };
  options.program = "pertscale " PERTSCALE_VERSION;
  auto const out = text_of(values, "out"), pseudobulk = text_of(values, "pseudobulk");
  auto const say = [&](std::string const& text) {
    if (comm.root()) std::cout << text << std::flush;
  };
  say(store_plan_text(dataset, comm, out));
  say(ingest_store(dataset, comm, out, options));
  if (!pseudobulk.empty()) {
    auto const stored = open_dataset(spec_of_store(dataset.spec, out), comm);
    MomentOptions moments;
    moments.memory = options.memory;
    moments.stop = options.stop;
    ingest_screen(stored, comm, moments, pseudobulk);
    say("pseudobulk   " + pseudobulk + "\n");
  }
  if (values["check"].as<bool>()) say(check_store(out, comm));
}

int run_ingest(po::variables_map const& values) {
  auto const inputs = values["input"].as<std::vector<std::string>>();
  if (inputs.size() != 1) throw UserError(std::string("name one screen: pertscale ") + usage);
  auto const comm = Communicator::world();
  auto const pseudobulk = text_of(values, "pseudobulk");
  if (!pseudobulk.empty() && pseudobulk == text_of(values, "out"))
    throw UserError(fmt::format("--out and --pseudobulk are both {}; name two files", pseudobulk));
  if (values["check"].as<bool>() && values.count("out") == 0) {
    if (!pseudobulk.empty())
      throw UserError(
          "--check of a store writes no --pseudobulk; leave one of them out, or add --out");
    auto const text = check_store(inputs.front(), comm);
    if (comm.root()) std::cout << text << std::flush;
    return exit_done;
  }
  StopRequest const stop(0, {});
  MomentOptions options;
  options.memory = memory_per_rank(values);
  options.stop = [&] { return stop.requested(); };
  auto const dataset = open_dataset(inputs.front(), comm);
  if (!pseudobulk.empty()) refuse_own_files(dataset, pseudobulk);
  if (values.count("out") > 0) {
    make_store(dataset, comm, values, stop);
    return exit_done;
  }
  auto const text = ingest_screen(dataset, comm, options, pseudobulk);
  if (comm.root()) std::cout << text << std::flush;
  return exit_done;
}

Subcommand const registered{{
    .name = "ingest",
    .summary = "stream a screen into a screen store; check it, print what is in it",
    .usage = usage,
    .parallel = true,
    .declare =
        [](po::options_description& options) {
          options.add_options()("out", po::value<std::string>(),
                                "write a screen store: cells sorted, checksums, moments");
          options.add_options()(
              "pseudobulk", po::value<std::string>(),
              "write mean, variance, non-zero fraction and cells of every condition");
          options.add_options()("check", po::bool_switch(),
                                "read all of a store (SCREEN, or STORE) and compare checksums");
          declare_memory(options);
        },
    .run = run_ingest,
}};

}  // namespace
}  // namespace pertscale
