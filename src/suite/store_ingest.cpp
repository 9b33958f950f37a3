#include "suite/store_ingest.hpp"

#include <fmt/format.h>

#include "core/text.hpp"
#include "io/reader.hpp"
#include "io/store_file.hpp"
#include "parallel/phase_meter.hpp"
#include "suite/ingest.hpp"

namespace pertscale {

namespace {

std::string estimate_text(StoreEstimate const& estimate, std::filesystem::path const& target) {
  return fmt::format("store        {}: at most {}, and {} of scratch data beside it; {} free; {}\n",
                     target.string(), bytes_text(estimate.output_bytes),
                     bytes_text(estimate.scratch_bytes), bytes_text(estimate.free_bytes),
                     estimate.passes == 1 ? "one pass over the screen"
                                          : fmt::format("{} passes", estimate.passes));
}

}  // namespace

std::string store_plan_text(Dataset const& dataset, Communicator const& comm,
                            std::filesystem::path const& target) {
  return on_root(comm, [&] {
    refuse_store(dataset, target);
    auto const estimate = estimate_store(dataset, target);
    double const wanted = estimate.output_bytes + estimate.scratch_bytes;
    if (estimate.sure && wanted > estimate.free_bytes)
      throw UserError(fmt::format(
          "{}: the store takes {} and {} of scratch data beside it, but {} are free there; name a "
          "file on another disk",
          target.string(), bytes_text(estimate.output_bytes), bytes_text(estimate.scratch_bytes),
          bytes_text(estimate.free_bytes)));
    return screen_text(dataset) + estimate_text(estimate, target);
  });
}

std::string ingest_store(Dataset const& dataset, Communicator const& comm,
                         std::filesystem::path const& target, StoreOptions const& options) {
  auto const report = build_store(dataset, comm, target, options);
  std::string out =
      fmt::format("written      {} cells x {} genes in {} groups, {} values as {}, {} pieces, {}\n",
                  report.cells, report.genes, report.groups, report.values, report.value_type,
                  report.pieces, bytes_text(report.output_bytes));
  if (report.target_sum > 0)
    out += fmt::format("target sum   {}\n", number_text(report.target_sum));
  double const seconds = report.scatter_seconds + report.collect_seconds + report.moment_seconds;
  out += fmt::format(
      "time         {:.2f} s: {:.2f} s reading and sorting into {} of scratch data, {:.2f} s "
      "writing values, {:.2f} s moments\n",
      seconds, report.scatter_seconds, bytes_text(report.scratch_bytes), report.collect_seconds,
      report.moment_seconds);
  out += fmt::format("peak memory  {:.0f} MiB a rank\n", comm.max(peak_rss_mib()));
  return out;
}

std::string check_store(std::filesystem::path const& path, Communicator const& comm) {
  std::string out;
  agree(comm, [&] {
    bool const store = is_store(path.string());
    if (!store) open_screen(path.string());  // says what is wrong with a file that is no screen
    if (!store)
      throw UserError(fmt::format("{}: is no screen store; make one with pertscale ingest --out",
                                  path.string()));
    StoreFile const file(path.string());
    file.verify(static_cast<std::size_t>(comm.rank()), static_cast<std::size_t>(comm.size()));
    out = fmt::format("{}: OK, {} cells x {} genes in {} groups, {} pieces\n", path.string(),
                      file.shape().cells(), file.shape().genes, file.rows(), file.pieces().size());
  });
  return out;
}

DatasetSpec spec_of_store(DatasetSpec const& source, std::filesystem::path const& path) {
  DatasetSpec out;
  out.name = source.name;
  out.file = path.string();
  out.path = path.string();
  return out;
}

}  // namespace pertscale
