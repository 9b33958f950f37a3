// RANKS 1 2 3 4
#include "suite/gene_entries.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>

#include "core/random.hpp"
#include "suite/de_cells.hpp"

using namespace pertscale;

namespace {

constexpr std::size_t cells = 90, genes = 37, slab_cells = 7;

/// A made matrix; row 0 of Labels is control, one cell in nine is left out.
struct Made {
  std::vector<std::vector<double>> values;  ///< by cell and gene
  EntrySource source;
  RankingPlan plan;

  explicit Made(bool by_column) {
    RandomStream random(1, "entries");
    values.assign(cells, std::vector<double>(genes, 0));
    for (auto& cell : values)
      for (auto& value : cell)
        if (random.below(3) == 0) value = static_cast<float>(0.5 + random.uniform());
    plan.design = {{{0, 0, 0, true}, {1, 0, 0, false}, {2, 0, 0, false}}, 3, 1};
    for (std::size_t cell = 0; cell < cells; ++cell) {
      auto const group = cell % 9 == 0 ? -1 : static_cast<std::int32_t>(cell % 3);
      source.group_of_cell.push_back(group);
      if (group >= 0) ++plan.design.groups[static_cast<std::size_t>(group)].cells;
    }
    for (std::size_t gene = 0; gene < genes; gene += 2) plan.genes.push_back(gene);
    source.genes = genes;
    source.narrow = true;
    source.most = cells * genes;
    source.whole_columns = by_column;
    std::size_t const majors = by_column ? genes : cells;
    source.slabs = (majors + slab_cells - 1) / slab_cells;
    source.read = [this, by_column, majors](std::size_t slab, MatrixBlock& block) {
      block = {};
      block.by_column = by_column;
      block.first = static_cast<std::int64_t>(slab * slab_cells);
      block.offsets = {0};
      for (std::size_t i = slab * slab_cells; i < std::min((slab + 1) * slab_cells, majors); ++i) {
        for (std::size_t k = 0; k < (by_column ? cells : genes); ++k) {
          block.minor.push_back(static_cast<std::int32_t>(k));
          block.values.push_back(by_column ? values[k][i] : values[i][k]);  // zeros too
        }
        block.offsets.push_back(static_cast<std::int64_t>(block.values.size()));
      }
    };
  }

  /// z of rows 1 and 2 for every second gene, from all ranks; each gene is ranked once.
  std::vector<std::int64_t> scores(RankingReport& report) const {
    auto const comm = Communicator::world();
    std::vector<std::int64_t> out(3 * plan.genes.size(), 0);
    report = rank_genes(source, plan, comm, [&](std::size_t place, RankSums const& sums) {
      ++out[3 * place];
      for (std::size_t row : {1, 2})
        out[3 * place + row] = __builtin_bit_cast(std::int64_t, sums.test(row).score);
    });
    comm.sum(out);
    return out;
  }

  /// The same, one gene at a time without any exchange.
  std::vector<std::int64_t> plain() const {
    std::vector<std::int64_t> out;
    RankSums sums(plan.design, plan.options);
    for (auto const gene : plan.genes) {
      std::vector<RankEntry<std::uint64_t>> entries;
      for (std::size_t cell = 0; cell < cells; ++cell)
        if (source.group_of_cell[cell] >= 0 && values[cell][gene] != 0)
          entries.push_back({ordered_bits(values[cell][gene]),
                             static_cast<std::uint32_t>(source.group_of_cell[cell])});
      sums.rank(entries);
      out.push_back(1);
      for (std::size_t row : {1, 2})
        out.push_back(__builtin_bit_cast(std::int64_t, sums.test(row).score));
    }
    return out;
  }
};

}  // namespace

TEST_CASE("every gene is ranked once, from all of its values, whatever the rounds") {
  Made made(false);
  auto const expected = made.plain();
  for (bool const narrow : {true, false})
    for (std::uint64_t const memory : {1U << 30, 8000U, 2000U, 1U}) {
      made.source.narrow = narrow;
      made.source.batch = narrow ? 1 : 3;
      made.plan.memory = memory;
      RankingReport report;

      auto const found = made.scores(report);

      CHECK(found == expected);
      bool const at_once = memory == 1U << 30;
      if (at_once) CHECK(report.rounds == 1);
      CHECK(report.passes == report.rounds + (at_once ? 0 : 1));
      if (memory == 1) CHECK(report.rounds == static_cast<std::int64_t>(made.plan.genes.size()));
    }
}

TEST_CASE("whole columns are ranked where they are read, in one pass") {
  Made made(true);
  made.plan.memory = 1;
  RankingReport report;
  CHECK(made.scores(report) == made.plain());
  CHECK(report.passes == 1);
  CHECK(report.rounds == 0);

  made.source.whole_columns = false;  // of several files: exchanged as rows are
  CHECK(made.scores(report) == made.plain());
}

TEST_CASE("a failure on one rank ends the ranking on all") {
  Made made(false);
  auto const read = made.source.read;
  made.source.read = [&](std::size_t slab, MatrixBlock& block) {
    if (slab == made.source.slabs - 1) throw UserError("a damaged slab");
    read(slab, block);
  };
  RankingReport report;
  CHECK_THROWS_AS(made.scores(report), UserError);
}

TEST_CASE("rows of a context are one stratum, or one a batch") {
  Dataset dataset;
  std::vector<Condition> const conditions{parse_condition("A+ctrl", {}),
                                          parse_condition("ctrl", {})};
  dataset.labels = Labels(conditions, {"x", "y"}, {{0, 0, 3}, {1, 0, 2}, {0, 1, 1}, {1, 1, 1}});
  dataset.row_of_cell = {0, 0, 1, -1, 0, 1, 2, 3};
  dataset.batch = {{"b1", "b2"}, {0, 1, 0, -1, 0, 0, 1, 1}};

  auto const plain = cell_design(dataset, false);
  CHECK(plain.group_of_cell == std::vector<std::int32_t>{0, 0, 1, -1, 0, 1, 2, 3});
  CHECK(plain.design.strata == 2);
  CHECK(plain.design.groups[3].control);
  CHECK(plain.design.groups[3].stratum == 1);

  auto const batches = cell_design(dataset, true);
  CHECK(batches.group_of_cell == std::vector<std::int32_t>{0, 1, 2, -1, 0, 2, 3, 4});
  CHECK(batches.design.strata == 4);
  auto const& groups = batches.design.groups;
  REQUIRE(groups.size() == 5);
  CHECK(groups[0].cells == 2);
  CHECK(groups[1].stratum == 1);
  CHECK(groups[2].row == 1);
  CHECK(groups[4].stratum == 3);
}
