#include "io/store_file.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "io/crc32.hpp"
#include "io/h5ad_matrix.hpp"
#include "io/store_seal.hpp"

namespace pertscale {

namespace {

std::string in_store(std::string const& name) { return std::string(store_group) + "/" + name; }

std::string cells_of(char const* dataset, StorePiece const& piece) {
  return fmt::format("{}, cells {} to {}", dataset, piece.first_cell, piece.last_cell);
}

/// The file, once its seal has been looked at.
Hdf5File sealed(std::string const& path) {
  check_seal(path);
  return Hdf5File(path);
}

}  // namespace

bool is_store(std::string const& path) {
  if (has_seal(path)) return true;
  try {
    return Hdf5File(path).kind(store_group) == Hdf5File::Kind::group;
  } catch (UserError const&) {
    return false;  // the reader of h5ad files says what is wrong with it
  }
}

StoreFile::StoreFile(std::string const& path, StoreShape shape, std::vector<StorePiece> pieces,
                     std::vector<std::int64_t> moment_crcs)
    : file_(path),
      shape_(std::move(shape)),
      pieces_(std::move(pieces)),
      moment_crcs_(std::move(moment_crcs)),
      values_(file_, "X/data"),
      genes_(file_, "X/indices") {
  open_moments();
}

StoreFile::StoreFile(std::string const& path)
    : file_(sealed(path)), values_(file_, "X/data"), genes_(file_, "X/indices") {
  auto const version = Hdf5Dataset(file_, in_store("version")).integers();
  if (version != std::vector{store_version})
    refuse_store(path, fmt::format("the store has version {}, this program reads version {}",
                                   version.empty() ? 0 : version.front(), store_version));
  auto const sides = file_.integers("X", "shape").value_or(std::vector<std::int64_t>(2));
  shape_.genes = sides.back();
  shape_.values = values_.type().bytes == 4 ? NumberType::float32 : NumberType::float64;
  shape_.counts = Hdf5Dataset(file_, in_store("counts")).integers() == std::vector<std::int64_t>{1};
  shape_.offsets = Hdf5Dataset(file_, "X/indptr").integers();
  read_groups();
  read_pieces();
  moment_crcs_ = Hdf5Dataset(file_, in_store("moments/crc32")).integers();
  open_moments();
}

void StoreFile::open_moments() {
  for (auto const* name : store_moment_names)
    moments_.emplace_back(file_, in_store(std::string("moments/") + name));
}

void StoreFile::read_groups() {
  auto const column = [&](char const* name) {
    return Hdf5Dataset(file_, in_store(std::string("groups/") + name));
  };
  auto const conditions = column("condition").texts(), contexts = column("context").texts();
  auto const first_cell = column("first_cell").integers(), cells = column("cells").integers();
  auto const library_size = column("library_size").integers();
  for (std::size_t g = 0; g < conditions.size(); ++g)
    shape_.groups.push_back({conditions[g], contexts[g], first_cell[g], cells[g], library_size[g]});
}

void StoreFile::read_pieces() {
  auto const column = [&](char const* name) {
    return Hdf5Dataset(file_, in_store(std::string("pieces/") + name)).integers();
  };
  auto first_cell = column("first_cell");
  auto const data = column("data_crc32"), indices = column("indices_crc32");
  first_cell.push_back(shape_.cells());
  for (std::size_t p = 0; p < data.size(); ++p) {
    std::int64_t const first = first_cell[p], last = first_cell[p + 1];
    std::int64_t const begin = shape_.offsets[static_cast<std::size_t>(first)];
    std::int64_t const end = shape_.offsets[static_cast<std::size_t>(last)];
    pieces_.push_back({first, last, begin, end - begin, static_cast<std::uint32_t>(data[p]),
                       static_cast<std::uint32_t>(indices[p])});
  }
}

std::string StoreFile::text(std::string const& name) const {
  if (!file_.has(in_store(name))) throw InternalError(path() + " lacks the text " + name);
  auto const texts = Hdf5Dataset(file_, in_store(name)).texts();
  return texts.empty() ? std::string() : texts.front();
}

double StoreFile::number(std::string const& name) const {
  if (!file_.has(in_store(name))) throw InternalError(path() + " lacks the number " + name);
  return Hdf5Dataset(file_, in_store(name)).numbers().front();
}

template <class Name>
void StoreFile::check(std::span<std::byte const> bytes, std::uint32_t crc, Name&& name) const {
  if (crc32_of(bytes) != crc) refuse_store(path(), name() + " is damaged (its checksum differs)");
}

std::size_t StoreFile::piece_of(std::int64_t cell) const {
  auto const after = std::upper_bound(
      pieces_.begin(), pieces_.end(), cell,
      [](std::int64_t wanted, StorePiece const& piece) { return wanted < piece.first_cell; });
  return static_cast<std::size_t>(after - pieces_.begin()) - 1;
}

void StoreFile::read(std::size_t first, std::size_t last, MatrixBlock& block) const {
  block.by_column = false;
  block.majors.clear();
  block.offsets.assign(1, 0);
  block.first = first < last ? pieces_[first].first_cell : 0;
  std::int64_t count = 0;
  for (std::size_t p = first; p < last; ++p) count += pieces_[p].values;
  block.values.resize(static_cast<std::size_t>(count));
  block.minor.resize(static_cast<std::size_t>(count));
  std::int64_t at = 0;
  for (std::size_t p = first; p < last; ++p) {
    auto const& piece = pieces_[p];
    auto const size = static_cast<std::size_t>(piece.values);
    read_values(piece, std::span(block.values).subspan(static_cast<std::size_t>(at), size));
    read_genes(piece, std::span(block.minor).subspan(static_cast<std::size_t>(at), size));
    for (std::int64_t cell = piece.first_cell; cell < piece.last_cell; ++cell)
      block.offsets.push_back(at + shape_.offsets[static_cast<std::size_t>(cell) + 1] -
                              piece.first_value);
    at += piece.values;
  }
}

void StoreFile::verify(std::size_t part, std::size_t parts) const {
  MatrixBlock block;
  for (std::size_t p = part; p < pieces_.size(); p += parts) read(p, p + 1, block);
  for (std::size_t group = part; group < shape_.groups.size(); group += parts)
    verify_moments(group);
}

void StoreFile::verify_moments(std::size_t group) const {
  std::vector<std::byte> row(static_cast<std::size_t>(shape_.genes) * sizeof(double));
  for (std::size_t t = 0; t < store_moment_names.size(); ++t)
    read_rows(static_cast<StoreMoment>(t), static_cast<std::int64_t>(group), row);
}

void StoreFile::read_values(StorePiece const& piece, std::span<double> out) const {
  auto const name = [&] { return cells_of("X/data", piece); };
  if (shape_.values == NumberType::float64) {
    values_.read_rows(piece.first_value, piece.values, out.data());
    check(std::as_bytes(out), piece.data_crc, name);
    return;
  }
  std::vector<float> narrow(out.size());
  values_.read_rows(piece.first_value, piece.values, narrow.data());
  check(std::as_bytes(std::span(narrow)), piece.data_crc, name);
  std::copy(narrow.begin(), narrow.end(), out.begin());
}

void StoreFile::read_genes(StorePiece const& piece, std::span<std::int32_t> out) const {
  genes_.read_rows(piece.first_value, piece.values, out.data());
  check(std::as_bytes(out), piece.indices_crc, [&] { return cells_of("X/indices", piece); });
}

void StoreFile::read_rows(StoreMoment table, std::int64_t first, std::span<std::byte> out) const {
  auto const t = static_cast<std::size_t>(table);
  auto const row_bytes = static_cast<std::size_t>(shape_.genes) * sizeof(double);
  auto const rows = static_cast<std::int64_t>(out.size() / std::max<std::size_t>(1, row_bytes));
  moments_[t].read_rows(first, rows, out.data());
  for (std::int64_t r = 0; r < rows; ++r) {
    auto const row = out.subspan(static_cast<std::size_t>(r) * row_bytes, row_bytes);
    auto const crc = static_cast<std::size_t>(first + r) * store_moment_names.size() + t;
    check(row, static_cast<std::uint32_t>(moment_crcs_[crc]), [&] {
      return fmt::format("row {} of the moments `{}`", first + r, store_moment_names[t]);
    });
  }
}

Matrix StoreFile::moments(StoreMoment table, std::int64_t first, std::int64_t last) const {
  if (table == StoreMoment::raw_sum && shape_.counts)
    throw InternalError("sums of counts are integers");
  Matrix out(last - first, shape_.genes);
  read_rows(table, first,
            std::as_writable_bytes(std::span(out.data(), static_cast<std::size_t>(out.size()))));
  return out;
}

std::vector<std::int64_t> StoreFile::count_sums(std::int64_t first, std::int64_t last) const {
  if (!shape_.counts) throw InternalError("sums of values are no integers");
  std::vector<std::int64_t> out(static_cast<std::size_t>((last - first) * shape_.genes));
  read_rows(StoreMoment::raw_sum, first, std::as_writable_bytes(std::span(out)));
  return out;
}

}  // namespace pertscale
