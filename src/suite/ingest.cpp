#include "suite/ingest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <numeric>
#include <optional>

#include "core/text.hpp"
#include "io/h5ad_writer.hpp"
#include "parallel/phase_meter.hpp"
#include "suite/prepare.hpp"
#include "suite/profile_frame.hpp"
#include "suite/scratch_folder.hpp"

namespace pertscale {

namespace {

std::string counts_text(Dataset const& dataset) {
  auto const& labels = dataset.labels;
  std::int64_t cells = 0, control = 0, fewest = 0, most = 0;
  std::vector<std::int64_t> by_order(4, 0);
  for (auto const& row : labels.rows()) {
    cells += row.cells;
    auto const& condition = labels.conditions()[row.condition];
    if (condition.is_control()) {
      control += row.cells;
      continue;
    }
    fewest = fewest == 0 ? row.cells : std::min(fewest, row.cells);
    most = std::max(most, row.cells);
  }
  for (auto const& condition : labels.conditions())
    ++by_order[std::min<std::size_t>(condition.order(), 3)];
  std::string out = fmt::format("cells        {} ({} control)\n", cells, control);
  out += fmt::format("genes        {}\n", dataset.genes.size());
  out += fmt::format("conditions   {} singles, {} doubles, {} of higher order\n", by_order[1],
                     by_order[2], by_order[3]);
  out += fmt::format("cells each   {} to {}\n", fewest, most);
  if (!dataset.spec.context_column.empty() || dataset.spec.contexts_by_part())
    out += fmt::format("contexts     {}\n", join(labels.contexts(), ", "));
  return out;
}

void write_pseudobulk(Screen const& screen, std::filesystem::path const& target) {
  std::vector<std::size_t> rows(screen.labels.rows().size());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  ProfileFile file;
  file.genes = screen.genes.names();
  file.obs = profile_frame(screen.labels, rows);
  bool const matched = !screen.matched_control.empty();
  file.mean = matched ? screen.measured_mean : screen.mean;
  if (!screen.variance.empty()) file.layers.emplace_back("variance", screen.variance);
  if (!screen.nonzero.empty()) file.layers.emplace_back("nonzero", screen.nonzero);
  if (matched) file.layers.emplace_back("control", screen.matched_control);
  write_profiles(target, file);
}

/// A screen whose product lies beside the file that will be written from it.
struct PreparedScreen {
  ScratchFolder scratch;
  Screen screen;
  PreparedScreen(Dataset const& dataset, Communicator const& comm, MomentOptions const& options,
                 std::filesystem::path const& target, PrepareReport& report)
      : scratch(comm, target.has_parent_path() ? target.parent_path() : ".", "ingest"),
        screen(prepare_screen(dataset, comm, scratch.path(), options, &report)) {}
};

}  // namespace

std::string screen_text(Dataset const& dataset) {
  std::string out = counts_text(dataset);
  for (auto const& note : dataset.notes) out += "note         " + note + "\n";
  return out;
}

std::string ingest_screen(Dataset const& dataset, Communicator const& comm,
                          MomentOptions const& options, std::filesystem::path const& pseudobulk) {
  bool const writes = !pseudobulk.empty();
  if (writes) refuse_own_files(dataset, pseudobulk);
  PrepareReport report;
  auto const start = std::chrono::steady_clock::now();
  std::optional<PreparedScreen> prepared;
  if (writes)
    prepared.emplace(dataset, comm, options, pseudobulk, report);
  else
    report.moments = row_moments(dataset, comm, options, [](MomentTile const&) {});
  double const seconds = comm.max(seconds_since(start));
  std::string out = screen_text(dataset);
  out += "prepared     " + prepare_text(report, seconds) + "\n";
  out += fmt::format(
      "read         {} pass(es), {:.2f} s, {:.0f} MB/s of values and indices; in the reader {:.2f} "
      "s\n",
      report.moments.passes, seconds, report.moments.bytes_read * 1e-6 / std::max(seconds, 1e-9),
      report.moments.read_seconds);
  agree(comm, [&] {
    if (comm.root() && writes) write_pseudobulk(prepared->screen, pseudobulk);
  });
  out += fmt::format("peak memory  {:.0f} MiB a rank\n", comm.max(peak_rss_mib()));
  if (writes) out += fmt::format("pseudobulk   {}\n", pseudobulk.string());
  return out;
}

}  // namespace pertscale
