#include "suite/matched_control.hpp"

#include <algorithm>
#include <map>
#include <span>

namespace pertscale {

namespace {

/// Rows that are worked on at a time.
constexpr std::size_t block_rows = 64;

std::string matched_identity(std::string const& digest) { return digest + "/matched"; }
std::string batches_identity(std::string const& digest) { return digest + "/batches"; }

/// Matched controls and matched profiles of rows [tile.first_row, ...), as the first two tables.
class RowMatcher {
 public:
  RowMatcher(Dataset const& dataset, CellGroups const& groups, ProfileTable const& profiles,
             ProfileTable const& batches)
      : data_(dataset),
        shares_(batch_shares(dataset, groups)),
        profiles_(profiles),
        batches_(batches) {}

  MomentTile tile(std::size_t first, std::size_t last) const {
    MomentTile out;
    out.first_row = first;
    auto const count = static_cast<Eigen::Index>(last - first);
    out.mean.resize(count, static_cast<Eigen::Index>(profiles_.genes()));
    out.variance.resizeLike(out.mean);
    out.variance.setZero();
    auto const genes = profiles_.genes();
    for (std::size_t row = first; row < last; ++row)
      match(row, {out.mean.data() + (row - first) * genes, genes},
            {out.variance.data() + (row - first) * genes, genes});
    return out;
  }

 private:
  /// `control` comes as zeros.
  void match(std::size_t row, std::span<double> mean, std::span<double> control) const {
    auto const& labels = data_.labels;
    auto const measured = profiles_.row(row);
    if (labels.condition_of(row).is_control()) {
      std::copy(measured.begin(), measured.end(), mean.begin());
      std::copy(measured.begin(), measured.end(), control.begin());
      return;
    }
    for (auto const& [group, share] : shares_[row]) {  // in the order of batches
      auto const batch = batches_.row(group);
      for (std::size_t g = 0; g < control.size(); ++g) control[g] += share * batch[g];
    }
    auto const pooled =
        profiles_.row(labels.row(*labels.control(), labels.rows()[row].context).value());
    for (std::size_t g = 0; g < mean.size(); ++g) mean[g] = pooled[g] + (measured[g] - control[g]);
  }

  Dataset const& data_;
  std::vector<std::vector<BatchShare>> shares_;
  ProfileTable profiles_, batches_;
};

}  // namespace

CellGroups control_batches(Dataset const& dataset) {
  return column_groups(dataset, "batches", dataset.batch, true);
}

std::vector<std::vector<BatchShare>> batch_shares(Dataset const& dataset,
                                                  CellGroups const& batches) {
  auto const& labels = dataset.labels;
  std::map<std::pair<std::size_t, std::int32_t>, std::size_t> group_at;  // context, batch
  for (std::size_t g = 0; g < batches.groups.size(); ++g)
    group_at[{labels.rows()[batches.groups[g].row].context, batches.groups[g].member}] = g;
  std::vector<std::map<std::size_t, std::int64_t>> cells(labels.rows().size());
  for (std::size_t cell = 0; cell < dataset.row_of_cell.size(); ++cell) {
    if (dataset.row_of_cell[cell] < 0) continue;
    auto const row = static_cast<std::size_t>(dataset.row_of_cell[cell]);
    if (labels.condition_of(row).is_control()) continue;
    auto const found =
        group_at.find({labels.rows()[row].context, dataset.batch.code_of_cell[cell]});
    if (found == group_at.end()) throw InternalError("a kept cell has no matched control");
    ++cells[row][found->second];
  }
  std::vector<std::vector<BatchShare>> out(cells.size());
  for (std::size_t row = 0; row < cells.size(); ++row)
    for (auto const& [group, count] : cells[row])
      out[row].push_back(
          {group, static_cast<double>(count) / static_cast<double>(labels.rows()[row].cells)});
  return out;
}

std::optional<MatchedProfiles> MatchedProduct::map(ProfileTable const& measured) const {
  auto const tables = map_profile_product(path_, matched_identity(data_.digest), measured.rows(),
                                          measured.genes(), comm_.root());
  if (comm_.any(!tables)) return std::nullopt;
  return MatchedProfiles{tables->mean, tables->variance};  // in the order of RowMatcher::tile
}

MomentReport MatchedProduct::build(ProfileTable const& measured,
                                   MomentOptions const& options) const {
  auto const groups = control_batches(data_);
  std::filesystem::path const means = path_.string() + ".batches";
  std::optional<ProfileProductWriter> writer;
  agree(comm_, [&] {
    if (comm_.root())
      writer.emplace(means, batches_identity(data_.digest), groups.groups.size(), measured.genes());
  });
  auto report = stream_group_moments(data_, groups, comm_, options, [&](MomentTile const& tile) {
    writer->write({tile.first_row, chosen_columns(tile.mean, genes_), {}, {}});
  });
  agree(comm_, [&] {
    if (!comm_.root()) return;
    writer->finish();
    match(groups, measured, means);
    std::filesystem::remove(means);
  });
  return report;
}

void MatchedProduct::match(CellGroups const& groups, ProfileTable const& measured,
                           std::filesystem::path const& means) const {
  auto const batches = map_profile_product(means, batches_identity(data_.digest),
                                           groups.groups.size(), measured.genes(), false);
  if (!batches) throw InternalError(means.string() + " cannot be read back");
  RowMatcher const matcher(data_, groups, measured, batches->mean);
  ProfileProductWriter out(path_, matched_identity(data_.digest), measured.rows(),
                           measured.genes());
  for (std::size_t first = 0; first < measured.rows(); first += block_rows)
    out.write(matcher.tile(first, std::min(first + block_rows, measured.rows())));
  out.finish();
}

}  // namespace pertscale
