// RANKS 1 2 3 4
#include "suite/store_build.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>

#include "core/error.hpp"
#include "core/hash.hpp"
#include "io/store_file.hpp"
#include "shared_folder.hpp"
#include "suite/library_sizes.hpp"
#include "suite/made_screen.hpp"
#include "suite/sorted_cells.hpp"

using namespace pertscale;
using Catch::Matchers::Contains;

namespace {

DatasetSpec spec_of(std::string const& path, bool counts) {
  DatasetSpec spec;
  spec.name = "made";
  spec.file = spec.path = path;
  spec.values = counts ? "counts" : "lognormalised";
  spec.context_column = "context";
  return spec;
}

/// The screen in one of the formats, opened.
Dataset opened(SharedFolder const& folder, MadeScreen const& screen, MatrixFormat format,
               bool counts) {
  auto const path = folder.path + "/screen.h5ad";
  if (folder.comm.root()) write_screen(path, screen, format);
  folder.comm.barrier();
  return open_dataset(spec_of(path, counts), folder.comm);
}

/// All tables of stream_moments, on rank 0.
struct Streamed {
  std::vector<double> mean, variance, nonzero;
};

template <class Stream>
Streamed streamed(Stream&& stream) {
  Streamed out;
  auto const append = [](std::vector<double>& to, Matrix const& from) {
    to.insert(to.end(), from.data(), from.data() + from.size());
  };
  stream([&](MomentTile const& tile) {
    append(out.mean, tile.mean);
    append(out.variance, tile.variance);
    append(out.nonzero, tile.nonzero);
  });
  return out;
}

/// Equal bits, NaN included.
bool same_bits(std::vector<double> const& expected, Matrix const& found) {
  return expected.size() == static_cast<std::size_t>(found.size()) &&
         std::memcmp(expected.data(), found.data(), expected.size() * sizeof(double)) == 0;
}

void check_moments(Dataset const& dataset, Communicator const& comm, StoreFile const& store) {
  auto const rows = streamed([&](auto&& sink) { stream_moments(dataset, comm, {}, sink); });
  auto const groups = half_groups(dataset, 0);
  auto const halves =
      streamed([&](auto&& sink) { stream_group_moments(dataset, groups, comm, {}, sink); });
  if (!comm.root()) return;
  auto const table = [&](StoreMoment moment) { return store.moments(moment, 0, store.rows()); };
  CHECK(same_bits(rows.mean, table(StoreMoment::mean)));
  CHECK(same_bits(rows.variance, table(StoreMoment::variance)));
  CHECK(same_bits(rows.nonzero, table(StoreMoment::nonzero)));
  auto const half0 = table(StoreMoment::half0_mean), half1 = table(StoreMoment::half1_mean);
  std::vector<bool> halved(dataset.labels.rows().size(), false);
  auto const genes = static_cast<std::size_t>(store.shape().genes);
  for (std::size_t g = 0; g < groups.groups.size(); ++g) {
    auto const& group = groups.groups[g];
    halved[group.row] = true;
    std::vector<double> const expected(
        halves.mean.begin() + static_cast<std::ptrdiff_t>(g * genes),
        halves.mean.begin() + static_cast<std::ptrdiff_t>((g + 1) * genes));
    auto const& found = group.member == 0 ? half0 : half1;
    CHECK(same_bits(expected, found.row(static_cast<Eigen::Index>(group.row))));
  }
  for (std::size_t row = 0; row < halved.size(); ++row)
    CHECK(halved[row] == !std::isnan(half0(static_cast<Eigen::Index>(row), 0)));
}

/// Raw sums and cells, the plainest way.
void check_values(MadeScreen const& screen, Dataset const& dataset, StoreFile const& store) {
  bool const counts = store.shape().counts;
  MatrixBlock block;
  store.read(0, store.pieces().size(), block);
  std::size_t position = 0, value = 0;
  auto const sums = counts ? Matrix() : store.moments(StoreMoment::raw_sum, 0, store.rows());
  auto const count_sums = counts ? store.count_sums(0, store.rows()) : std::vector<std::int64_t>();
  for (std::size_t row = 0; row < dataset.labels.rows().size(); ++row) {
    std::vector<double> sum(static_cast<std::size_t>(screen.genes), 0);
    CHECK(store.shape().groups[row].first_cell == static_cast<std::int64_t>(position));
    for (std::size_t cell = 0; cell < screen.cells.size(); ++cell) {
      if (dataset.row_of_cell[cell] != static_cast<std::int32_t>(row)) continue;
      for (std::size_t gene = 0; gene < screen.cells[cell].size(); ++gene) {
        double const wanted = screen.cells[cell][gene];
        sum[gene] += counts ? wanted : std::expm1(wanted);
        if (wanted == 0) continue;
        CHECK(block.minor[value] == static_cast<std::int32_t>(gene));
        CHECK(block.values[value++] == wanted);
      }
      CHECK(block.offsets[++position] == static_cast<std::int64_t>(value));
    }
    for (std::size_t gene = 0; gene < sum.size(); ++gene)
      CHECK(sum[gene] ==
            (counts ? static_cast<double>(count_sums[row * sum.size() + gene])
                    : sums(static_cast<Eigen::Index>(row), static_cast<Eigen::Index>(gene))));
  }
}

}  // namespace

