#include "suite/dataset.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <set>

#include "core/hash.hpp"
#include "core/packing.hpp"
#include "core/text.hpp"
#include "suite/cell_labels.hpp"
#include "suite/dataset_parts.hpp"
#include "suite/shared_text.hpp"
#include "suite/store_keys.hpp"

namespace pertscale {

namespace {

constexpr std::uintmax_t whole_below = std::uintmax_t{64} << 20;
constexpr std::size_t sample_bytes = std::size_t{64} << 10;
constexpr int samples = 64;

std::string digest_of(std::string const& path, bool whole) {
  std::ifstream in(path, std::ios::binary);
  auto const size = std::filesystem::file_size(path);
  Sha256 hash;
  std::string block(whole ? std::size_t{1} << 20 : sample_bytes, '\0');
  if (whole) {
    while (in.read(block.data(), static_cast<std::streamsize>(block.size())) || in.gcount() > 0)
      hash.add(std::string_view(block.data(), static_cast<std::size_t>(in.gcount())));
    return hash.hex();
  }
  auto const changed = std::filesystem::last_write_time(path).time_since_epoch().count();
  hash.add_field(std::to_string(size)).add_field(std::to_string(changed));
  for (int i = 0; i < samples; ++i) {
    in.seekg(static_cast<std::streamoff>((size - sample_bytes) / (samples - 1) *
                                         static_cast<std::uintmax_t>(i)));
    in.read(block.data(), static_cast<std::streamsize>(block.size()));
    hash.add(block);
  }
  return hash.hex();
}

void check_sha256(DatasetSpec const& spec) {
  if (spec.sha256.empty()) return;
  std::string const found = digest_of(spec.path, true);
  if (found != spec.sha256)
    throw UserError(
        fmt::format("{}: sha256 is {}, but {} says {}; fetch the file anew or correct the key",
                    spec.path, found, spec.file, spec.sha256));
}

/// The keys that change numbers, not the names of files.
std::string spec_identity(DatasetSpec const& spec) {
  Sha256 hash;
  for (auto const& [key, value] : spec.echo()) {
    static std::set<std::string> const names_only{"name",   "path",   "part",      "source",
                                                  "sha256", "preset", "conditions"};
    bool const naming = names_only.contains(key) || (key == "genes" && value.starts_with("file:"));
    if (!naming) hash.add_field(key).add_field(value);
  }
  hash.add_field(spec.conditions.text).add_field(spec.gene_list.text);
  return hash.hex();
}

/// Of the content of every file, and of the keys.
std::string dataset_digest(Dataset const& dataset) {
  Sha256 hash;
  for (auto const& part : dataset.parts) {
    hash.add_field(content_digest(part.path));
    if (dataset.spec.contexts_by_part()) hash.add_field(part.context);
  }
  return hash.add_field(spec_identity(dataset.spec)).hex();
}

Dataset open_on_root(DatasetSpec const& spec) {
  Dataset dataset;
  dataset.spec = spec;
  auto const readers = open_parts(dataset);
  check_sha256(spec);
  skip_absent_columns(dataset, readers);
  read_genes(dataset, readers);
  label_cells(dataset, CellObs(dataset, readers));
  dataset.digest = dataset_digest(dataset);
  return dataset;
}

/// What opening may take out of a spec.
std::array<std::string DatasetSpec::*, 4> constexpr optional_columns{
    &DatasetSpec::context_column, &DatasetSpec::batch_column, &DatasetSpec::guide_column,
    &DatasetSpec::gene_column};

void put(Packer& p, MatrixInfo const& info) {
  p.put(info.layout).put(info.rows).put(info.columns).put(info.stored).put(info.integer);
  p.put(info.value_type).put(info.index_type).put(info.compression);
}

void take(Unpacker& u, MatrixInfo& info) {
  u.take(info.layout);
  u.take(info.rows);
  u.take(info.columns);
  u.take(info.stored);
  u.take(info.integer);
  u.take(info.value_type);
  u.take(info.index_type);
  u.take(info.compression);
}

std::string pack(Dataset const& d) {
  Packer p;
  p.put(d.digest).put(d.genes.names()).put(d.labels.contexts()).put(d.row_of_cell);
  p.put(d.weights).put(d.notes).put(d.labels.rows());
  p.put(static_cast<std::uint64_t>(d.labels.conditions().size()));
  for (auto const& condition : d.labels.conditions()) p.put(condition.name).put(condition.targets);
  for (auto const* column : {&d.batch, &d.guide, &d.replicate})
    p.put(column->names).put(column->code_of_cell);
  for (auto const column : optional_columns) p.put(d.spec.*column);
  put(p, d.info);
  p.put(static_cast<std::uint64_t>(d.parts.size()));
  for (auto const& part : d.parts) {
    p.put(part.path).put(part.context).put(part.first_row).put(part.gene_of_column);
    put(p, part.info);
  }
  return p.bytes();
}

Dataset unpack(DatasetSpec const& spec, std::string const& bytes) {
  Dataset d;
  d.spec = spec;
  Unpacker u(bytes);
  u.take(d.digest);
  d.genes = GeneTable(u.take<std::vector<std::string>>());
  auto contexts = u.take<std::vector<std::string>>();
  u.take(d.row_of_cell);
  u.take(d.weights);
  u.take(d.notes);
  auto rows = u.take<std::vector<LabelRow>>();
  std::vector<Condition> conditions(u.take<std::uint64_t>());
  for (auto& condition : conditions) {
    u.take(condition.name);
    u.take(condition.targets);
  }
  d.labels = Labels(std::move(conditions), std::move(contexts), std::move(rows));
  for (auto* column : {&d.batch, &d.guide, &d.replicate}) {
    u.take(column->names);
    u.take(column->code_of_cell);
  }
  for (auto const column : optional_columns) u.take(d.spec.*column);
  take(u, d.info);
  d.parts.resize(u.take<std::uint64_t>());
  for (auto& part : d.parts) {
    u.take(part.path);
    u.take(part.context);
    u.take(part.first_row);
    u.take(part.gene_of_column);
    take(u, part.info);
  }
  return d;
}

}  // namespace

std::size_t Dataset::part_number(std::int64_t row) const {
  auto const after = std::upper_bound(
      parts.begin(), parts.end(), row,
      [](std::int64_t at, DatasetPart const& part) { return at < part.first_row; });
  return static_cast<std::size_t>(after - parts.begin()) - 1;
}

std::string content_digest(std::string const& path) {
  return digest_of(path, std::filesystem::file_size(path) <= whole_below);
}

Dataset open_dataset(DatasetSpec const& spec, Communicator const& comm) {
  DatasetSpec whole = spec;
  take_store_keys(whole, comm);
  std::string const bytes = on_root(comm, [&] { return pack(open_on_root(whole)); });
  return unpack(whole, bytes);
}

Dataset open_dataset(std::string const& path, Communicator const& comm) {
  Mistakes mistakes;
  auto const spec = read_dataset_spec(
      path, [&](std::string const& file) { return shared_text(comm, file); }, mistakes);
  mistakes.raise();
  return open_dataset(spec, comm);
}

std::vector<Dataset> open_datasets(std::vector<DatasetSpec> const& specs,
                                   Communicator const& comm) {
  std::vector<Dataset> datasets;
  Mistakes mistakes;
  for (auto const& spec : specs) {
    try {
      datasets.push_back(open_dataset(spec, comm));
    } catch (UserError const& error) {
      mistakes.add(error);
    }
  }
  mistakes.raise();
  return datasets;
}

void refuse_own_files(Dataset const& dataset, std::filesystem::path const& target) {
  std::error_code ignored;
  auto const same = [&](std::string const& path) {
    return !path.empty() && std::filesystem::equivalent(target, path, ignored);
  };
  for (auto const& part : dataset.parts)
    if (same(part.path))
      throw UserError(fmt::format("{} is the screen itself; name another file", target.string()));
  auto const& spec = dataset.spec;
  for (auto const* path : {&spec.file, &spec.gene_list.path, &spec.conditions.path})
    if (same(*path))
      throw UserError(fmt::format("{} is a file that says what the screen is; name another file",
                                  target.string()));
}

}  // namespace pertscale
