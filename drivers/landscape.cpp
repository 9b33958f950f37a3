#include "suite/landscape.hpp"

#include <fmt/format.h>

#include <iostream>

#include "command.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "parallel/stop_request.hpp"
#include "solver/blas.hpp"

namespace pertscale {
namespace {

namespace po = boost::program_options;

/// A whole number of at least `least`.
std::int64_t whole(po::variables_map const& values, char const* name, std::int64_t least,
                   Mistakes& mistakes) {
  auto const value = values[name].as<std::int64_t>();
  if (value < least)
    mistakes.add(fmt::format("--{} {} is too small; at least {}", name, value, least));
  return value;
}

LandscapeOptions landscape_options(po::variables_map const& values) {
  Mistakes mistakes;
  LandscapeOptions options;
  if (values.count("out") == 0)
    mistakes.add("--out is missing; name the folder of the results: --out results/NAME");
  else
    options.out = values["out"].as<std::string>();
  auto const& name = values["edistance"].as<std::string>();
  if (auto const form = energy_form(name))
    options.distance = *form;
  else
    mistakes.add(
        fmt::format("--edistance {} is unknown.{}", name, suggestion(name, energy_form_names())));
  std::int64_t const runs = whole(values, "runs", 1, mistakes), most_runs = 1'000'000'000;
  if (runs > most_runs)
    mistakes.add(fmt::format("--runs {} is too large; at most {}", runs, most_runs));
  options.runs = static_cast<int>(std::min(runs, most_runs));
  options.seed = whole(values, "seed", 0, mistakes);
  options.components = whole(values, "components", 1, mistakes);
  options.pca_genes = whole(values, "pca-genes", 1, mistakes);
  options.min_log2fc = values["de-min-log2fc"].as<double>();
  if (!(options.min_log2fc >= 0))
    mistakes.add(fmt::format("--de-min-log2fc {} is below 0", number_text(options.min_log2fc)));
  mistakes.raise();
  options.memory = memory_per_rank(values);
  return options;
}

/// Options that say how cells are compared mean nothing where there is none to compare.
void refuse_without_effect(po::variables_map const& values, Dataset const& dataset) {
  bool const cells = dataset.spec.rows == "cells", latent = dataset.spec.values == "latent";
  Mistakes mistakes;
  auto const refuse = [&](char const* name, std::string const& why) {
    if (!values[name].defaulted())
      mistakes.add(fmt::format("--{} has no effect on {}, which {}; leave it out", name,
                               dataset.spec.file, why));
  };
  auto const squared = [&] {
    return energy_form(values["edistance"].as<std::string>())->metric == PointMetric::sqeuclidean;
  };
  // E-distances of latent profiles come from their variances
  if (!cells && !(latent && squared()))
    refuse("edistance", "holds profiles: these E-distances need cells");
  if (!cells) refuse("runs", "holds profiles: an E-test needs cells");
  if (!cells) refuse("seed", "holds profiles: an E-test and halves need cells");
  for (auto const* name : {"components", "pca-genes"}) {
    if (!cells) refuse(name, "holds profiles: principal components need cells");
    if (cells && latent) refuse(name, "is latent: its cells are compared as they are");
  }
  mistakes.raise();
}

int run_landscape(po::variables_map const& values) {
  auto const inputs = values["input"].as<std::vector<std::string>>();
  if (inputs.size() != 1)
    throw UserError("name one screen: pertscale landscape SCREEN.cfg|H5AD --out DIR");
  auto options = landscape_options(values);
  StopRequest const stop(0, {});
  options.stop = [&] { return stop.requested(); };
  use_one_blas_thread();
  auto const comm = Communicator::world();
  options.say = [&](std::string const& line) {
    if (comm.root()) std::cout << line << std::endl;
  };
  auto const dataset = open_dataset(inputs.front(), comm);
  refuse_without_effect(values, dataset);
  write_landscape(dataset, options, comm);
  options.say("landscape is in " + options.out.string());
  return exit_done;
}

void declare(po::options_description& options) {
  auto const number = [](std::int64_t value) {
    return po::value<std::int64_t>()->default_value(value);
  };
  options.add_options()("out", po::value<std::string>(), "folder of the results")(
      "edistance", po::value<std::string>()->default_value("sqeuclidean-corrected"),
      "sqeuclidean-corrected (scPerturb), sqeuclidean, euclidean (pertpy), euclidean-corrected")(
      "runs", number(1000), "permutations of the E-test")(
      "seed", number(0), "of permutations and halves")("components", number(50),
                                                       "principal components of cells")(
      "pca-genes", number(2000), "most variable genes that they are made of")(
      "de-min-log2fc", po::value<double>()->default_value(0),
      "|log2 fold change| that a DE gene has at least");
  declare_memory(options);
}

Subcommand const registered{{
    .name = "landscape",
    .summary = "what a screen holds before any model: ceilings, systematic variation, distances",
    .usage = "landscape SCREEN.cfg|H5AD --out DIR [--edistance FORM] [--runs N] [--seed S]\n"
             "                    [--components N] [--pca-genes N] [--de-min-log2fc X]",
    .parallel = true,
    .declare = declare,
    .run = run_landscape,
}};

}  // namespace
}  // namespace pertscale
