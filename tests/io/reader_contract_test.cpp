// RANKS 1 2
#include <catch2/catch.hpp>

#include "io/reader.hpp"
#include "io/simulator_file.hpp"
#include "parallel/communicator.hpp"
#include "shared_data.hpp"

using namespace pertscale;

namespace {

/// Counts of a block of either direction, cells x genes.
void add_block(MatrixBlock const& block, Matrix& counts) {
  for (std::int64_t i = 0; i < block.count(); ++i)
    for (auto k = block.offsets[static_cast<std::size_t>(i)];
         k < block.offsets[static_cast<std::size_t>(i) + 1]; ++k) {
      std::int64_t const major = block.first + i, minor = block.minor[static_cast<std::size_t>(k)];
      counts(block.by_column ? minor : major, block.by_column ? major : minor) +=
          block.values[static_cast<std::size_t>(k)];
    }
}

Matrix drawn_counts(SimulationTruth const& truth) {
  Matrix counts = Matrix::Zero(truth.options.cells, truth.options.genes);
  auto const drawn = simulate_cells(truth, 0, truth.options.cells);
  MatrixBlock block;
  block.offsets = drawn.offsets;
  block.minor = drawn.minor;
  block.values.assign(drawn.values.begin(), drawn.values.end());
  add_block(block, counts);
  return counts;
}

Matrix read_counts(ScreenReader const& reader, std::uint64_t bytes) {
  auto const info = reader.info();
  Matrix counts = Matrix::Zero(info.rows, info.columns);
  MatrixBlock block;
  auto const slabs = reader.slabs(bytes);
  for (std::size_t s = 0; s < slabs.size(); ++s) {
    reader.read(slabs[s], block);
    if (s + 1 < slabs.size()) reader.prefetch(slabs[s + 1]);
    add_block(block, counts);
  }
  return counts;
}

}  // namespace

TEST_CASE("every registered reader gives a simulated screen back, in any number of slabs") {
  auto const world = Communicator::world();
  auto const truth = make_truth({.cells = 301, .genes = 60, .perturbations = 8, .doubles = 3});
  Matrix const drawn = drawn_counts(truth);
  TemporaryFolder const folder;
  std::string path = (folder / "screen.h5ad").string();
  world.broadcast(path);

  for (auto const format : {MatrixFormat::csr, MatrixFormat::csc, MatrixFormat::dense}) {
    SimulationFile file;
    file.path = path;
    file.format = format;
    file.compression = Compression::gzip;
    write_simulation(truth, file, world);
    world.barrier();
    int recognised = 0;
    for (auto const& name : ReaderRegistry::instance().names()) {
      auto const reader = ReaderRegistry::instance().find(name).make();
      if (!reader->recognises(path)) continue;
      ++recognised;
      reader->open(path);
      reader->select("X");
      for (int const threads : {1, 3}) {
        set_reader_threads(threads);
        for (std::uint64_t const bytes : {std::uint64_t{1} << 30, std::uint64_t{20000}})
          CHECK((read_counts(*reader, bytes) - drawn).cwiseAbs().maxCoeff() == 0);
      }
      set_reader_threads(1);
      CHECK(reader->obs("condition").values.size() == 301);
      CHECK(reader->var("", "X").values == truth.genes);
    }
    CHECK(recognised == 1);
    world.barrier();
  }
}
