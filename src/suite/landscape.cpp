#include "suite/landscape.hpp"

#include <fmt/format.h>

#include <chrono>

#include "parallel/phase_meter.hpp"
#include "report/durable_file.hpp"
#include "suite/landscape_parts.hpp"
#include "suite/prepare.hpp"

namespace pertscale {

namespace {

/// Runs one piece and says how long it took on the slowest rank.
template <class Work>
void timed(LandscapeOptions const& options, Communicator const& comm, std::string const& name,
           Work&& work) {
  auto const start = std::chrono::steady_clock::now();
  work();
  options.say(fmt::format("{:<12} {:.2f} s", name, comm.max(seconds_since(start))));
}

void write_tables(Landscape const& landscape) {
  agree(landscape.comm, [&] {
    if (!landscape.comm.root()) return;
    auto const& out = landscape.options.out;
    write_durably(out / "landscape-summary.csv", landscape_summary_csv(landscape));
    write_durably(out / "landscape.csv", landscape_csv(landscape));
  });
}

}  // namespace

std::vector<ContextRows> context_rows(Labels const& labels) {
  std::vector<ContextRows> out;
  for (std::size_t row = 0; row < labels.rows().size(); ++row) {
    auto const context = labels.rows()[row].context;
    if (out.empty() || out.back().context != context) {
      out.push_back({context, {row, row}, 0, {}});
      auto const control = labels.control() ? labels.row(*labels.control(), context) : std::nullopt;
      if (!control) throw InternalError("a context lacks its control");
      out.back().control = *control;
    }
    out.back().rows.last = row + 1;
    if (row != out.back().control) out.back().perturbed.push_back(row);
  }
  return out;
}

void write_landscape(Dataset const& dataset, LandscapeOptions const& options,
                     Communicator const& comm) {
  require_distance_memory(dataset, options);
  agree(comm, [&] {
    if (!comm.root()) return;
    make_out_folder(options.out);
    make_out_folder(options.out / "cache");
  });
  for (auto const& note : dataset.notes) options.say("note: " + note);
  auto const start = std::chrono::steady_clock::now();
  PrepareReport report;
  auto const screen =
      prepare_screen(dataset, comm, options.out / "cache", {options.memory, options.stop}, &report);
  options.say(prepare_text(report, comm.max(seconds_since(start))));
  Landscape landscape{dataset,
                      screen,
                      report.genes,
                      comm,
                      options,
                      context_rows(screen.labels),
                      LandscapeTable(screen.labels.rows().size()),
                      {}};
  if (landscape.cells() && !landscape.latent())
    require_memory(screen, landscape.principal_options());  // before hours are spent
  timed(options, comm, "shifts", [&] { landscape_shifts(landscape); });
  timed(options, comm, "expression", [&] { landscape_expression(landscape); });
  screen.release_pages();
  timed(options, comm, "ceilings", [&] { landscape_ceilings(landscape); });
  screen.release_pages();
  std::vector<ContextDistances> distances;
  timed(options, comm, "distances", [&] { distances = landscape_distances(landscape); });
  landscape.table.share(comm);
  adjust_tests(landscape);
  summarise_table(landscape);
  timed(options, comm, "pairs", [&] { write_landscape_h5ad(landscape, distances); });
  write_tables(landscape);
  options.say(fmt::format("peak memory  {:.0f} MiB a rank", comm.max(peak_rss_mib())));
}

}  // namespace pertscale
