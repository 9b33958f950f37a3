#pragma once
#include <cstdint>
#include <cstring>
#include <vector>

#include "io/reader.hpp"
#include "parallel/byte_exchange.hpp"
#include "statistics/radix_sort.hpp"

namespace pertscale {

/// Calls f(group, gene, value) for every value other than 0 of a grouped cell.
template <class Visit>
void visit_grouped(MatrixBlock const& block, std::vector<std::int32_t> const& group_of_cell,
                   Visit&& f) {
  for (std::int64_t i = 0; i < block.count(); ++i) {
    auto const major = static_cast<std::size_t>(block.major(i));
    auto const begin = static_cast<std::size_t>(block.offsets[static_cast<std::size_t>(i)]);
    auto const end = static_cast<std::size_t>(block.offsets[static_cast<std::size_t>(i) + 1]);
    if (block.by_column) {
      for (std::size_t k = begin; k < end; ++k) {
        std::int32_t const group = group_of_cell[static_cast<std::size_t>(block.minor[k])];
        if (group >= 0 && block.values[k] != 0)
          f(static_cast<std::uint32_t>(group), major, block.values[k]);
      }
    } else if (std::int32_t const group = group_of_cell[major]; group >= 0) {
      for (std::size_t k = begin; k < end; ++k)
        if (block.values[k] != 0)
          f(static_cast<std::uint32_t>(group), static_cast<std::size_t>(block.minor[k]),
            block.values[k]);
    }
  }
}

/// Which rank gathers which genes in one round.
struct GeneOwners {
  std::vector<std::int32_t> owner;  ///< by gene of the matrix; -1: not in this round
  std::vector<std::int32_t> slot;   ///< number of the gene among those of its owner
  std::vector<std::size_t> count;   ///< genes of each rank
};

/// Values of some genes as they travel: counts of the owner's genes (32-bit), then key and group of
/// each value, gene by gene.
template <class Key>
class GenePieces {
 public:
  static constexpr std::size_t entry_bytes = sizeof(Key) + sizeof(std::uint32_t);

  GenePieces(GeneOwners const& owners, std::vector<std::int32_t> const& group_of_cell)
      : owners_(owners), group_of_cell_(group_of_cell) {}

  /// One piece for each rank of what a block holds.
  std::vector<ByteBuffer> cut(MatrixBlock const& block) const {
    std::vector<std::uint32_t> counts(owners_.owner.size(), 0);
    visit_grouped(block, group_of_cell_,
                  [&](std::uint32_t, std::size_t gene, double) { ++counts[gene]; });
    std::vector<ByteBuffer> out;
    std::vector<std::byte*> to(counts.size(), nullptr);
    std::vector<std::size_t> bytes(owners_.count.size());
    for (std::size_t rank = 0; rank < bytes.size(); ++rank)
      bytes[rank] = owners_.count[rank] * sizeof(std::uint32_t);
    for (std::size_t gene = 0; gene < counts.size(); ++gene)
      if (owners_.owner[gene] >= 0)
        bytes[static_cast<std::size_t>(owners_.owner[gene])] += counts[gene] * entry_bytes;
    for (auto const size : bytes) out.emplace_back(size);
    place(counts, out, to);
    visit_grouped(block, group_of_cell_, [&](std::uint32_t group, std::size_t gene, double value) {
      std::byte*& at = to[gene];
      if (at == nullptr) return;
      Key const key = key_of(value);
      std::memcpy(at, &key, sizeof key);
      std::memcpy(at + sizeof key, &group, sizeof group);
      at += entry_bytes;
    });
    return out;
  }

  static Key key_of(double value) {
    if constexpr (sizeof(Key) == 4)
      return ordered_bits(static_cast<float>(value));
    else
      return ordered_bits(value);
  }

 private:
  /// Counts go to the head of each piece; `to[gene]` is where its first entry goes.
  void place(std::vector<std::uint32_t> const& counts, std::vector<ByteBuffer>& pieces,
             std::vector<std::byte*>& to) const {
    std::vector<std::byte*> next(pieces.size());
    for (std::size_t rank = 0; rank < pieces.size(); ++rank)
      next[rank] = pieces[rank].data() + owners_.count[rank] * sizeof(std::uint32_t);
    for (std::size_t gene = 0; gene < counts.size(); ++gene) {
      if (owners_.owner[gene] < 0) continue;
      auto const rank = static_cast<std::size_t>(owners_.owner[gene]);
      std::memcpy(pieces[rank].data() +
                      static_cast<std::size_t>(owners_.slot[gene]) * sizeof(std::uint32_t),
                  &counts[gene], sizeof(std::uint32_t));
      to[gene] = next[rank];
      next[rank] += counts[gene] * entry_bytes;
    }
  }

  GeneOwners const& owners_;
  std::vector<std::int32_t> const& group_of_cell_;
};

/// The pieces that one rank has received of its genes.
template <class Key>
class GatheredGenes {
 public:
  explicit GatheredGenes(std::size_t genes) : genes_(genes) {}

  void add(ByteBuffer piece) {
    if (piece.size() <= genes_ * sizeof(std::uint32_t)) return;
    next_.push_back(piece.data() + genes_ * sizeof(std::uint32_t));
    pieces_.push_back(std::move(piece));
  }
  /// All values of the next gene. Call it for slots 0, 1, 2 ... in turn.
  void take(std::size_t slot, std::vector<RankEntry<Key>>& entries) {
    entries.clear();
    for (std::size_t p = 0; p < pieces_.size(); ++p) {
      std::uint32_t count = 0;
      std::memcpy(&count, pieces_[p].data() + slot * sizeof count, sizeof count);
      std::size_t const start = entries.size();
      entries.resize(start + count);
      std::byte const* from = next_[p];
      for (std::size_t i = 0; i < count; ++i, from += GenePieces<Key>::entry_bytes) {
        std::memcpy(&entries[start + i].key, from, sizeof(Key));
        std::memcpy(&entries[start + i].group, from + sizeof(Key), sizeof(std::uint32_t));
      }
      next_[p] = from;
    }
  }

 private:
  std::size_t genes_;
  std::vector<ByteBuffer> pieces_;
  std::vector<std::byte const*> next_;
};

}  // namespace pertscale
