#include "suite/half_screen.hpp"

#include <fmt/format.h>

#include <array>
#include <limits>
#include <optional>

#include "core/hash.hpp"
#include "core/text.hpp"
#include "suite/group_profiles.hpp"

namespace pertscale {

namespace {

constexpr std::ptrdiff_t no_group = -1;

/// Numbers of the two groups of each row.
std::vector<std::array<std::ptrdiff_t, 2>> groups_of_rows(CellGroups const& groups,
                                                          std::size_t rows) {
  std::vector<std::array<std::ptrdiff_t, 2>> out(rows, {no_group, no_group});
  for (std::size_t g = 0; g < groups.groups.size(); ++g)
    out[groups.groups[g].row][static_cast<std::size_t>(groups.groups[g].member)] =
        static_cast<std::ptrdiff_t>(g);
  return out;
}

class HalfBuilder {
 public:
  HalfBuilder(Dataset const& dataset, Screen const& screen, std::vector<std::size_t> const& genes,
              HalvingOptions const& halving, std::filesystem::path const& cache)
      : data_(dataset), screen_(screen), genes_(genes), halving_(halving), cache_(cache) {
    Sha256 hash;
    hash.add_field(dataset.digest)
        .add_field(fmt::format("calibration halves {} {}", halving.seed, halving.variance));
    identity_ = hash.hex();
    groups_ = half_groups(dataset, halving.seed);
    of_row_ = groups_of_rows(groups_, screen.labels.rows().size());
    if (!halving.variance) return;
    groups_.name += "-variance";  // a product of its own
    groups_.half_seed.reset();    // a store keeps means of its halves only
  }

  CellGroups const& groups() const { return groups_; }

  std::optional<ProfileTables> map(int half, bool verify) const {
    return map_profile_product(path(half), identity_, of_row_.size(), genes_.size(), verify);
  }

  /// Writes the half from the profiles of all groups, on one rank.
  void write(int half, ProfileTables const& tables) const {
    ProfileProductWriter writer(path(half), identity_, of_row_.size(), genes_.size());
    for (std::size_t row = 0; row < of_row_.size(); ++row) {
      bool const whole = half == 0 && !halved(row);
      MomentTile tile{row, whole ? whole_row(row) : mean_row(row, half, tables.mean), {}, {}, {}};
      if (halving_.variance) tile.variance = chosen(row, half, tables.variance);
      writer.write(tile);
    }
    writer.finish();
  }

  HalvedScreen make(ProfileTables const& first, ProfileTables const& second) const {
    HalvedScreen out;
    out.second_mean = second.mean;
    out.first_variance = first.variance;
    out.second_variance = second.variance;
    auto rows = screen_.labels.rows();
    for (std::size_t row = 0; row < rows.size(); ++row) {
      out.second_cells.push_back(halved(row) ? cells(row, 1) : 0);
      if (halved(row)) rows[row].cells = cells(row, 0);
    }
    out.truth.name = screen_.name;
    out.truth.values = screen_.values;
    out.truth.genes = screen_.genes;
    out.truth.labels =
        Labels(screen_.labels.conditions(), screen_.labels.contexts(), std::move(rows));
    out.truth.mean = first.mean;
    return out;
  }

 private:
  bool halved(std::size_t row) const {
    return !screen_.labels.condition_of(row).is_control() && of_row_[row][0] != no_group &&
           of_row_[row][1] != no_group;
  }

  std::int64_t cells(std::size_t row, std::size_t half) const {
    return groups_.groups[static_cast<std::size_t>(of_row_[row][half])].cells;
  }

  std::filesystem::path path(int half) const {
    return cache_ / fmt::format("{}.{}.{}-half.profiles", percent_escape(data_.spec.name),
                                identity_.substr(0, 16), half == 0 ? "first" : "second");
  }

  Matrix nothing() const {
    return Matrix::Constant(1, static_cast<Eigen::Index>(genes_.size()),
                            std::numeric_limits<double>::quiet_NaN());
  }

  Matrix whole_row(std::size_t row) const {
    return ConstMatrixMap(screen_.profile(row).data(), 1, static_cast<Eigen::Index>(genes_.size()));
  }

  Matrix chosen(std::size_t row, int half, ProfileTable const& table) const {
    Matrix out = nothing();
    if (table.empty() || !halved(row)) return out;
    auto const group = static_cast<std::size_t>(of_row_[row][static_cast<std::size_t>(half)]);
    auto const values = table.row(group);
    for (std::size_t g = 0; g < genes_.size(); ++g)
      out(0, static_cast<Eigen::Index>(g)) = values[genes_[g]];
    return out;
  }

  /// With matched controls the screen's profile is the mean and a shift; a half gets that shift.
  Matrix mean_row(std::size_t row, int half, ProfileTable const& table) const {
    Matrix out = chosen(row, half, table);
    if (screen_.measured_mean.empty()) return out;
    auto const matched = screen_.profile(row), measured = screen_.measured_mean.row(row);
    for (std::size_t g = 0; g < genes_.size(); ++g)
      out(0, static_cast<Eigen::Index>(g)) += matched[g] - measured[g];
    return out;
  }

  Dataset const& data_;
  Screen const& screen_;
  std::vector<std::size_t> const& genes_;
  HalvingOptions halving_;
  std::filesystem::path const& cache_;
  std::string identity_;
  CellGroups groups_;
  std::vector<std::array<std::ptrdiff_t, 2>> of_row_;
};

}  // namespace

HalvedScreen prepare_halves(Dataset const& dataset, Screen const& screen,
                            std::vector<std::size_t> const& genes, HalvingOptions const& halving,
                            Communicator const& comm, std::filesystem::path const& cache,
                            MomentOptions const& options) {
  HalfBuilder const builder(dataset, screen, genes, halving, cache);
  auto first = builder.map(0, comm.root()), second = builder.map(1, comm.root());
  if (comm.any(!first || !second)) {
    auto const tables = group_profiles(dataset, builder.groups(), comm, cache, options);
    if (halving.variance && tables.variance.empty())
      throw InternalError("halves without variance where tests need it");
    agree(comm, [&] {
      if (!comm.root()) return;
      builder.write(0, tables);
      builder.write(1, tables);
    });
    first = builder.map(0, comm.root());
    second = builder.map(1, comm.root());
  }
  if (!first || !second)
    throw InternalError("the halves of " + dataset.spec.name + " cannot be mapped");
  return builder.make(*first, *second);
}

}  // namespace pertscale
