#include "io/simulator_blocks.hpp"

#include <array>
#include <cmath>
#include <cstring>

namespace pertscale {

namespace {

template <class T>
std::byte* put(std::byte* to, std::span<T const> values) {
  if (!values.empty()) std::memcpy(to, values.data(), values.size_bytes());
  return to + values.size_bytes();
}

template <class T>
std::span<std::byte const> take(std::span<std::byte const> from, std::size_t count,
                                std::vector<T>& out) {
  out.resize(count);
  if (count > 0) std::memcpy(out.data(), from.data(), count * sizeof(T));
  return from.subspan(count * sizeof(T));
}

}  // namespace

std::vector<std::byte> pack(SparseBlock const& block) {
  std::array<std::int64_t, 3> const header{block.first,
                                           static_cast<std::int64_t>(block.offsets.size()),
                                           static_cast<std::int64_t>(block.values.size())};
  std::vector<std::byte> out(sizeof header + block.offsets.size() * 8 + block.values.size() * 8);
  std::byte* to = put<std::int64_t>(out.data(), header);
  to = put<std::int64_t>(to, block.offsets);
  to = put<std::int32_t>(to, block.minor);
  put<float>(to, block.values);
  return out;
}

SparseBlock unpack(std::span<std::byte const> bytes) {
  std::vector<std::int64_t> header;
  SparseBlock block;
  bytes = take(bytes, 3, header);
  block.first = header[0];
  bytes = take(bytes, static_cast<std::size_t>(header[1]), block.offsets);
  bytes = take(bytes, static_cast<std::size_t>(header[2]), block.minor);
  take(bytes, static_cast<std::size_t>(header[2]), block.values);
  return block;
}

std::vector<float> dense_rows(SparseBlock const& block, std::int64_t genes) {
  std::vector<float> out(static_cast<std::size_t>(block.count() * genes));
  for (std::int64_t row = 0; row < block.count(); ++row) {
    auto const end = static_cast<std::size_t>(block.offsets[static_cast<std::size_t>(row) + 1]);
    for (auto k = static_cast<std::size_t>(block.offsets[static_cast<std::size_t>(row)]); k < end;
         ++k)
      out[static_cast<std::size_t>(row * genes + block.minor[k])] = block.values[k];
  }
  return out;
}

void lognormalise(SparseBlock& rows, std::span<std::int64_t const> totals) {
  for (std::size_t row = 0; row + 1 < rows.offsets.size(); ++row) {
    auto const end = static_cast<std::size_t>(rows.offsets[row + 1]);
    double const scale = 1e4 / static_cast<double>(totals[row]);
    for (auto k = static_cast<std::size_t>(rows.offsets[row]); k < end; ++k)
      rows.values[k] = static_cast<float>(std::log1p(static_cast<double>(rows.values[k]) * scale));
  }
}

std::vector<std::int64_t> row_totals(SparseBlock const& rows) {
  std::vector<std::int64_t> totals(rows.offsets.size() - 1);
  for (std::size_t row = 0; row < totals.size(); ++row) {
    auto const end = static_cast<std::size_t>(rows.offsets[row + 1]);
    for (auto k = static_cast<std::size_t>(rows.offsets[row]); k < end; ++k)
      totals[row] += static_cast<std::int64_t>(rows.values[k]);
  }
  return totals;
}

ColumnCollector::ColumnCollector(CellSimulator::Genes genes)
    : genes_(genes),
      rows_(static_cast<std::size_t>(genes.last - genes.first)),
      values_(rows_.size()) {}

void ColumnCollector::add(SparseBlock const& rows) {
  for (std::size_t row = 0; row + 1 < rows.offsets.size(); ++row) {
    auto const end = static_cast<std::size_t>(rows.offsets[row + 1]);
    for (auto k = static_cast<std::size_t>(rows.offsets[row]); k < end; ++k) {
      auto const gene = static_cast<std::size_t>(rows.minor[k] - genes_.first);
      rows_[gene].push_back(static_cast<std::int32_t>(rows.first + static_cast<std::int64_t>(row)));
      values_[gene].push_back(rows.values[k]);
    }
  }
}

SparseBlock ColumnCollector::columns() const {
  SparseBlock out;
  out.first = genes_.first;
  for (std::size_t gene = 0; gene < rows_.size(); ++gene) {
    out.minor.insert(out.minor.end(), rows_[gene].begin(), rows_[gene].end());
    out.values.insert(out.values.end(), values_[gene].begin(), values_[gene].end());
    out.offsets.push_back(static_cast<std::int64_t>(out.values.size()));
  }
  return out;
}

}  // namespace pertscale
