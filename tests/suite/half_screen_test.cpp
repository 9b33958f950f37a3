// RANKS 1 3
#include "suite/half_screen.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <map>

#include "csv_table.hpp"
#include "shared_folder.hpp"
#include "statistics/multiple_testing.hpp"
#include "statistics/welch.hpp"
#include "suite/group_profiles.hpp"
#include "suite/half_tests.hpp"
#include "suite/made_screen.hpp"
#include "suite/prepare.hpp"

using namespace pertscale;

namespace {

struct Prepared {
  MadeScreen made = made_screen(300, 0.1);
  Dataset dataset;
  Screen screen;
  PrepareReport report;

  Prepared(SharedFolder const& folder, Communicator const& comm) {
    auto const path = folder.path + "/screen.h5ad";
    if (comm.root()) write_screen(path, made, MatrixFormat::csr);
    comm.barrier();
    DatasetSpec spec;
    spec.name = "made";
    spec.file = spec.path = path;
    spec.context_column = "context";
    dataset = open_dataset(spec, comm);
    screen = prepare_screen(dataset, comm, folder.path, {}, &report);
  }
};

/// The t-test of CellSimBench: against other perturbations, overestimated variance.
DeRequest among_perturbations() {
  DeRequest request;
  request.method = DeMethod::t_test_overestim;
  request.reference = TestReference::rest;
  request.rest_with_control = false;
  return request;
}

/// Mean and variance of a gene over the cells of a row's half, cell by cell.
SampleMoments plain_moments(Prepared const& made, CellGroups const& groups, std::size_t row,
                            std::int32_t half, std::size_t gene) {
  std::vector<double> values;
  for (std::size_t cell = 0; cell < groups.group_of_cell.size(); ++cell) {
    auto const g = groups.group_of_cell[cell];
    if (g < 0) continue;
    auto const& group = groups.groups[static_cast<std::size_t>(g)];
    if (group.row == row && group.member == half)
      values.push_back(static_cast<float>(made.made.cells[cell][gene]));
  }
  SampleMoments out;
  out.cells = static_cast<std::int64_t>(values.size());
  for (double const v : values) out.mean += v / static_cast<double>(values.size());
  for (double const v : values)
    out.variance += (v - out.mean) * (v - out.mean) / static_cast<double>(values.size() - 1);
  return out;
}

}  // namespace

TEST_CASE(
    "truth is the first half of perturbed rows and all of control, the duplicate the second") {
  auto const comm = Communicator::world();
  SharedFolder const folder(comm);
  Prepared const made(folder, comm);

  auto const halves = prepare_halves(made.dataset, made.screen, made.report.genes, {7, true}, comm,
                                     folder.path, {});
  auto const groups = half_groups(made.dataset, 7);
  auto const& labels = made.screen.labels;
  std::size_t halved = 0, alone = 0;
  double worst = 0;
  for (std::size_t row = 0; row < labels.rows().size(); ++row) {
    auto const cells = labels.rows()[row].cells;
    bool const control = labels.condition_of(row).is_control();
    CHECK(halves.halved(row) == (!control && cells > 1));
    alone += !control && cells == 1;
    for (std::size_t gene = 0; gene < 7; ++gene) {
      if (!halves.halved(row)) {
        CHECK(halves.truth.profile(row)[gene] == made.screen.profile(row)[gene]);
        CHECK(std::isnan(halves.second_mean.row(row)[gene]));
        continue;
      }
      auto const first = plain_moments(made, groups, row, 0, gene);
      auto const second = plain_moments(made, groups, row, 1, gene);
      CHECK(first.cells + second.cells == cells);
      CHECK(halves.truth.labels.rows()[row].cells == first.cells);
      CHECK(halves.second_cells[row] == second.cells);
      worst = std::max({worst, std::fabs(halves.truth.profile(row)[gene] - first.mean),
                        std::fabs(halves.second_mean.row(row)[gene] - second.mean),
                        std::fabs(halves.second_variance.row(row)[gene] - second.variance)});
      ++halved;
    }
  }
  CHECK(halved >= 7 * 8);
  CHECK(alone == 1);
  CHECK(worst < 1e-9);
}

TEST_CASE("halves from the cache are the same, and another seed gives others") {
  auto const comm = Communicator::world();
  SharedFolder const folder(comm);
  Prepared const made(folder, comm);
  auto const prepared = [&](std::int64_t seed) {
    return prepare_halves(made.dataset, made.screen, made.report.genes, {seed, false}, comm,
                          folder.path, {});
  };

  auto const once = prepared(1), again = prepared(1), other = prepared(2);

  bool differs = false;
  for (std::size_t row = 0; row < once.second_cells.size(); ++row)
    for (std::size_t gene = 0; gene < 7; ++gene) {
      double const value = once.truth.profile(row)[gene];
      CHECK(again.truth.profile(row)[gene] == value);
      differs = differs || other.truth.profile(row)[gene] != value;
    }
  CHECK(differs);
  CHECK(once.second_variance.empty());
}

TEST_CASE("tests of second halves against the other perturbations, gene by gene") {
  auto const comm = Communicator::world();
  SharedFolder const folder(comm);
  Prepared const made(folder, comm);
  auto const halves = prepare_halves(made.dataset, made.screen, made.report.genes, {0, true}, comm,
                                     folder.path, {});
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < halves.second_cells.size(); ++row)
    if (halves.halved(row) && made.screen.labels.rows()[row].context == 0) rows.push_back(row);
  REQUIRE(rows.size() >= 4);

  auto const found =
      test_halves(halves, Half::second, rows, among_perturbations(), made.screen).padj;

  auto const moments = [&](std::size_t row, std::size_t gene) {
    return SampleMoments{halves.second_mean.row(row)[gene], halves.second_variance.row(row)[gene],
                         halves.second_cells[row]};
  };
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::vector<double> p;
    for (std::size_t gene = 0; gene < 7; ++gene) {
      SampleMoments rest;
      for (auto const other : rows)
        if (other != rows[i]) rest = pooled(rest, moments(other, gene));
      p.push_back(overestimated_variance_test(moments(rows[i], gene), rest).pvalue);
    }
    auto const padj = benjamini_hochberg(p);
    for (std::size_t gene = 0; gene < 7; ++gene)
      CHECK(row_of(found, i)[gene] == Approx(padj[gene]).epsilon(1e-9));
  }
}

