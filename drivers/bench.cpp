#include "bench.hpp"

#include <fmt/format.h>

#include "command.hpp"
#include "core/error.hpp"

namespace pertscale {

namespace po = boost::program_options;

namespace {

/// An option of another benchmark is a mistake, not something to pass over.
void refuse_others(Bench const& bench, po::variables_map const& values) {
  po::options_description own;
  bench.declare(own);
  for (auto const& other : NamedParts<Bench>::all()) {
    po::options_description theirs;
    other.declare(theirs);
    for (auto const& option : theirs.options()) {
      auto const& name = option->long_name();
      bool const given = values.count(name) > 0 && !values[name].defaulted();
      if (given && own.find_nothrow(name, false) == nullptr)
        throw UserError(fmt::format("--{} is an option of bench {}, not of bench {}; leave it out",
                                    name, other.name, bench.name));
    }
  }
}

/// What was given, and the benchmark's own defaults: benchmarks share names of options.
po::variables_map own_values(Bench const& bench, po::variables_map const& values) {
  po::options_description own;
  bench.declare(own);
  po::variables_map out;
  for (auto const& [name, value] : values)
    if (!value.defaulted() || own.find_nothrow(name, false) == nullptr) out.insert({name, value});
  po::store(po::parsed_options(&own), out);
  return out;
}

/// The benchmark's options under its title, less those that an earlier one has declared.
void declare_options(Bench const& bench, po::options_description& options) {
  po::options_description own, shown(fmt::format("bench {}: {}", bench.usage, bench.summary));
  bench.declare(own);
  for (auto const& option : own.options())
    if (options.find_nothrow(option->long_name(), false) == nullptr) shown.add(option);
  options.add(shown);
}

int run_bench(po::variables_map const& values) {
  auto inputs = values["input"].as<std::vector<std::string>>();
  if (inputs.empty()) throw UserError("name a benchmark: pertscale bench io FILE, bench de ...");
  auto const& bench = NamedParts<Bench>::find(inputs.front());
  refuse_others(bench, values);
  inputs.erase(inputs.begin());
  return bench.run(own_values(bench, values), inputs);
}

Subcommand const registered{{
    .name = "bench",
    .summary = "measure this machine and build: seconds, rates, memory",
    .usage = "bench io|de|distances|forest|metrics ...",
    .parallel = true,
    .declare =
        [](po::options_description& options) {
          for (auto const& bench : NamedParts<Bench>::all()) declare_options(bench, options);
          declare_memory(options);
        },
    .run = run_bench,
}};

}  // namespace

}  // namespace pertscale
