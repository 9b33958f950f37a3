#include "suite/cell_source.hpp"

#include <algorithm>

namespace pertscale {

namespace {

/// Keeps the entries of a row block whose column is a gene of the screen, under the gene's number.
void map_columns(std::vector<std::int32_t> const& gene_of_column, MatrixBlock& block) {
  std::size_t to = 0, begin = 0;
  for (std::size_t i = 1; i < block.offsets.size(); ++i) {
    auto const end = static_cast<std::size_t>(block.offsets[i]);
    for (std::size_t k = begin; k < end; ++k) {
      std::int32_t const gene = gene_of_column[static_cast<std::size_t>(block.minor[k])];
      if (gene < 0) continue;
      block.minor[to] = gene;
      block.values[to++] = block.values[k];
    }
    begin = end;
    block.offsets[i] = static_cast<std::int64_t>(to);
  }
  block.minor.resize(to);
  block.values.resize(to);
}

/// Keeps the columns of a column block that are genes of the screen, under the genes' numbers.
void map_majors(std::vector<std::int32_t> const& gene_of_column, MatrixBlock& block) {
  std::vector<std::int64_t> offsets{0};
  std::size_t to = 0;
  for (std::int64_t i = 0; i < block.count(); ++i) {
    std::int32_t const gene = gene_of_column[static_cast<std::size_t>(block.first + i)];
    if (gene < 0) continue;
    auto const begin = static_cast<std::size_t>(block.offsets[static_cast<std::size_t>(i)]);
    auto const end = static_cast<std::size_t>(block.offsets[static_cast<std::size_t>(i) + 1]);
    for (std::size_t k = begin; k < end; ++k, ++to) {
      block.minor[to] = block.minor[k];
      block.values[to] = block.values[k];
    }
    block.majors.push_back(gene);
    offsets.push_back(static_cast<std::int64_t>(to));
  }
  block.minor.resize(to);
  block.values.resize(to);
  block.offsets = std::move(offsets);
}

}  // namespace

CellSource::CellSource(Dataset const& dataset, std::string const& matrix) : data_(dataset) {
  for (auto const& part : data_.parts) {
    readers_.push_back(open_screen(part.path));
    if (data_.spec.prediction) readers_.back()->accept_not_finite();
    readers_.back()->select(matrix.empty() ? data_.spec.matrix : matrix);
  }
}

std::vector<CellSlab> CellSource::slabs(std::uint64_t bytes) const {
  std::vector<CellSlab> out;
  for (std::size_t part = 0; part < readers_.size(); ++part)
    for (auto const& slab : readers_[part]->slabs(bytes)) out.push_back({part, slab});
  return out;
}

std::uint64_t CellSource::small_slab() const {
  std::uint64_t out = 0;
  for (auto const& reader : readers_) out = std::max(out, reader->info().small_slab());
  return out;
}

void CellSource::read_all_columns(CellSlab const& slab, MatrixBlock& block) const {
  block.majors.clear();
  readers_[slab.part]->read(slab.slab, block);
  std::int64_t const shift = data_.parts[slab.part].first_row;
  if (shift == 0) return;
  if (block.by_column)
    for (auto& row : block.minor) row += static_cast<std::int32_t>(shift);
  else
    block.first += shift;
}

void CellSource::read(CellSlab const& slab, MatrixBlock& block) const {
  read_all_columns(slab, block);
  auto const& gene_of_column = data_.parts[slab.part].gene_of_column;
  if (gene_of_column.empty()) return;
  if (block.by_column)
    map_majors(gene_of_column, block);
  else
    map_columns(gene_of_column, block);
}

std::size_t CellSource::files_with_layer(std::string const& name) const {
  return static_cast<std::size_t>(
      std::count_if(readers_.begin(), readers_.end(), [&](auto const& reader) {
        auto const layers = reader->layers();
        return std::find(layers.begin(), layers.end(), name) != layers.end();
      }));
}

}  // namespace pertscale
