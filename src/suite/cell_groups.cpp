#include "suite/cell_groups.hpp"

#include "core/random.hpp"

namespace pertscale {

namespace {

/// Cells of each row of Labels, in the order of the matrix.
std::vector<std::vector<std::size_t>> cells_of_rows(Dataset const& dataset) {
  std::vector<std::vector<std::size_t>> cells(dataset.labels.rows().size());
  for (std::size_t cell = 0; cell < dataset.row_of_cell.size(); ++cell)
    if (dataset.row_of_cell[cell] >= 0)
      cells[static_cast<std::size_t>(dataset.row_of_cell[cell])].push_back(cell);
  return cells;
}

/// Counts the cells of members 0 .. `members` - 1 of a row and makes groups of those that have any.
class GroupMaker {
 public:
  GroupMaker(Dataset const& dataset, std::string name) {
    groups_.name = std::move(name);
    groups_.group_of_cell.assign(dataset.row_of_cell.size(), -1);
  }
  /// `member_of(i)`: member of the i-th of `cells`, or -1.
  template <class MemberOf>
  void add_row(std::size_t row, std::vector<std::size_t> const& cells, std::size_t members,
               MemberOf&& member_of) {
    std::vector<std::int64_t> count(members, 0);
    for (std::size_t i = 0; i < cells.size(); ++i)
      if (member_of(i) >= 0) ++count[static_cast<std::size_t>(member_of(i))];
    std::vector<std::int32_t> number(members, -1);
    for (std::size_t m = 0; m < members; ++m) {
      if (count[m] == 0) continue;
      number[m] = static_cast<std::int32_t>(groups_.groups.size());
      groups_.groups.push_back({row, static_cast<std::int32_t>(m), count[m]});
    }
    for (std::size_t i = 0; i < cells.size(); ++i)
      if (member_of(i) >= 0)
        groups_.group_of_cell[cells[i]] = number[static_cast<std::size_t>(member_of(i))];
  }
  CellGroups take() { return std::move(groups_); }

 private:
  CellGroups groups_;
};

}  // namespace

CellGroups row_groups(Dataset const& dataset) {
  CellGroups out;
  out.name = "rows";
  out.group_of_cell = dataset.row_of_cell;
  for (std::size_t row = 0; row < dataset.labels.rows().size(); ++row)
    out.groups.push_back({row, 0, dataset.labels.rows()[row].cells});
  return out;
}

CellGroups half_groups(Dataset const& dataset, std::int64_t seed) {
  GroupMaker maker(dataset, "halves");
  auto const cells = cells_of_rows(dataset);
  for (std::size_t row = 0; row < cells.size(); ++row) {
    if (cells[row].size() < 2) continue;
    auto const& label = dataset.labels.rows()[row];
    RandomStream random(static_cast<std::uint64_t>(seed),
                        "halves/" + dataset.labels.contexts()[label.context] + "/" +
                            dataset.labels.conditions()[label.condition].name);
    auto const order = random.permutation(cells[row].size());
    std::vector<std::int32_t> half(cells[row].size(), 0);
    for (std::size_t i = cells[row].size() / 2; i < order.size(); ++i) half[order[i]] = 1;
    maker.add_row(row, cells[row], 2, [&](std::size_t i) { return half[i]; });
  }
  auto out = maker.take();
  out.half_seed = seed;
  return out;
}

CellGroups column_groups(Dataset const& dataset, std::string name, CellColumn const& column,
                         bool control_only) {
  GroupMaker maker(dataset, std::move(name));
  auto const cells = cells_of_rows(dataset);
  for (std::size_t row = 0; row < cells.size(); ++row) {
    if (control_only && !dataset.labels.condition_of(row).is_control()) continue;
    maker.add_row(row, cells[row], column.names.size(),
                  [&](std::size_t i) { return column.code_of_cell[cells[row][i]]; });
  }
  return maker.take();
}

}  // namespace pertscale
