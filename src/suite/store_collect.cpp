#include "suite/store_collect.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "suite/store_records.hpp"

namespace pertscale {

CellCollector::CellCollector(SortPlan const& plan, ScatteredCells const& cells,
                             std::vector<std::int64_t> const& offsets, int ranks)
    : plan_(plan),
      offsets_(offsets),
      first_extent_(plan.buckets + 1, 0),
      sorted_(cells.extents),
      reader_([&] {
        std::vector<std::filesystem::path> files;
        for (int rank = 0; rank < ranks; ++rank) files.push_back(plan.file(rank));
        return files;
      }()) {
  std::sort(sorted_.begin(), sorted_.end(), [](BucketExtent const& a, BucketExtent const& b) {
    return std::tie(a.bucket, a.order, a.file, a.offset) <
           std::tie(b.bucket, b.order, b.file, b.offset);
  });
  for (auto const& extent : sorted_) ++first_extent_[static_cast<std::size_t>(extent.bucket) + 1];
  std::partial_sum(first_extent_.begin(), first_extent_.end(), first_extent_.begin());
}

std::size_t CellCollector::bucket_of(std::int64_t cell) const {
  return static_cast<std::size_t>(
      cell / plan_.bucket_cells(static_cast<std::int64_t>(offsets_.size()) - 1));
}

namespace {

/// Puts records where they belong among the genes and values of a range of cells.
template <class Value>
class Placer {
 public:
  Placer(std::int64_t first, std::int64_t last, std::vector<std::int64_t> const& offsets)
      : first_(first), last_(last), offsets_(offsets) {
    taken_.assign(static_cast<std::size_t>(last - first), 0);
  }

  void place(RecordView const& record, std::int32_t* genes, Value* values) {
    auto const& head = record.head();
    if (head.of_gene != 0) {
      place_gene(record, genes, values);
    } else if (head.major >= first_ && head.major < last_) {
      auto const at = start(head.major);
      record.copy(genes + at, values + at);
    }
  }

 private:
  std::int64_t start(std::int64_t cell) const {
    return offsets_[static_cast<std::size_t>(cell)] - offsets_[static_cast<std::size_t>(first_)];
  }

  void place_gene(RecordView const& record, std::int32_t* genes, Value* values) {
    for (std::int32_t k = 0; k < record.head().count; ++k) {
      std::int64_t const cell = record.minor(k);
      if (cell < first_ || cell >= last_) continue;
      auto const at = start(cell) + taken_[static_cast<std::size_t>(cell - first_)]++;
      genes[at] = static_cast<std::int32_t>(record.head().major);
      values[at] = record.value<Value>(k);
    }
  }

  std::int64_t first_, last_;
  std::vector<std::int64_t> const& offsets_;
  std::vector<std::int32_t> taken_;  ///< values of each cell that came gene by gene
};

/// Genes of one cell into rising order, with their values.
template <class Value>
void sort_cell(std::span<std::int32_t> genes, std::span<Value> values) {
  if (std::is_sorted(genes.begin(), genes.end())) return;
  std::vector<std::pair<std::int32_t, Value>> both;
  both.reserve(genes.size());
  for (std::size_t k = 0; k < genes.size(); ++k) both.emplace_back(genes[k], values[k]);
  std::sort(both.begin(), both.end(),
            [](auto const& a, auto const& b) { return a.first < b.first; });
  for (std::size_t k = 0; k < genes.size(); ++k) std::tie(genes[k], values[k]) = both[k];
}

}  // namespace

template <class Value>
void CellCollector::collect(std::int64_t first, std::int64_t last, std::vector<std::int32_t>& genes,
                            std::vector<Value>& values) {
  auto const begin = offsets_[static_cast<std::size_t>(first)];
  auto const size = static_cast<std::size_t>(offsets_[static_cast<std::size_t>(last)] - begin);
  genes.resize(size);
  values.resize(size);
  if (first == last) return;
  Placer<Value> placer(first, last, offsets_);
  for (std::size_t e = first_extent_[bucket_of(first)]; e < first_extent_[bucket_of(last - 1) + 1];
       ++e) {
    auto const bytes = reader_.read(sorted_[e], buffer_);
    for (std::size_t at = 0; at < bytes.size();) {
      RecordView const record(bytes.data() + at);
      placer.place(record, genes.data(), values.data());
      at += record.bytes();
    }
  }
  for (std::int64_t cell = first; cell < last; ++cell) {
    auto const at = static_cast<std::size_t>(offsets_[static_cast<std::size_t>(cell)] - begin);
    auto const end = static_cast<std::size_t>(offsets_[static_cast<std::size_t>(cell) + 1] - begin);
    sort_cell(std::span(genes).subspan(at, end - at), std::span(values).subspan(at, end - at));
  }
}

template void CellCollector::collect<float>(std::int64_t, std::int64_t, std::vector<std::int32_t>&,
                                            std::vector<float>&);
template void CellCollector::collect<double>(std::int64_t, std::int64_t, std::vector<std::int32_t>&,
                                             std::vector<double>&);

}  // namespace pertscale