TEST_CASE("a store holds every kept value, sorted, and the moments of a stream") {
  auto const world = Communicator::world();
  SharedFolder const folder(world);
  auto const format = GENERATE(MatrixFormat::csr, MatrixFormat::csc, MatrixFormat::dense);
  // 1: counts; 1/16: floats; 0.1: only a dense file holds these, as doubles
  auto const scale = GENERATE(1.0, 0.0625, 0.1);
  if (scale == 0.1 && format != MatrixFormat::dense) return;
  auto const screen = made_screen(60, scale);
  auto const dataset = opened(folder, screen, format, scale == 1);
  auto const path = folder.path + "/made.store";

  auto const report = build_store(dataset, world, path, {});

  StoreFile const store(path);
  CHECK(report.value_type == (scale == 0.1 ? "float64" : "float32"));
  CHECK_NOTHROW(store.verify());
  check_values(screen, dataset, store);
  check_moments(dataset, world, store);
}

TEST_CASE("the bytes of a store do not depend on ranks, memory or the layout of the source") {
  auto const world = Communicator::world();
  SharedFolder const folder(world);
  auto const format = GENERATE(MatrixFormat::csr, MatrixFormat::csc);
  auto const dataset = opened(folder, made_screen(300, 1), format, true);
  StoreOptions small;
  small.memory = 1 << 12;

  build_store(dataset, world, folder.path + "/a.store", {});
  build_store(dataset, world, folder.path + "/b.store", small);
  if (world.root()) {
    auto const self = Communicator::self();
    build_store(dataset, self, folder.path + "/c.store", {});
    auto const bytes = sha256_hex(read_text(folder.path + "/a.store"));
    CHECK(sha256_hex(read_text(folder.path + "/b.store")) == bytes);
    CHECK(sha256_hex(read_text(folder.path + "/c.store")) == bytes);
  }
}

TEST_CASE("a store opened as a dataset is the dataset that it was made of") {
  auto const world = Communicator::world();
  SharedFolder const folder(world);
  auto const screen = made_screen(80, 1);
  auto const source = opened(folder, screen, MatrixFormat::csr, true);
  auto const path = folder.path + "/made.store";
  build_store(source, world, path, {});
  DatasetSpec spec;
  spec.file = spec.path = path;

  auto const stored = open_dataset(spec, world);

  CHECK(stored.spec.values == "counts");
  CHECK(stored.spec.context_column == "context");
  CHECK(stored.labels.contexts() == source.labels.contexts());
  CHECK(stored.labels.rows().size() == source.labels.rows().size());
  CHECK(stored.genes.names() == source.genes.names());
  PassReport report;
  CellSource const cells(stored);
  auto const sizes = library_sizes(stored, cells, world, {}, report);
  CHECK(report.passes == 0);
  CHECK(sizes.target == library_sizes(source, CellSource(source), world, {}, report).target);
}

TEST_CASE("sorted cells are those of the source, log-normalised, in any range") {
  auto const world = Communicator::world();
  SharedFolder const folder(world);
  bool const counts = GENERATE(true, false);
  auto const screen = made_screen(50, counts ? 1 : 0.0625);
  auto const dataset = opened(folder, screen, MatrixFormat::csr, counts);
  PassReport report;
  auto const sizes = library_sizes(dataset, CellSource(dataset), world, {}, report);

  auto const cells = sorted_cells(dataset, world, folder.path, {});

  std::vector<std::size_t> order;
  for (std::size_t row = 0; row < dataset.labels.rows().size(); ++row)
    for (std::size_t cell = 0; cell < screen.cells.size(); ++cell)
      if (dataset.row_of_cell[cell] == static_cast<std::int32_t>(row)) order.push_back(cell);
  REQUIRE(cells->cells() == static_cast<std::int64_t>(order.size()));
  MatrixBlock block;
  for (std::int64_t first = 0; first < cells->cells(); first += 7) {
    auto const last = std::min<std::int64_t>(first + 9, cells->cells());
    cells->read(first, last, block);
    REQUIRE(block.count() == last - first);
    Matrix found = Matrix::Zero(last - first, screen.genes);
    for_each_value(block, [&](std::int64_t cell, std::int64_t gene, double value) {
      found(cell - first, gene) = value;
    });
    for (auto position = first; position < last; ++position)
      for (std::int64_t gene = 0; gene < screen.genes; ++gene) {
        auto const cell = order[static_cast<std::size_t>(position)];
        double const value = screen.cells[cell][static_cast<std::size_t>(gene)];
        CHECK(found(position - first, gene) ==
              (counts ? sizes.log_normalised(value, static_cast<std::int64_t>(cell)) : value));
      }
  }
  world.barrier();
  // a damaged store in the cache is made anew, a whole one is taken
  auto const again = sorted_cells(dataset, world, folder.path, {});
  CHECK(again->starts() == cells->starts());
}

TEST_CASE("what cannot become a store is one sentence, and leaves nothing") {
  auto const world = Communicator::world();
  SharedFolder const folder(world);
  auto const dataset = opened(folder, made_screen(40, 0.0625), MatrixFormat::csr, true);

  CHECK_THROWS_WITH(build_store(dataset, world, folder.path + "/made.store", {}),
                    Contains("counts are whole numbers"));
  CHECK_THROWS_WITH(build_store(dataset, world, dataset.spec.path, {}),
                    Contains("is the screen itself"));
  CHECK_THROWS_WITH(build_store(dataset, world, "/nonexistent/made.store", {}),
                    Contains("does not exist"));

  world.barrier();
  if (world.root()) {
    std::set<std::string> left;
    for (auto const& entry : std::filesystem::directory_iterator(folder.path))
      left.insert(entry.path().filename().string());
    CHECK(left == std::set<std::string>{"screen.h5ad"});
  }
}
