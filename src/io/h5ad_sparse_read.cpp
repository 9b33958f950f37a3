#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/room.hpp"
#include "io/h5ad_sparse.hpp"
#include "io/number_sweeps.hpp"

namespace pertscale {

namespace {

constexpr std::uint64_t block_bytes_a_value = 12;
constexpr std::int64_t values_a_piece = 1 << 17;  // converted while they are in the L2 cache
constexpr std::uint64_t default_cache = std::uint64_t{1} << 20U;

/// The dataset's raw chunks, if a reader of `bytes` reads it so.
RawChunks* raw_within(CachedDataset const& dataset, std::uint64_t bytes) {
  RawChunks* const raw = dataset.raw();
  return raw != nullptr && raw->fits(bytes) ? raw : nullptr;
}

}  // namespace

/// A chunk that HDF5's default cache cannot hold would be decompressed again for every piece.
std::uint64_t SparseMatrix::cache(Hdf5Dataset const& dataset, std::uint64_t bytes) const {
  if (dataset.chunk().empty()) return 0;
  std::uint64_t const chunk = static_cast<std::uint64_t>(dataset.chunk()[0]) * dataset.type().bytes;
  return chunk > default_cache && chunk <= bytes / 4 ? chunk : 0;
}

std::uint64_t SparseMatrix::taken(CachedDataset const& dataset, std::uint64_t bytes) const {
  if (auto const* const raw = raw_within(dataset, bytes)) return raw->memory(bytes);
  return std::max(cache(dataset.now(), bytes), std::min(default_cache, bytes / 8));
}

/// Of the ends that fill the room by three quarters or more, one where a chunk begins, so that no
/// chunk is inflated for two slabs; else the last.
std::int64_t SparseMatrix::slab_end(std::int64_t first, std::int64_t last) const {
  auto const& chunk = values_.now().chunk();
  if (chunk.empty() || last == lines()) return last;
  auto const least = start(first) + (start(last) - start(first)) / 4 * 3;
  for (std::int64_t end = last; end > first && start(end) >= least; --end)
    if (start(end) % chunk[0] == 0) return end;
  return last;
}

std::vector<MatrixSlab> SparseMatrix::slabs(std::uint64_t bytes) const {
  std::uint64_t const used = taken(values_, bytes) + taken(indices_, bytes) +
                             std::min<std::uint64_t>(values_a_piece * 8, bytes / 8);
  std::uint64_t const room = bytes > used ? bytes - used : 0;
  bool const ahead =
      raw_within(values_, bytes) != nullptr || raw_within(indices_, bytes) != nullptr;
  std::uint64_t const blocks = ahead ? 2 : 1;  // one is prefetched while the other is worked on
  std::vector<MatrixSlab> out;
  std::int64_t first = 0;
  while (first < lines()) {
    std::int64_t last = first + 1;
    auto const need = [&](std::int64_t end) {
      auto const values = static_cast<std::uint64_t>(start(end) - start(first));
      return blocks *
             (values * block_bytes_a_value + static_cast<std::uint64_t>(end - first + 1) * 8);
    };
    while (last < lines() && need(last + 1) <= room) ++last;
    last = slab_end(first, last);
    out.push_back({first, last, start(last) - start(first), bytes});
    first = last;
  }
  return out;
}

void SparseMatrix::begin(MatrixSlab const& slab, MatrixBlock& block) const {
  block.by_column = by_column();
  block.first = slab.first;
  block.majors.clear();
  auto const from = starts_.begin() + slab.first;
  std::int64_t const first = *from;
  block.offsets.resize(static_cast<std::size_t>(slab.last - slab.first) + 1);
  std::transform(from, from + (slab.last - slab.first) + 1, block.offsets.begin(),
                 [first](std::int64_t start) { return start - first; });
  auto const stored = static_cast<std::size_t>(slab.stored);
  make_room(block.minor, stored);
  make_room(block.values, stored);
  block.minor.resize(stored);
  block.values.resize(stored);
  strange_ = false;
  if (auto* const raw = raw_within(indices_, slab.bytes))
    raw->start(
        first, slab.stored,
        [this, first, &block](ChunkPart const& part) {
          take_indices(part.values, part.first_row - first, part.rows, block);
        },
        slab.bytes);
  if (auto* const raw = raw_within(values_, slab.bytes))
    raw->start(
        first, slab.stored,
        [this, first, &block](ChunkPart const& part) {
          take_values(part.values, part.first_row - first, part.rows, block);
        },
        slab.bytes);
}

void SparseMatrix::complete(MatrixSlab const& slab, MatrixBlock& block) const {
  std::int64_t const first = start(slab.first);
  if (auto* const raw = raw_within(indices_, slab.bytes))
    raw->finish();
  else
    read_pieces(indices_, first, slab, [&](void const* from, std::int64_t at, std::int64_t count) {
      take_indices(from, at, count, block);
    });
  if (auto* const raw = raw_within(values_, slab.bytes))
    raw->finish();
  else
    read_pieces(values_, first, slab, [&](void const* from, std::int64_t at, std::int64_t count) {
      take_values(from, at, count, block);
    });
  check_lines(block);
  if (strange_) check_finite(block);
}

void SparseMatrix::abandon() const {
  pending_.reset();
  if (auto* const raw = indices_.raw()) raw->abandon();
  if (auto* const raw = values_.raw()) raw->abandon();
}

void SparseMatrix::prefetch(MatrixSlab const& slab) const {
  abandon();
  bool const raw = raw_within(values_, slab.bytes) != nullptr;
  if (!raw && raw_within(indices_, slab.bytes) == nullptr) {
    values_.now().will_read(start(slab.first), slab.stored);
    indices_.now().will_read(start(slab.first), slab.stored);
  } else if (reader_threads() > 1) {
    begin(slab, ahead_);
    pending_ = slab;
  }
}

void SparseMatrix::read(MatrixSlab const& slab, MatrixBlock& block) const {
  bool const ahead = pending_ && pending_->first == slab.first && pending_->last == slab.last &&
                     pending_->bytes == slab.bytes;
  if (!ahead) abandon();
  pending_.reset();
  try {
    if (!ahead) begin(slab, block);
    complete(slab, ahead ? ahead_ : block);
  } catch (...) {
    abandon();  // no thread may write to the block any longer
    throw;
  }
  if (ahead) std::swap(block, ahead_);
  if (slab.last == lines()) ahead_ = {};  // the caller may go on with another file
}

template <class Take>
void SparseMatrix::read_pieces(CachedDataset const& dataset, std::int64_t first,
                               MatrixSlab const& slab, Take&& take) const {
  auto const& opened = dataset.with_cache(cache(dataset.now(), slab.bytes));
  std::int64_t const most = std::min(values_a_piece, slab.stored);
  std::vector<char> buffer(static_cast<std::size_t>(most) * opened.type().bytes);
  for (std::int64_t at = 0; at < slab.stored; at += most) {
    std::int64_t const count = std::min(most, slab.stored - at);
    opened.read_rows(first + at, count, buffer.data());
    take(buffer.data(), at, count);
  }
}

void SparseMatrix::take_values(void const* from, std::int64_t at, std::int64_t count,
                               MatrixBlock& block) const {
  with_number_type(values_.type(), [&](auto example) {
    auto const* const numbers = static_cast<decltype(example) const*>(from);
    if (widen(numbers, count, block.values.data() + at)) strange_ = true;
  });
}

void SparseMatrix::take_indices(void const* from, std::int64_t at, std::int64_t count,
                                MatrixBlock& block) const {
  with_number_type(indices_.type(), [&](auto example) {
    auto const* const numbers = static_cast<decltype(example) const*>(from);
    std::int64_t const wrong = narrow(numbers, count, extent(), block.minor.data() + at);
    if (wrong < count)
      refuse_index(static_cast<std::int64_t>(numbers[wrong]), static_cast<std::size_t>(at + wrong),
                   block);
  });
}

void SparseMatrix::refuse_index(std::int64_t index, std::size_t at,
                                MatrixBlock const& block) const {
  auto const after =
      std::upper_bound(block.offsets.begin(), block.offsets.end(), static_cast<std::int64_t>(at));
  std::int64_t const line = block.first + (after - block.offsets.begin()) - 1;
  file_.refuse(fmt::format(
      "{} names {} {} in {} {} (counted from 0), but there are {} {}s; write "
      "the file anew with anndata.",
      indices_.now().name(), minor_word(), index, line_word(), line, extent(), minor_word()));
}

/// Lines in rising order have no repeats; the others are looked at one by one.
void SparseMatrix::check_lines(MatrixBlock const& block) const {
  std::vector<std::int32_t> last_seen;
  for (std::int64_t line = 0; line < block.count(); ++line) {
    auto const* const minor = block.minor.data();
    std::int64_t const end = block.offsets[static_cast<std::size_t>(line) + 1];
    std::int32_t steps = 0;  // its sign: one of the steps less 1 is negative
    for (std::int64_t k = block.offsets[static_cast<std::size_t>(line)] + 1; k < end; ++k)
      steps |= minor[k] - minor[k - 1] - 1;
    if (steps < 0) check_repeats(block, line, last_seen);
  }
}

void SparseMatrix::check_repeats(MatrixBlock const& block, std::int64_t line,
                                 std::vector<std::int32_t>& last_seen) const {
  last_seen.resize(static_cast<std::size_t>(extent()), -1);
  auto const at = static_cast<std::size_t>(line);
  for (std::int64_t k = block.offsets[at]; k < block.offsets[at + 1]; ++k) {
    std::int32_t const index = block.minor[static_cast<std::size_t>(k)];
    std::int32_t& seen = last_seen[static_cast<std::size_t>(index)];
    if (seen == static_cast<std::int32_t>(line))
      file_.refuse(
          fmt::format("{} names {} {} twice in {} {} (counted from 0); sum the duplicates "
                      "(X.sum_duplicates()) and write the file anew.",
                      indices_.now().name(), minor_word(), index, line_word(), block.first + line));
    seen = static_cast<std::int32_t>(line);
  }
}

}  // namespace pertscale
