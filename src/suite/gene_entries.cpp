#include "suite/gene_entries.hpp"

#include <algorithm>
#include <chrono>

#include "parallel/phase_meter.hpp"
#include "suite/gene_pieces.hpp"

namespace pertscale {

namespace {

template <class Key>
class GeneRanker {
 public:
  GeneRanker(EntrySource const& source, RankingPlan const& plan, Communicator const& comm,
             RankedGene const& sink)
      : source_(source),
        plan_(plan),
        comm_(comm),
        sink_(sink),
        sums_(plan.design, plan.options),
        place_(source.genes, -1) {
    for (std::size_t i = 0; i < plan_.genes.size(); ++i)
      place_[plan_.genes[i]] = static_cast<std::int64_t>(i);
  }

  RankingReport run() {
    if (source_.whole_columns)
      rank_columns();
    else
      for (auto const& genes : cut_rounds()) rank_round(genes);
    report_.gather_seconds = comm_.max(report_.gather_seconds);
    report_.test_seconds = comm_.max(report_.test_seconds);
    return report_;
  }

 private:
  std::size_t ranks() const { return static_cast<std::size_t>(comm_.size()); }
  /// The same on every rank: all take part in every exchange.
  std::size_t steps() const { return (source_.slabs + ranks() - 1) / ranks(); }

  bool read_own(std::size_t step) {
    std::size_t const slab = step * ranks() + static_cast<std::size_t>(comm_.rank());
    if (slab >= source_.slabs) return false;
    source_.read(slab, block_);
    return true;
  }

  void rank_columns() {
    ++report_.passes;
    agree(comm_, [&] {
      auto start = std::chrono::steady_clock::now();
      std::vector<RankEntry<Key>> entries;
      for (std::size_t step = 0; read_own(step); ++step) {
        report_.gather_seconds += seconds_since(start);
        start = std::chrono::steady_clock::now();
        rank_block(entries);
        report_.test_seconds += seconds_since(start);
        start = std::chrono::steady_clock::now();
      }
    });
  }

  void rank_block(std::vector<RankEntry<Key>>& entries) {
    for (std::int64_t i = 0; i < block_.count(); ++i) {
      std::int64_t const place = place_[static_cast<std::size_t>(block_.major(i))];
      if (place < 0) continue;
      auto const begin = static_cast<std::size_t>(block_.offsets[static_cast<std::size_t>(i)]);
      auto const end = static_cast<std::size_t>(block_.offsets[static_cast<std::size_t>(i) + 1]);
      entries.clear();
      for (std::size_t k = begin; k < end; ++k) {
        std::int32_t const group = source_.group_of_cell[static_cast<std::size_t>(block_.minor[k])];
        if (group >= 0 && block_.values[k] != 0)
          entries.push_back(
              {GenePieces<Key>::key_of(block_.values[k]), static_cast<std::uint32_t>(group)});
      }
      sums_.rank(entries);
      sink_(static_cast<std::size_t>(place), sums_);
    }
  }

  /// Values that a round may hold, over all ranks.
  std::uint64_t capacity() const {
    return std::max<std::uint64_t>(1, plan_.memory / 8 * 5 / GenePieces<Key>::entry_bytes) *
           ranks();
  }

  /// Genes of each round. One round where all values are known to fit; else by counting them.
  std::vector<std::vector<std::size_t>> cut_rounds() {
    if (source_.most <= capacity()) return {plan_.genes};
    auto const counts = count_values();
    std::vector<std::vector<std::size_t>> rounds(1);
    std::uint64_t held = 0;
    for (auto const gene : plan_.genes) {
      auto const here = static_cast<std::uint64_t>(counts[gene]);
      if (!rounds.back().empty() && held + here > capacity()) {
        rounds.emplace_back();
        held = 0;
      }
      rounds.back().push_back(gene);
      held += here;
    }
    return rounds;
  }

  std::vector<std::int64_t> count_values() {
    ++report_.passes;
    std::vector<std::int64_t> counts(source_.genes, 0);
    auto const start = std::chrono::steady_clock::now();
    agree(comm_, [&] {
      for (std::size_t step = 0; read_own(step); ++step)
        visit_grouped(block_, source_.group_of_cell,
                      [&](std::uint32_t, std::size_t gene, double) { ++counts[gene]; });
    });
    report_.gather_seconds += seconds_since(start);
    comm_.sum(counts);
    return counts;
  }

  /// Genes are dealt out in turn: neighbours, often alike, go to different ranks.
  GeneOwners deal(std::vector<std::size_t> const& genes) const {
    GeneOwners owners;
    owners.owner.assign(source_.genes, -1);
    owners.slot.assign(source_.genes, 0);
    owners.count.assign(ranks(), 0);
    for (std::size_t i = 0; i < genes.size(); ++i) {
      std::size_t const rank = i % ranks();
      owners.owner[genes[i]] = static_cast<std::int32_t>(rank);
      owners.slot[genes[i]] = static_cast<std::int32_t>(owners.count[rank]++);
    }
    return owners;
  }

  /// Pieces of the next slabs for every rank; empty ones where this rank has no more slabs.
  void cut_batch(std::size_t step, GenePieces<Key> const& pieces,
                 std::vector<std::vector<ByteBuffer>>& outgoing) {
    for (std::size_t i = 0; i < source_.batch; ++i) {
      auto cut = std::vector<ByteBuffer>(ranks());
      if (read_own(step + i)) cut = pieces.cut(block_);
      for (std::size_t rank = 0; rank < ranks(); ++rank)
        outgoing[rank].push_back(std::move(cut[rank]));
    }
  }

  void rank_round(std::vector<std::size_t> const& genes) {
    ++report_.rounds;
    ++report_.passes;
    auto start = std::chrono::steady_clock::now();
    auto const owners = deal(genes);
    auto const self = static_cast<std::size_t>(comm_.rank());
    GatheredGenes<Key> gathered(owners.count[self]);
    GenePieces<Key> const pieces(owners, source_.group_of_cell);
    for (std::size_t step = 0; step < steps(); step += source_.batch) {
      std::vector<std::vector<ByteBuffer>> outgoing(ranks());
      agree(comm_, [&] { cut_batch(step, pieces, outgoing); });
      for (auto& piece : exchange(comm_, std::move(outgoing))) gathered.add(std::move(piece));
    }
    report_.gather_seconds += seconds_since(start);
    start = std::chrono::steady_clock::now();
    agree(comm_, [&] {
      std::vector<RankEntry<Key>> entries;
      std::size_t slot = 0;
      for (std::size_t i = self; i < genes.size(); i += ranks()) {
        gathered.take(slot++, entries);
        sums_.rank(entries);
        sink_(static_cast<std::size_t>(place_[genes[i]]), sums_);
      }
    });
    report_.test_seconds += seconds_since(start);
  }

  EntrySource const& source_;
  RankingPlan const& plan_;
  Communicator const& comm_;
  RankedGene const& sink_;
  RankSums sums_;
  std::vector<std::int64_t> place_;  ///< of a gene among the plan's; -1: not asked for
  MatrixBlock block_;
  RankingReport report_;
};

}  // namespace

RankingReport rank_genes(EntrySource const& source, RankingPlan const& plan,
                         Communicator const& comm, RankedGene const& sink) {
  if (source.narrow) return GeneRanker<std::uint32_t>(source, plan, comm, sink).run();
  return GeneRanker<std::uint64_t>(source, plan, comm, sink).run();
}

}  // namespace pertscale
