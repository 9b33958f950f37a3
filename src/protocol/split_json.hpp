#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/protocol.hpp"

namespace pertscale {

/// The splits of one protocol on one dataset, for `split_json`.
struct DatasetSplits {
  std::string dataset;
  std::string protocol;  ///< the key in the file; differs between protocols of a dataset
  Labels const* labels = nullptr;
  std::span<PerturbationSplit const> splits;
};

/// The exchange form that `split` writes and `split-file` reads:
/// {dataset: {protocol: {split: {"train": [...], "validation": [...], "test": [...],
/// "groups": {label: [...]}}}}}, in the order given, arrays sorted by code point. A condition whose
/// rows are all in one part (or group) is its name as in the screen; else each row is
/// [name, context]. Control is listed in `train`.
std::string split_json(std::span<DatasetSplits const> all);

}  // namespace pertscale
