#include "suite/group_profiles.hpp"

#include <fmt/format.h>

#include "core/hash.hpp"
#include "core/text.hpp"
#include "suite/store_product.hpp"

namespace pertscale {

namespace {

/// Of the cells in each group: two partitions of one name never share a product.
std::string groups_identity(Dataset const& dataset, CellGroups const& groups) {
  Sha256 hash;
  hash.add_field(dataset.digest).add_field(groups.name);
  hash.add(std::string_view(reinterpret_cast<char const*>(groups.group_of_cell.data()),
                            groups.group_of_cell.size() * sizeof(std::int32_t)));
  return hash.hex();
}

}  // namespace

ProfileTables group_profiles(Dataset const& dataset, CellGroups const& groups,
                             Communicator const& comm, std::filesystem::path const& cache,
                             MomentOptions const& options) {
  auto const identity = groups_identity(dataset, groups);
  auto const path = cache / fmt::format("{}.{}.{}.profiles", percent_escape(dataset.spec.name),
                                        percent_escape(groups.name), identity.substr(0, 16));
  auto const map = [&] {
    return map_profile_product(path, identity, groups.groups.size(), dataset.genes.size(),
                               comm.root());
  };
  auto tables = map();
  if (!comm.any(!tables)) return *tables;
  std::optional<ProfileProductWriter> writer;
  agree(comm, [&] {
    if (comm.root()) writer.emplace(path, identity, groups.groups.size(), dataset.genes.size());
  });
  auto const write = [&](MomentTile const& tile) { writer->write(tile); };
  bool const kept =
      on_root(comm, [&] { return has_store_halves(dataset, groups) ? "yes" : "no"; }) == "yes";
  if (!kept) stream_group_moments(dataset, groups, comm, options, write);
  agree(comm, [&] {
    if (!comm.root()) return;
    if (kept) read_store_halves(dataset, groups, options, write);
    writer->finish();
  });
  tables = map();
  if (!tables) throw InternalError(path.string() + " cannot be mapped");
  return *tables;
}

}  // namespace pertscale
