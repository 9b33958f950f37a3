#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <iostream>

#include "command.hpp"
#include "core/error.hpp"
#include "core/hash.hpp"
#include "core/numpy_random.hpp"
#include "core/random.hpp"
#include "io/simulator_file.hpp"
#include "parallel/communicator.hpp"
#include "parallel/session.hpp"
#include "parallel/task_farm.hpp"
#include "solver/blas.hpp"
#include "suite/dataset.hpp"
#include "suite/moments.hpp"
#include "version_text.hpp"

namespace pertscale {
namespace {

namespace po = boost::program_options;

/// Rank 0's sums of every cell of a screen, as the bits they are.
std::string moments_digest(DatasetSpec const& spec, Communicator const& comm) {
  auto const dataset = open_dataset(spec, comm);
  Sha256 hash;
  stream_moments(dataset, comm, {}, [&](MomentTile const& tile) {
    hash.add({reinterpret_cast<char const*>(tile.mean.data()),
              static_cast<std::size_t>(tile.mean.size()) * sizeof(double)});
  });
  return hash.hex();
}

class SelfTest {
 public:
  explicit SelfTest(Communicator const& comm) : comm_(comm) {}

  int run() {
    say(version_text());
    check_random_numbers();
    check_farm();
    check_reading();
    check_blas();
    say(fmt::format("{} checks passed, {} failed\n", passed_, failed_));
    return failed_ == 0 ? exit_done : exit_bug;
  }

 private:
  void say(std::string const& text) const {
    if (comm_.root()) std::cout << text << std::flush;
  }

  void report(bool fine, std::string const& what) {
    bool const all = !comm_.any(!fine);
    ++(all ? passed_ : failed_);
    say(fmt::format("{}  {}\n", all ? "PASS" : "FAIL", what));
  }

  void check_random_numbers() {
    report(NumpyRandom(1).word() == 1791095845U, "NumPy's generator: first word of seed 1");
    auto const draws = comm_.gather(std::to_string(RandomStream(1, "selftest").next64()));
    bool same = true;
    for (auto const& draw : draws) same = same && draw == draws.front();
    report(same, fmt::format("counter-based numbers agree on {} rank(s)", comm_.size()));
  }

  void check_farm() {
    std::vector<std::int32_t> counts(200, 0);
    bool const complete = run_farm(comm_, std::vector<FarmUnit>(counts.size()),
                                   [&](std::size_t unit) { ++counts[unit]; });
    comm_.sum(counts);
    bool once = complete;
    for (auto const count : counts) once = once && count == 1;
    report(once, "the task farm runs each of 200 units once (MPI_THREAD_MULTIPLE)");
  }

  /// A simulated screen in three layouts, read by all ranks together and by rank 0 alone.
  void check_reading() {
    auto const folder = on_root(comm_, [] {
      auto const path =
          std::filesystem::temp_directory_path() / fmt::format("pertscale-selftest-{}", getpid());
      std::filesystem::create_directories(path);
      return path.string();
    });
    auto const truth = make_truth({.cells = 2000, .genes = 300, .perturbations = 20, .doubles = 5});
    auto const alone = Communicator::self();
    for (auto const& [format, compression, name] :
         {std::tuple{MatrixFormat::csr, Compression::gzip, "CSR, gzip"},
          std::tuple{MatrixFormat::csc, Compression::none, "CSC, uncompressed"},
          std::tuple{MatrixFormat::dense, Compression::lzf, "dense, lzf"}}) {
      SimulationFile file;
      file.path = std::filesystem::path(folder) / "screen.h5ad";
      file.format = format;
      file.compression = compression;
      write_simulation(truth, file, comm_);
      comm_.barrier();
      DatasetSpec spec;
      spec.name = "selftest";
      spec.file = spec.path = file.path.string();
      spec.values = "counts";
      auto const together = moments_digest(spec, comm_);
      auto const single = comm_.root() ? moments_digest(spec, alone) : together;
      report(together == single,
             fmt::format("reading {}: {} rank(s) and one rank give the same bits", name,
                         comm_.size()));
    }
    if (comm_.root()) std::filesystem::remove_all(folder);
  }

  void check_blas() {
    constexpr double slow = 5;
    double const rate = comm_.min(blas_gflops(1000));
    report(rate >= slow,
           fmt::format(
               "BLAS: {:.1f} GFLOP/s on the slowest rank (dgemm 1000; below {} is no OpenBLAS, "
               "or cores are shared)",
               rate, slow));
  }

  Communicator const& comm_;
  int passed_ = 0, failed_ = 0;
};

Subcommand const registered{{
    .name = "selftest",
    .summary = "check this build and this machine: reading, BLAS rate, random numbers, ranks agree",
    .usage = "selftest      (mpirun -n R pertscale selftest)",
    .parallel = true,
    .declare = [](po::options_description&) {},
    .run =
        [](po::variables_map const&) {
          use_one_blas_thread();
          auto const world = Communicator::world();
          return SelfTest(world).run();
        },
}};

}  // namespace
}  // namespace pertscale
