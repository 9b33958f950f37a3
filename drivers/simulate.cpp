#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <iostream>
#include <map>

#include "command.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "io/simulator_file.hpp"
#include "parallel/communicator.hpp"

namespace pertscale {

namespace {

namespace po = boost::program_options;
using Values = po::variables_map;

void declare(po::options_description& options) {
  auto const whole = [] { return po::value<std::int64_t>(); };
  auto const text = [] { return po::value<std::string>(); };
  options.add_options()("cells", whole()->value_name("N"),
                        "number of cells, a tenth of them control")(
      "genes", whole()->value_name("G"), "number of genes")(
      "perturbations", whole()->value_name("P"), "number of single perturbations, at most G")(
      "doubles", whole()->value_name("D")->default_value(0),
      "number of pairs of perturbations; three in ten of them interact")(
      "contexts", whole()->value_name("C")->default_value(1),
      "number of cell types; their effects correlate")(
      "seed", whole()->value_name("S")->default_value(1), "names the random numbers")(
      "format", text()->default_value("csr"), "how X is stored: csr, csc or dense")(
      "compression", text()->default_value("none"), "of X: none, gzip or lzf")(
      "values", text()->default_value("counts"),
      "counts, or lognormalised: log1p(count * 1e4 / total count of the cell)")(
      "out", text()->value_name("FILE.h5ad"), "file to write; one that is there is replaced");
  declare_memory_bound(options);
}

/// The value of an option that has to be given.
template <class T>
T required(Values const& values, char const* name, Mistakes& mistakes) {
  if (values.count(name) > 0) return values[name].as<T>();
  mistakes.add(
      fmt::format("simulate needs --{}; `pertscale simulate --help` shows all options", name));
  return {};
}

/// One of a few words.
template <class T>
T choice(Values const& values, char const* name, std::map<std::string, T> const& known,
         Mistakes& mistakes) {
  auto const& word = values[name].as<std::string>();
  auto const found = known.find(word);
  if (found != known.end()) return found->second;
  std::vector<std::string> words;
  for (auto const& [text, value] : known) words.push_back(text);
  mistakes.add(fmt::format("--{} {} is unknown.{}", name, word, suggestion(word, words)));
  return {};
}

SimulationOptions simulation_options(Values const& values, Mistakes& mistakes) {
  SimulationOptions options;
  options.cells = required<std::int64_t>(values, "cells", mistakes);
  options.genes = required<std::int64_t>(values, "genes", mistakes);
  options.perturbations = required<std::int64_t>(values, "perturbations", mistakes);
  options.doubles = values["doubles"].as<std::int64_t>();
  options.contexts = values["contexts"].as<std::int64_t>();
  options.seed = values["seed"].as<std::int64_t>();
  return options;
}

SimulationFile simulation_file(Values const& values, Mistakes& mistakes) {
  SimulationFile file;
  file.path = required<std::string>(values, "out", mistakes);
  file.format = choice<MatrixFormat>(
      values, "format",
      {{"csr", MatrixFormat::csr}, {"csc", MatrixFormat::csc}, {"dense", MatrixFormat::dense}},
      mistakes);
  file.compression = choice<Compression>(
      values, "compression",
      {{"none", Compression::none}, {"gzip", Compression::gzip}, {"lzf", Compression::lzf}},
      mistakes);
  file.lognormalised =
      choice<bool>(values, "values", {{"counts", false}, {"lognormalised", true}}, mistakes);
  file.memory = memory_per_rank(values);
  return file;
}

void refuse_positional(Values const& values, Mistakes& mistakes) {
  for (auto const& word : values["input"].as<std::vector<std::string>>())
    mistakes.add(fmt::format("simulate takes no argument '{}'; the file to write is --out", word));
}

void print_summary(SimulationTruth const& truth, SimulationFile const& file,
                   SimulationSummary const& summary, double seconds) {
  auto const& options = truth.options;
  double const full = static_cast<double>(options.cells) * static_cast<double>(options.genes);
  std::cout << fmt::format(
      "{}: {} cells x {} genes, {} conditions in {} context{}, {:.1f} % of X not zero, {}, {:.1f} "
      "s\n",
      file.path.string(), options.cells, options.genes, options.conditions(), options.contexts,
      options.contexts == 1 ? "" : "s", 100 * static_cast<double>(summary.stored) / full,
      bytes_text(static_cast<double>(std::filesystem::file_size(file.path))), seconds);
}

int run(Values const& values) {
  Mistakes mistakes;
  refuse_positional(values, mistakes);
  auto const options = simulation_options(values, mistakes);
  auto const file = simulation_file(values, mistakes);
  mistakes.raise();
  auto const start = std::chrono::steady_clock::now();
  auto const world = Communicator::world();
  auto const truth = make_truth(options);
  auto const summary = write_simulation(truth, file, world);
  std::chrono::duration<double> const taken = std::chrono::steady_clock::now() - start;
  if (world.root()) print_summary(truth, file, summary, taken.count());
  return exit_done;
}

Subcommand const registered{
    {"simulate", "write a simulated screen (h5ad) with known effects, at any size",
     "simulate --cells N --genes G --perturbations P [--doubles D] [--contexts C] [--seed S]\n"
     "                   [--format csr|csc|dense] [--compression none|gzip|lzf]\n"
     "                   [--values counts|lognormalised] --out FILE.h5ad",
     true, declare, run}};

}  // namespace

}  // namespace pertscale
