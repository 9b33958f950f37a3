#pragma once
#include <string>
#include <vector>

#include "core/options.hpp"
#include "protocol/protocol.hpp"

namespace pertscale {

/// The splits of one dataset from a split file, in the file's order:
/// {dataset: {protocol: {split: {"train": [...], "validation": [...], "test": [...],
/// "groups": {label: [...]}}}}}; the protocol level may be absent, `val` means `validation`.
/// An entry is a condition (all its rows), or [condition, context]. Control is trained on whether
/// listed or not; a held-out row in no group gets its order label; a condition of the screen that
/// the file does not list is left out. `protocol` chooses among several; empty: the only one.
/// Throws UserError with every mistake found.
std::vector<PerturbationSplit> read_splits(InputText const& file, std::string const& protocol,
                                           Labels const& labels, ScreenNaming const& naming);

}  // namespace pertscale
