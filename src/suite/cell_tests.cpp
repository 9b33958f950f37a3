#include "suite/cell_tests.hpp"

#include <cmath>
#include <limits>
#include <span>

#include "suite/de_records.hpp"

namespace pertscale {

namespace {

constexpr std::size_t group_row = 0, reference_row = 1;

/// A perturbation and control of one context.
Labels two_rows(std::int64_t cells, std::int64_t reference) {
  return Labels({{"cells", {"cells"}}, {"reference", {}}}, {""},
                {{group_row, 0, cells}, {reference_row, 0, reference}});
}

CellTests room(std::size_t genes) {
  std::vector<double> const none(genes, std::numeric_limits<double>::quiet_NaN());
  return {none, none, none};
}

/// With one tested row a record is one number a layer.
void take_record(std::vector<double> const& record, std::size_t gene, CellTests& out) {
  out.score[gene] = record[static_cast<std::size_t>(DeLayer::score)];
  out.log2fc[gene] = record[static_cast<std::size_t>(DeLayer::log2fc)];
  out.pvalue[gene] = record[static_cast<std::size_t>(DeLayer::pvalue)];
}

/// A pair is compared with its reference, whatever the request calls it.
DeOptions pairwise(DeOptions options) {
  options.reference = "control";
  options.min_control_cpm = -1;
  return options;
}

}  // namespace

ReferenceColumns::ReferenceColumns(std::int64_t cells, std::vector<std::size_t> const& stored)
    : cells_(cells) {
  std::size_t at = 0;
  for (auto const count : stored) {
    starts_.push_back(at);
    at += count;
  }
  ends_ = starts_;
  keys_.resize(at);
}

void ReferenceColumns::add(std::size_t gene, double value) {
  if (value != 0) keys_[ends_[gene]++] = ordered_bits(value);
}

CellTests rank_cells(ReferenceColumns const& reference, Matrix const& cells,
                     DeOptions const& options) {
  auto const own = pairwise(options);
  auto const labels = two_rows(cells.rows(), reference.cells());
  RankDesign design;
  design.rows = 2;
  design.strata = 1;
  design.groups = {{group_row, 0, cells.rows(), false},
                   {reference_row, 0, reference.cells(), true}};
  RankSums sums(design, rank_options(own));
  DeRecords records(labels, own, reference.genes());
  auto out = room(reference.genes());
  std::vector<RankEntry<std::uint64_t>> entries;
  for (std::size_t gene = 0; gene < reference.genes(); ++gene) {
    entries.clear();
    for (auto const key : reference.keys(gene)) entries.push_back({key, reference_row});
    bool known = true;
    for (Eigen::Index cell = 0; cell < cells.rows(); ++cell) {
      double const value = cells(cell, static_cast<Eigen::Index>(gene));
      known = known && std::isfinite(value);
      if (value != 0) entries.push_back({ordered_bits(value), group_row});
    }
    if (!known || cells.rows() == 0) continue;
    sums.rank(entries);
    records.from_ranks(sums);
    take_record(records.record(), gene, out);
  }
  return out;
}

CellTests test_moments(std::vector<SampleMoments> const& cells,
                       std::vector<SampleMoments> const& reference, DeOptions const& options) {
  auto const own = pairwise(options);
  auto const labels = two_rows(1, 1);  // the records take the numbers of cells from the moments
  DeRecords records(labels, own, cells.size());
  auto out = room(cells.size());
  for (std::size_t gene = 0; gene < cells.size(); ++gene) {
    if (!std::isfinite(cells[gene].mean)) continue;
    records.from_moments({cells[gene], reference[gene]});
    take_record(records.record(), gene, out);
  }
  return out;
}

CellTests test_control_variance(std::vector<SampleMoments> const& cells,
                                std::vector<SampleMoments> const& reference,
                                DeOptions const& options) {
  auto out = room(cells.size());
  for (std::size_t gene = 0; gene < cells.size(); ++gene) {
    auto const& [mean, unused, n] = cells[gene];
    auto const& other = reference[gene];
    if (!std::isfinite(mean) || n < 1 || other.cells < 2) continue;
    double const inverse = 1 / static_cast<double>(n) + 1 / static_cast<double>(other.cells);
    double const difference = mean - other.mean;
    double const t = difference == 0 ? 0 : difference / std::sqrt(other.variance * inverse);
    out.score[gene] = t;
    out.pvalue[gene] =
        std::isinf(t) ? 0 : student_two_sided(t, static_cast<double>(n + other.cells - 2));
    out.log2fc[gene] =
        log2_fold_change(cells[gene], other, FoldChangeMean::geometric, options.epsilon).log2;
  }
  return out;
}

std::vector<SampleMoments> column_moments(Matrix const& cells) {
  auto const n = static_cast<double>(cells.rows());
  auto const genes = static_cast<std::size_t>(cells.cols());
  auto const rows = static_cast<std::size_t>(cells.rows());
  std::vector<SampleMoments> out(genes, SampleMoments{0, 0, cells.rows()});
  for (std::size_t cell = 0; cell < rows; ++cell)
    for (std::size_t g = 0; g < genes; ++g) out[g].mean += row_of(cells, cell)[g];
  for (auto& gene : out) gene.mean /= n;
  for (std::size_t cell = 0; cell < rows; ++cell)
    for (std::size_t g = 0; g < genes; ++g) {
      double const difference = row_of(cells, cell)[g] - out[g].mean;
      out[g].variance += difference * difference;
    }
  for (auto& gene : out)
    gene.variance = rows < 2 ? std::numeric_limits<double>::quiet_NaN() : gene.variance / (n - 1);
  return out;
}

}  // namespace pertscale
