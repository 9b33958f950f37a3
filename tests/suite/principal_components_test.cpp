// RANKS 1 2 3 4
#include "suite/principal_components.hpp"

#include <Eigen/SVD>
#include <catch2/catch.hpp>

#include "core/random.hpp"
#include "shared_data.hpp"
#include "solver/truncated_svd.hpp"
#include "suite/plain_sorted_cells.hpp"
#include "suite/prepare.hpp"

using namespace pertscale;

namespace {

/// Cells of two rows, dense values kept as they are.
class MadeCells : public SortedCells {
 public:
  MadeCells(Matrix values, std::vector<std::int64_t> starts)
      : values_(std::move(values)), starts_(std::move(starts)) {}
  std::vector<std::int64_t> const& starts() const override { return starts_; }
  void read(std::int64_t first, std::int64_t last, MatrixBlock& block) const override {
    block = {};
    block.first = first;
    block.offsets = {0};
    for (auto i = first; i < last; ++i) {
      for (Eigen::Index g = 0; g < values_.cols(); ++g) {
        if (values_(i, g) == 0) continue;
        block.minor.push_back(static_cast<std::int32_t>(g));
        block.values.push_back(values_(i, g));
      }
      block.offsets.push_back(static_cast<std::int64_t>(block.values.size()));
    }
  }
  Matrix const& values() const { return values_; }

 private:
  Matrix values_;
  std::vector<std::int64_t> starts_;
};

Matrix sparse_normals(Eigen::Index cells, Eigen::Index genes) {
  RandomStream stream(1, "cells");
  Matrix out(cells, genes);
  for (Eigen::Index i = 0; i < cells; ++i)
    for (Eigen::Index g = 0; g < genes; ++g)
      out(i, g) = stream.uniform() < 0.5 ? 0 : 1 + stream.normal() * static_cast<double>(g + 1);
  return out;
}

Screen screen_of(MadeCells const& cells) {
  Screen screen;
  std::vector<std::string> names;
  for (Eigen::Index g = 0; g < cells.values().cols(); ++g) names.push_back("G" + std::to_string(g));
  screen.genes = GeneTable(names);
  Matrix mean(2, cells.values().cols()), variance(2, cells.values().cols());
  std::vector<LabelRow> rows;
  for (std::size_t r = 0; r < 2; ++r) {
    auto const first = cells.starts()[r], count = cells.starts()[r + 1] - first;
    Matrix const part = cells.values().middleRows(first, count);
    auto const at = static_cast<Eigen::Index>(r);
    mean.row(at) = part.colwise().mean();
    variance.row(at) =
        (part.rowwise() - mean.row(at)).colwise().squaredNorm() / static_cast<double>(count - 1);
    rows.push_back({r, 0, count});
  }
  screen.labels = Labels({{"A", {"A"}}, {"ctrl", {}}}, {""}, rows);
  screen.mean = ProfileTable(mean);
  screen.variance = ProfileTable(variance);
  return screen;
}

/// Oracle: left singular vectors of the centred cells.
Matrix plain_scores(Matrix const& values, Eigen::Index components) {
  Eigen::MatrixXd const centred = values.rowwise() - values.colwise().mean();
  Eigen::JacobiSVD<Eigen::MatrixXd> const svd(centred, Eigen::ComputeThinU | Eigen::ComputeThinV);
  Eigen::MatrixXd right = svd.matrixV().leftCols(components);
  fix_signs(right);
  return centred * right;
}

}  // namespace

TEST_CASE("scores of made cells equal those of a plain SVD, with all genes and with some") {
  MadeCells const cells(sparse_normals(2500, 6), {0, 1400, 2500});
  auto const screen = screen_of(cells);
  auto const world = Communicator::world();
  ScreenCells const all{screen, cells, {0, 1, 2, 3, 4, 5}, 6};

  auto const axes = principal_axes(all, {0, 2}, world, {4, 100});
  CellPoints const points(all, axes);

  Matrix const expected = plain_scores(cells.values(), 4);
  REQUIRE(points.dimensions() == 4);
  CHECK(points.row(0).isApprox(expected.topRows(1400), 1e-9));
  CHECK(points.row(1).isApprox(expected.bottomRows(1100), 1e-9));
  CHECK(axes.variance[0] == Approx(expected.col(0).squaredNorm() / 2499));
  CHECK(axes.total_variance >= axes.variance.sum());

  auto const some = principal_axes(all, {0, 2}, world, {50, 3});
  CHECK(some.genes == std::vector<std::size_t>{3, 4, 5});  // the most variable
  CHECK(some.loadings.cols() == 3);
  Matrix const three = plain_scores(cells.values().rightCols(3), 3);
  CHECK(CellPoints(all, some).row(0).isApprox(three.topRows(1400), 1e-9));
}

TEST_CASE("one row alone, and the values themselves of a latent screen") {
  MadeCells const cells(sparse_normals(60, 4), {0, 20, 60});
  auto const screen = screen_of(cells);
  ScreenCells const all{screen, cells, {0, 1, 2, 3}, 4};
  auto const axes = principal_axes(all, {1, 2}, Communicator::world(), {2, 100});
  Matrix const expected = plain_scores(cells.values().bottomRows(40), 2);
  CHECK(CellPoints(all, axes).row(1).isApprox(expected, 1e-9));
  CHECK(CellPoints(all).row(0) == cells.values().topRows(20));
}

TEST_CASE("a covariance beyond the bound is refused") {
  MadeCells const cells(sparse_normals(30, 4), {0, 10, 30});
  auto const screen = screen_of(cells);
  ScreenCells const all{screen, cells, {0, 1, 2, 3}, 4};
  CHECK_THROWS_WITH(principal_axes(all, {0, 2}, Communicator::world(), {2, 100, 1000}),
                    Catch::Contains("--pca-genes"));
}

TEST_CASE("the same bits on any number of ranks, on a real screen") {
  auto const path = shared_file("data/papalexi-counts.h5ad");
  if (!path) return;
  auto const world = Communicator::world(), self = Communicator::self();
  DatasetSpec spec;
  spec.name = "papalexi";
  spec.path = spec.file = path->string();
  spec.values = "counts";
  spec.control = {"non-targeting"};
  auto const dataset = open_dataset(spec, world);
  TemporaryFolder const folder;
  PrepareReport report;
  auto const screen = prepare_screen(dataset, self, folder.path(), {}, &report);
  PlainSortedCells const cells(dataset, self);
  ScreenCells const all{screen, cells, report.genes, dataset.genes.size()};
  RowRange const rows{0, dataset.labels.rows().size()};

  auto const together = principal_axes(all, rows, world, {10, 200});
  auto const alone = principal_axes(all, rows, self, {10, 200});

  CHECK(together.genes.size() == 200);
  CHECK(together.loadings == alone.loadings);
  CHECK(together.variance == alone.variance);
  CHECK((together.loadings.transpose() * together.loadings).isIdentity(1e-12));
}
