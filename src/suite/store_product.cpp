#include "suite/store_product.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "io/store_file.hpp"
#include "suite/moment_tiles.hpp"
#include "suite/store_keys.hpp"

namespace pertscale {

namespace {

bool same_groups(Dataset const& dataset, std::vector<StoreGroup> const& groups) {
  auto const& labels = dataset.labels;
  if (labels.rows().size() != groups.size()) return false;
  for (std::size_t row = 0; row < groups.size(); ++row)
    if (labels.rows()[row].cells != groups[row].cells ||
        labels.condition_of(row).name != groups[row].condition ||
        labels.contexts()[labels.rows()[row].context] != groups[row].context)
      return false;
  return std::is_sorted(dataset.row_of_cell.begin(), dataset.row_of_cell.end()) &&
         std::find(dataset.row_of_cell.begin(), dataset.row_of_cell.end(), -1) ==
             dataset.row_of_cell.end();
}

bool same_values(DatasetSpec const& spec, std::string const& keys) {
  if (spec.values != key_of(keys, "values")) return false;
  return spec.values != "counts" || (spec.target_sum == key_of(keys, "target-sum") &&
                                     spec.library_size_column == library_size_name);
}

}  // namespace

bool is_own_store(Dataset const& dataset) {
  if (dataset.parts.size() != 1 || !dataset.parts.front().context.empty() ||
      !is_store(dataset.parts.front().path))
    return false;
  StoreFile const store(dataset.parts.front().path);
  return same_values(dataset.spec, store.text("keys")) &&
         same_groups(dataset, store.shape().groups);
}

bool takes_store_moments(Dataset const& dataset) {
  return dataset.spec.variable_genes() == 0 && is_own_store(dataset);
}

MomentReport read_store_moments(Dataset const& dataset, MomentOptions const& options,
                                std::function<void(MomentTile const&)> const& sink) {
  StoreFile const store(dataset.parts.front().path);
  for (auto const& tile :
       cut_tiles(dataset.labels.rows().size(), dataset.genes.size(), tile_bytes(options.memory))) {
    auto const rows = [&](StoreMoment table) {
      return store.moments(table, static_cast<std::int64_t>(tile.first),
                           static_cast<std::int64_t>(tile.last));
    };
    sink({tile.first, rows(StoreMoment::mean), rows(StoreMoment::variance),
          rows(StoreMoment::nonzero)});
  }
  MomentReport report;
  report.target_sum = store.number("target_sum");
  report.empty_cells = static_cast<std::int64_t>(store.number("empty_cells"));
  report.whole_numbers =
      dataset.spec.values == "lognormalised" && store.number("whole_numbers") != 0;
  return report;
}

bool has_store_halves(Dataset const& dataset, CellGroups const& groups) {
  if (!groups.half_seed || !is_own_store(dataset)) return false;
  StoreFile const store(dataset.parts.front().path);
  return store.number("half_seed") == static_cast<double>(*groups.half_seed);
}

void read_store_halves(Dataset const& dataset, CellGroups const& groups,
                       MomentOptions const& options,
                       std::function<void(MomentTile const&)> const& sink) {
  StoreFile const store(dataset.parts.front().path);
  for (auto const& tile :
       cut_tiles(groups.groups.size(), dataset.genes.size(), tile_bytes(options.memory))) {
    Matrix mean(static_cast<Eigen::Index>(tile.last - tile.first),
                static_cast<Eigen::Index>(dataset.genes.size()));
    for (auto g = tile.first; g < tile.last; ++g) {
      auto const& group = groups.groups[g];
      auto const row = static_cast<std::int64_t>(group.row);
      auto const table = group.member == 0 ? StoreMoment::half0_mean : StoreMoment::half1_mean;
      mean.row(static_cast<Eigen::Index>(g - tile.first)) = store.moments(table, row, row + 1);
    }
    sink({tile.first, std::move(mean), {}, {}});
  }
}

}  // namespace pertscale
