#include "suite/protocol_profiles.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/error.hpp"
#include "core/text.hpp"
#include "suite/prepare.hpp"
#include "suite/scratch_folder.hpp"

namespace pertscale {

namespace {

bool looks_at_expression(StudyProtocol const& protocol) {
  return protocol.part.info->traits.needs_profiles;
}

}  // namespace

bool splits_by_expression(Study const& study) {
  return std::any_of(study.protocols.begin(), study.protocols.end(), looks_at_expression);
}

bool applies(StudyProtocol const& protocol, Dataset const& dataset) {
  auto const& only = protocol.datasets;
  return only.empty() || std::find(only.begin(), only.end(), dataset.spec.name) != only.end();
}

std::string give_profiles(Study const& study, std::vector<Dataset>& datasets,
                          Communicator const& comm, std::filesystem::path const& cache,
                          MomentOptions const& options) {
  std::vector<std::string> names;
  std::optional<ScratchFolder> scratch;
  for (auto& dataset : datasets) {
    bool const wanted = std::any_of(
        study.protocols.begin(), study.protocols.end(), [&](StudyProtocol const& protocol) {
          return looks_at_expression(protocol) && applies(protocol, dataset);
        });
    if (!wanted) continue;
    if (cache.empty() && !scratch)
      scratch.emplace(comm, std::filesystem::temp_directory_path(), "plan");
    auto const screen = prepare_screen(dataset, comm, scratch ? scratch->path() : cache, options);
    dataset.profiles = {screen.values, screen.mean, nullptr};
    names.push_back(dataset.spec.name);
  }
  if (names.empty()) return {};
  return fmt::format("a protocol splits by expression, so it was read first: {}\n",
                     join(names, ", "));
}

std::vector<PerturbationSplit> splits_of(StudyProtocol const& protocol, Dataset& dataset) {
  ScreenNaming const naming{dataset.spec.name, dataset.spec.grammar()};
  if (!looks_at_expression(protocol)) return protocol.part.object->splits(dataset.labels, naming);
  if (dataset.profiles.mean.empty())
    throw InternalError("a plan with " + protocol.label + " was made without profiles");
  auto profiles = dataset.profiles;
  profiles.notes = &dataset.notes;
  return protocol.part.object->splits_by_profiles(dataset.labels, naming, profiles);
}

std::string facts_text(PerturbationSplit const& split) {
  std::vector<std::string> parts;
  for (auto const& [name, value] : split.facts)
    parts.push_back(fmt::format("{} = {:.6g}", name, value));
  return join(parts, ", ");
}

}  // namespace pertscale
