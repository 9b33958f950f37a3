#include "suite/dataset_presets.hpp"

#include <algorithm>
#include <array>

namespace pertscale {

namespace {

/// How one source of screens names things.
struct Preset {
  std::string_view name;
  std::string_view condition_column;
  std::vector<std::string> control;
  std::string_view separator;
  std::string_view context_column{};
  std::string_view batch_column{};
  std::string_view guide_column{};
  std::string_view gene_column{};
};

std::vector<Preset> const& presets() {
  static std::vector<Preset> const all{
      // cell_type of GEARS files may be a dummy, so no context is read from it
      {.name = "gears",
       .condition_column = "condition",
       .control = {"ctrl"},
       .separator = "+",
       .gene_column = "gene_name"},
      {.name = "scperturb",
       .condition_column = "perturbation",
       .control = {"control", "non-targeting"},
       .separator = "_",
       .batch_column = "batch",
       .guide_column = "guide_id"},
      // the authors' files of Replogle et al. 2022
      {.name = "replogle",
       .condition_column = "gene",
       .control = {"non-targeting"},
       .separator = "",
       .batch_column = "gem_group",
       .guide_column = "sgID_AB",
       .gene_column = "gene_name"},
      {.name = "perturbench",
       .condition_column = "condition",
       .control = {"control"},
       .separator = "+",
       .context_column = "cell_type"},
  };
  return all;
}

}  // namespace

std::vector<std::string> preset_names() {
  std::vector<std::string> names;
  for (auto const& preset : presets()) names.emplace_back(preset.name);
  return names;
}

void apply_preset(DatasetSpec& spec) {
  auto const preset = std::find_if(presets().begin(), presets().end(),
                                   [&](auto const& p) { return p.name == spec.preset; });
  if (preset == presets().end()) return;
  auto const set = [&](char const* key, std::string& value, std::string_view default_value) {
    if (!spec.given.contains(key)) value = default_value;
  };
  set("condition-column", spec.condition_column, preset->condition_column);
  set("separator", spec.separator, preset->separator);
  set("context-column", spec.context_column, preset->context_column);
  set("batch-column", spec.batch_column, preset->batch_column);
  set("guide-column", spec.guide_column, preset->guide_column);
  set("gene-column", spec.gene_column, preset->gene_column);
  if (!spec.given.contains("control")) spec.control = preset->control;
}

}  // namespace pertscale
