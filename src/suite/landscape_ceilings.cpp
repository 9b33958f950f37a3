#include <array>
#include <optional>

#include "statistics/reliability.hpp"
#include "suite/group_profiles.hpp"
#include "suite/landscape_parts.hpp"

namespace pertscale {

namespace {

using Values = std::vector<double>;

/// Profiles of the groups of one partition, in the screen's genes.
class GroupProfiles {
 public:
  GroupProfiles(Landscape const& landscape, CellGroups groups)
      : genes_(landscape.gene_numbers),
        groups_(std::move(groups.groups)),
        of_row_(landscape.screen.labels.rows().size()) {
    for (std::size_t g = 0; g < groups_.size(); ++g) of_row_[groups_[g].row].push_back(g);
  }
  void mean(ProfileTable table) { mean_ = std::move(table); }

  /// Numbers of the groups of a row.
  std::vector<std::size_t> const& of_row(std::size_t row) const { return of_row_[row]; }
  std::int32_t member(std::size_t group) const { return groups_[group].member; }
  Values profile(std::size_t group) const {
    auto const all = mean_.row(group);
    Values out;
    for (auto const gene : genes_) out.push_back(all[gene]);
    return out;
  }
  /// The group of that member of a row.
  std::optional<std::size_t> find(std::size_t row, std::int32_t member) const {
    for (auto const group : of_row_[row])
      if (groups_[group].member == member) return group;
    return std::nullopt;
  }

 private:
  std::vector<std::size_t> const& genes_;
  std::vector<CellGroup> groups_;
  std::vector<std::vector<std::size_t>> of_row_;
  ProfileTable mean_;
};

GroupProfiles profiles_of(Landscape const& landscape, CellGroups const& groups) {
  GroupProfiles out(landscape, groups);
  out.mean(group_profiles(landscape.dataset, groups, landscape.comm, landscape.cache(),
                          landscape.moment_options())
               .mean);
  return out;
}

/// Columns of one kind of ceiling.
struct CeilingColumns {
  LandscapeColumn raw, full;
};

void put(Landscape& landscape, std::size_t row, CeilingColumns const& columns,
         Reliability const& found) {
  landscape.table.put(row, columns.raw, found.raw, found.status);
  if (found.status.ok()) landscape.table.put(row, columns.full, found.full);
}

void miss_all(Landscape& landscape, LandscapeColumn column, std::string const& word) {
  for (auto const& context : landscape.contexts)
    for (auto const row : context.perturbed)
      if (landscape.mine(row)) landscape.table.miss(row, column, word);
}

template <class Work>
void for_my_rows(Landscape& landscape, Work&& work) {
  agree(landscape.comm, [&] {
    for (auto const& context : landscape.contexts)
      for (auto const row : context.perturbed)
        if (landscape.mine(row)) work(context, row);
  });
}

void split_halves(Landscape& landscape, GroupProfiles const& halves) {
  CeilingColumns const columns{LandscapeColumn::split_half, LandscapeColumn::split_half_full};
  for_my_rows(landscape, [&](ContextRows const& context, std::size_t row) {
    auto const &own = halves.of_row(row), &control = halves.of_row(context.control);
    if (own.size() < 2 || control.size() < 2) {
      landscape.table.miss(row, columns.raw, "too_few_cells");
      return;
    }
    Values const a = halves.profile(own[0]), b = halves.profile(own[1]);
    Values const ca = halves.profile(control[0]), cb = halves.profile(control[1]);
    put(landscape, row, columns, split_half({a, ca}, {b, cb}));
  });
}

/// Guides of a perturbation, each pair against the two halves of control.
void guide_ceilings(Landscape& landscape, GroupProfiles const& guides,
                    GroupProfiles const& halves) {
  CeilingColumns const columns{LandscapeColumn::guide_ceiling, LandscapeColumn::guide_ceiling_full};
  for_my_rows(landscape, [&](ContextRows const& context, std::size_t row) {
    auto const &own = guides.of_row(row), &control = halves.of_row(context.control);
    landscape.table.put(row, LandscapeColumn::guides, static_cast<double>(own.size()));
    if (control.size() < 2) {
      landscape.table.miss(row, columns.raw, "too_few_cells");
      return;
    }
    Values const ca = halves.profile(control[0]), cb = halves.profile(control[1]);
    std::vector<Values> values;
    for (auto const group : own) values.push_back(guides.profile(group));
    std::vector<Profile> const parts(values.begin(), values.end());
    put(landscape, row, columns, between_parts(parts, [&](std::size_t, std::size_t) {
          return std::pair<Profile, Profile>(ca, cb);
        }));
  });
}

/// Replicates of a perturbation, each against control of the same replicate.
void replicate_ceilings(Landscape& landscape, GroupProfiles const& replicates) {
  CeilingColumns const columns{LandscapeColumn::replicate_ceiling,
                               LandscapeColumn::replicate_ceiling_full};
  for_my_rows(landscape, [&](ContextRows const& context, std::size_t row) {
    std::vector<Values> values, controls;
    for (auto const group : replicates.of_row(row)) {
      auto const control = replicates.find(context.control, replicates.member(group));
      if (!control) continue;
      values.push_back(replicates.profile(group));
      controls.push_back(replicates.profile(*control));
    }
    landscape.table.put(row, LandscapeColumn::replicates, static_cast<double>(values.size()));
    std::vector<Profile> const parts(values.begin(), values.end());
    put(landscape, row, columns, between_parts(parts, [&](std::size_t i, std::size_t j) {
          return std::pair<Profile, Profile>(controls[i], controls[j]);
        }));
  });
}

}  // namespace

void landscape_ceilings(Landscape& landscape) {
  auto const& dataset = landscape.dataset;
  if (!landscape.cells()) {
    for (auto const column : {LandscapeColumn::split_half, LandscapeColumn::guide_ceiling,
                              LandscapeColumn::replicate_ceiling})
      miss_all(landscape, column, "needs_cells");
    return;
  }
  auto const halves = profiles_of(landscape, half_groups(dataset, landscape.options.seed));
  split_halves(landscape, halves);
  if (dataset.guide.given())
    guide_ceilings(landscape,
                   profiles_of(landscape, column_groups(dataset, "guides", dataset.guide)), halves);
  else
    miss_all(landscape, LandscapeColumn::guide_ceiling, "no_column");
  if (dataset.replicate.given())
    replicate_ceilings(
        landscape, profiles_of(landscape, column_groups(dataset, "replicates", dataset.replicate)));
  else
    miss_all(landscape, LandscapeColumn::replicate_ceiling, "no_column");
}

}  // namespace pertscale
