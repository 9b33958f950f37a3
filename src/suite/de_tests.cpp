#include "suite/de_tests.hpp"

#include <algorithm>

#include "suite/de_records.hpp"

namespace pertscale {

namespace {

/// Of one gene, a row of Labels each.
std::vector<SampleMoments> moments_of(DeTests const& tests, std::size_t gene) {
  auto const& rows = tests.dataset.labels.rows();
  std::vector<SampleMoments> out;
  for (std::size_t row = 0; row < rows.size(); ++row)
    out.push_back({tests.screen->mean.row(row)[gene], tests.screen->variance.row(row)[gene],
                   rows[row].cells});
  return out;
}

}  // namespace

void test_from_moments(DeTests const& tests, Communicator const& comm, GeneRecordWriter& writer) {
  agree(comm, [&] {
    constexpr std::size_t width = 8;  // genes of one cache line of the profiles
    std::size_t const genes = tests.genes.size();
    DeRecords records(tests.dataset.labels, tests.options, genes);
    auto const ranks = static_cast<std::size_t>(comm.size());
    for (auto first = static_cast<std::size_t>(comm.rank()) * width; first < genes;
         first += ranks * width) {
      for (std::size_t g = first; g < std::min(first + width, genes); ++g) {
        records.from_moments(moments_of(tests, g));
        writer.write(g, records.record());
      }
      // a page holds so many genes of a row: what has been read is not kept
      constexpr std::size_t page = 512;
      if (first / page != (first + ranks * width) / page) tests.screen->release_pages();
    }
  });
  tests.screen->release_pages();
}

RankingReport test_from_cells(DeTests const& tests, CellDesign cells, Communicator const& comm,
                              GeneRecordWriter& writer) {
  auto const source = cell_entries(tests.dataset, std::move(cells.group_of_cell), comm,
                                   tests.limits, tests.options.per_million);
  RankingPlan plan;
  plan.design = std::move(cells.design);
  plan.genes = tests.genes;
  plan.memory = tests.limits.memory;
  plan.options = rank_options(tests.options);
  DeRecords records(tests.dataset.labels, tests.options, tests.genes.size());
  return rank_genes(source, plan, comm, [&](std::size_t place, RankSums const& sums) {
    if (!tests.options.wilcoxon()) records.from_moments(moments_of(tests, place));
    records.from_ranks(sums);
    writer.write(place, records.record());
  });
}

}  // namespace pertscale
