#pragma once
#include <string>
#include <vector>

#include "suite/dataset_spec.hpp"

namespace pertscale {

/// gears, scperturb, replogle, perturbench.
std::vector<std::string> preset_names();

/// Sets what `spec.preset` says of columns and control names, save the keys that the user gave
/// (`spec.given`). Of its columns only the condition's must be in the file.
void apply_preset(DatasetSpec& spec);

}  // namespace pertscale
