#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iostream>

#include "bench.hpp"
#include "command.hpp"
#include "core/error.hpp"
#include "data/moment_sums.hpp"
#include "io/bare_read.hpp"
#include "io/reader.hpp"
#include "parallel/phase_meter.hpp"
#include "report/durable_file.hpp"
#include "suite/cell_source.hpp"
#include "suite/run_record.hpp"

namespace pertscale {
namespace {

namespace po = boost::program_options;

constexpr std::int64_t most_groups = 500;
constexpr std::uint64_t cached_sums = std::uint64_t{24} << 20U;  ///< as suite/moments.cpp
constexpr double largest_value = 65536;  ///< larger ones are cut; the sums' grid needs a bound

/// Times ways to read one matrix, all ranks together, each a share of it.
class ReadBench {
 public:
  ReadBench(std::string path, std::string const& matrix, std::uint64_t memory,
            Communicator const& comm)
      : path_(std::move(path)),
        memory_(memory),
        comm_(comm),
        share_{comm.rank(), comm.size()},
        meter_(comm) {
    agree(comm_, [&] {
      reader_ = open_screen(path_);
      reader_->select(matrix);
      info_ = reader_->info();
      stored_ = stored_bytes(path_, info_.datasets);
      slab_bytes_ = std::min(memory_ / 5, info_.small_slab());
    });
  }

  void run() {
    auto const size = static_cast<double>(std::filesystem::file_size(path_));
    measure("pread", size, [&] { read_file_bytes(path_, share_); });
    auto const decoded = static_cast<double>(stored_.decoded);
    measure("h5dread", decoded, [&] { read_datasets(path_, info_.datasets, share_); });
    measure("reader", decoded, [&] { read_slabs([](MatrixBlock const&) {}); });
    std::int64_t const groups = std::min(most_groups, info_.rows);
    MomentSums sums(
        std::vector<std::int64_t>(static_cast<std::size_t>(groups), info_.rows / groups + 1),
        static_cast<std::size_t>(info_.columns), largest_value);
    if (sums.groups() * sums.genes() * MomentSums::bytes_per_entry > cached_sums)
      slab_bytes_ = memory_ / 5;
    measure("reader+sums", decoded,
            [&] { read_slabs([&](MatrixBlock const& block) { add(block, sums); }); });
  }

  std::string text() const {
    std::string out = fmt::format(
        "{}: {} x {}, {} {}, compression {}\n{:.1f} MB on disk, {:.1f} MB decoded; {} rank(s) of "
        "{} "
        "thread(s); warm if the file is in the page cache\n\n"
        "what          seconds   MB/s on disk   MB/s decoded\n",
        path_, info_.rows, info_.columns, layout(), info_.value_type, info_.compression,
        static_cast<double>(stored_.on_disk) * 1e-6, static_cast<double>(stored_.decoded) * 1e-6,
        comm_.size(), reader_threads());
    for (auto const& phase : meter_.phases()) {
      double const on_disk =
          phase.phase == "pread" ? phase.bytes : static_cast<double>(stored_.on_disk);
      double const mega = 1e-6 / std::max(phase.seconds_max, 1e-9);
      out += fmt::format("{:<12}{:9.3f}{:15.0f}{:>15}\n", phase.phase, phase.seconds_max,
                         on_disk * mega,
                         phase.phase == "pread" ? "" : fmt::format("{:.0f}", phase.bytes * mega));
    }
    return out +
           fmt::format("peak memory {:.0f} MiB a rank\n", meter_.phases().back().peak_rss_mib);
  }

  void write(std::filesystem::path const& folder) const {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error)
      throw UserError(fmt::format("{}: cannot be made ({}); choose another --out", folder.string(),
                                  error.message()));
    std::string text = timing_header();
    std::string const now = start_name();
    for (auto const& phase : meter_.phases()) text += timing_row(phase, now, comm_.size());
    write_durably(folder / "timings.csv", text);
  }

 private:
  char const* layout() const {
    if (info_.layout == MatrixInfo::Layout::dense) return "dense";
    return info_.layout == MatrixInfo::Layout::csr ? "csr" : "csc";
  }

  template <class Work>
  void measure(char const* name, double bytes, Work&& work) {
    comm_.barrier();
    meter_.measure(path_, name, [&] { agree(comm_, work); });
    meter_.note_bytes(bytes);
  }

  template <class Consume>
  void read_slabs(Consume&& consume) const {
    auto const slabs = reader_->slabs(slab_bytes_);
    auto const count = static_cast<std::int64_t>(slabs.size());
    MatrixBlock block;
    for (std::int64_t s = share_.first(count); s < share_.last(count); ++s) {
      reader_->read(slabs[static_cast<std::size_t>(s)], block);
      if (s + 1 < share_.last(count)) reader_->prefetch(slabs[static_cast<std::size_t>(s) + 1]);
      consume(block);
    }
  }

  /// What the moments of a screen do, with cells dealt out to groups in turn.
  static void add(MatrixBlock const& block, MomentSums& sums) {
    auto const groups = static_cast<std::int64_t>(sums.groups());
    if (block.by_column) {
      for_each_value(block, [&](std::int64_t cell, std::int64_t gene, double value) {
        sums.add(static_cast<std::size_t>(cell % groups), static_cast<std::size_t>(gene),
                 cut(value));
      });
      return;
    }
    for (std::int64_t start = 0; start < std::min(groups, block.count()); ++start)
      for (std::int64_t i = start; i < block.count(); i += groups) {
        auto into = sums.row(static_cast<std::size_t>(block.major(i) % groups));
        auto const at = static_cast<std::size_t>(i);
        for (auto k = static_cast<std::size_t>(block.offsets[at]);
             k < static_cast<std::size_t>(block.offsets[at + 1]); ++k)
          into.add(static_cast<std::size_t>(block.minor[k]), into.encode(cut(block.values[k])));
      }
  }

  static double cut(double value) { return std::clamp(value, -largest_value, largest_value); }

  std::string path_;
  std::uint64_t memory_, slab_bytes_ = 0;
  Communicator const& comm_;
  Share share_;
  PhaseMeter meter_;
  std::unique_ptr<ScreenReader> reader_;
  MatrixInfo info_;
  StoredBytes stored_;
};

int run(po::variables_map const& values, std::vector<std::string> const& inputs) {
  if (inputs.size() != 1)
    throw UserError("name one screen: pertscale bench io FILE.h5ad [--matrix X] [--out DIR]");
  auto const comm = Communicator::world();
  ReadBench bench(inputs.front(), values["matrix"].as<std::string>(), memory_per_rank(values),
                  comm);
  bench.run();
  auto const text = bench.text();
  agree(comm, [&] {
    if (comm.root() && values.count("out") > 0) bench.write(values["out"].as<std::string>());
  });
  if (comm.root()) std::cout << text << std::flush;
  return exit_done;
}

RegisteredBench const registered{{
    .name = "io",
    .summary = "reading a screen: the file's bytes, bare H5Dread, the reader, sums over groups",
    .usage = "io FILE [--matrix X] [--out DIR]",
    .declare =
        [](po::options_description& options) {
          options.add_options()("matrix", po::value<std::string>()->default_value("X"),
                                "X, raw or layer:NAME")("out", po::value<std::string>(),
                                                        "write the times to DIR/timings.csv");
        },
    .run = run,
}};

}  // namespace
}  // namespace pertscale
