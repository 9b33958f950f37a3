#include <fmt/format.h>

#include <filesystem>
#include <iostream>

#include "command.hpp"
#include "core/error.hpp"
#include "parallel/communicator.hpp"
#include "protocol/split_json.hpp"
#include "report/durable_file.hpp"
#include "suite/plan.hpp"
#include "suite/protocol_profiles.hpp"
#include "suite/shared_text.hpp"

namespace pertscale {
namespace {

namespace po = boost::program_options;

std::vector<std::string> inputs_of(DatasetSpec const& spec, std::string const& study) {
  std::vector<std::string> out{study, spec.file};
  for (auto const& part : spec.files()) out.push_back(part.path);
  return out;
}

int run_split(po::variables_map const& values) {
  auto const inputs = values["input"].as<std::vector<std::string>>();
  if (inputs.size() != 1 || values.count("out") == 0)
    throw UserError("name one study and a file: pertscale split STUDY.cfg --out FILE.json");
  std::string const out = values["out"].as<std::string>();
  auto const comm = Communicator::world();
  auto study = read_study(
      inputs.front(), [&](std::string const& path) { return shared_text(comm, path); }, false);
  std::error_code error;
  for (auto const& spec : study.datasets)
    for (auto const& input : inputs_of(spec, inputs.front()))
      if (std::filesystem::equivalent(out, input, error))
        throw UserError(fmt::format("--out {} is an input of the study; name another file", out));
  auto datasets = open_datasets(study.datasets, comm);
  std::string notes = give_profiles(study, datasets, comm, {}, {.memory = memory_per_rank(values)});
  auto const plan = make_plan(study, std::move(datasets));
  std::vector<DatasetSplits> splits;
  for (auto const& group : plan.splits) {
    auto const& name = plan.datasets[group.dataset].spec.name;
    auto const& label = study.protocols[group.protocol].label;
    if (!group.not_served.empty()) {
      notes += fmt::format("{} on {}: not applicable: {}\n", label, name, group.not_served);
      continue;
    }
    splits.push_back({name, label, &plan.datasets[group.dataset].labels, group.splits});
    notes += fmt::format("{} on {}: {} split(s)\n", label, name, group.splits.size());
    for (auto const& split : group.splits)
      if (auto const facts = facts_text(split); !facts.empty())
        notes += fmt::format("  {}: {}\n", split.name, facts);
  }
  agree(comm, [&] {
    if (!comm.root()) return;
    write_durably(out, split_json(splits));
    std::cout << notes << "splits are in " << out << std::endl;
  });
  return exit_done;
}

Subcommand const registered{{
    .name = "split",
    .summary = "write who is trained on and who is held out (no expression is read, save for "
               "spectral-overlap)",
    .usage = "split STUDY.cfg --out FILE.json",
    .parallel = true,
    .declare =
        [](po::options_description& options) {
          options.add_options()("out", po::value<std::string>(), "the file of splits (json)");
          declare_memory_bound(options);
        },
    .run = run_split,
}};

}  // namespace
}  // namespace pertscale