TEST_CASE("tests of first halves against all control cells; what needs cells says so") {
  auto const comm = Communicator::world();
  SharedFolder const folder(comm);
  Prepared const made(folder, comm);
  auto const halves = prepare_halves(made.dataset, made.screen, made.report.genes, {0, true}, comm,
                                     folder.path, {});
  auto const& labels = made.screen.labels;
  std::size_t row = 0;
  while (!halves.halved(row)) ++row;
  auto const control = made.screen.control_row(labels.rows()[row].context);
  DeRequest request;

  auto const found = test_halves(halves, Half::first, {row}, request, made.screen);

  for (std::size_t gene = 0; gene < 7; ++gene) {
    SampleMoments const own{halves.truth.profile(row)[gene], halves.first_variance.row(row)[gene],
                            halves.truth.labels.rows()[row].cells};
    auto const expected =
        welch_test(own, {made.screen.mean.row(control)[gene],
                         made.screen.variance.row(control)[gene], labels.rows()[control].cells});
    CHECK(row_of(found.pvalue, 0)[gene] == expected.pvalue);
    CHECK(row_of(found.score, 0)[gene] == expected.score);
  }
  request.method = DeMethod::wilcoxon;
  CHECK(test_halves(halves, Half::first, {row}, request, made.screen).status ==
        Status("needs_cells"));
}

TEST_CASE("tests of second halves as scanpy's in CellSimBench") {
  auto const screen_file = shared_file("data/norman-mcfaline-cells.h5ad");
  auto const cells_file = shared_file("golden/shift/cells.csv.gz");
  auto const padj_file = shared_file("golden/shift/padj_second_half.csv.gz");
  if (!screen_file || !cells_file || !padj_file) return;
  auto const comm = Communicator::world();
  SharedFolder const folder(comm);
  CsvTable const cells(*cells_file), expected(*padj_file);
  DatasetSpec spec;
  spec.name = "k562";
  spec.file = spec.path = screen_file->string();
  spec.where = {{"cell_type", "=", {"k562"}, "cell_type=k562"}};
  auto const dataset = open_dataset(spec, comm);
  auto const& labels = dataset.labels;

  // the golden halves in place of ours
  CellGroups groups;
  groups.name = "golden";
  groups.group_of_cell.assign(dataset.row_of_cell.size(), -1);
  HalvedScreen halves;
  halves.second_cells.assign(labels.rows().size(), 0);
  for (std::size_t row = 0; row < labels.rows().size(); ++row) groups.groups.push_back({row, 0, 0});
  for (std::size_t r = 0; r < cells.rows(); ++r) {
    auto const cell = static_cast<std::size_t>(cells.number(r, "row"));
    auto const row = dataset.row_of_cell[cell];
    REQUIRE(row >= 0);
    if (cells.text(r, "half") != "second_half") continue;
    groups.group_of_cell[cell] = row;
    ++groups.groups[static_cast<std::size_t>(row)].cells;
  }
  auto const tables = group_profiles(dataset, groups, comm, folder.path, {});
  halves.truth.labels = labels;
  halves.truth.genes = dataset.genes;
  halves.second_mean = tables.mean;
  halves.second_variance = tables.variance;
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < labels.rows().size(); ++row)
    if (!labels.condition_of(row).is_control()) {
      halves.second_cells[row] = groups.groups[row].cells;
      rows.push_back(row);
    }
  REQUIRE(rows.size() == expected.rows());

  // the golden file has 200 of 500 genes, and p-values are adjusted over those
  std::vector<std::string> names;
  Matrix mean(static_cast<Eigen::Index>(labels.rows().size()),
              static_cast<Eigen::Index>(expected.columns() - 1));
  Matrix variance = mean;
  for (std::size_t g = 1; g < expected.columns(); ++g) {
    names.push_back(expected.name(g));
    auto const gene = dataset.genes.find(expected.name(g));
    REQUIRE(gene.has_value());
    for (std::size_t row = 0; row < labels.rows().size(); ++row) {
      auto const at = static_cast<Eigen::Index>(row), column = static_cast<Eigen::Index>(g - 1);
      mean(at, column) = tables.mean.row(row)[*gene];
      variance(at, column) = tables.variance.row(row)[*gene];
    }
  }
  halves.truth.genes = GeneTable(names);
  halves.second_mean = ProfileTable(mean);
  halves.second_variance = ProfileTable(variance);
  auto const found = test_halves(halves, Half::second, rows, among_perturbations(), Screen()).padj;
  double worst = 0;
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (std::size_t r = 0; r < expected.rows(); ++r) {
      if (expected.text(r, "condition") != labels.condition_of(rows[i]).name) continue;
      for (std::size_t g = 0; g < names.size(); ++g) {
        double const value = row_of(found, i)[g];
        double const golden = expected.at(r, g + 1).empty() ? 1 : std::stod(expected.at(r, g + 1));
        worst = std::max(worst, std::fabs((std::isnan(value) ? 1 : value) - golden));
      }
    }
  CHECK(worst < 1e-5);  // scanpy takes float32 means
}
