#include "suite/run_record.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/text.hpp"
#include "parallel/session.hpp"
#include "report/durable_file.hpp"

namespace pertscale {

namespace {

namespace fs = std::filesystem;
using json = nlohmann::ordered_json;

std::string utc_now(char const* form) {
  auto const now = std::chrono::system_clock::now();
  return fmt::format(fmt::runtime(form), fmt::gmtime(std::chrono::system_clock::to_time_t(now)));
}

json read_json(fs::path const& path) {
  std::ifstream in(path);
  return in ? json::parse(in, nullptr, false) : json();
}

json versions_json(std::string const& text) {
  json out;
  for (auto const& line : split(text, '\n')) {
    std::size_t const blank = line.find(' ');
    if (blank != std::string::npos)
      out[line.substr(0, blank)] = std::string(trim(std::string_view(line).substr(blank)));
  }
  return out;
}

json parts_json(Dataset const& dataset) {
  json out = json::array();
  for (auto const& part : dataset.parts)
    out.push_back({{"path", part.path},
                   {"context", part.context},
                   {"rows", part.info.rows},
                   {"genes", part.info.columns}});
  return out;
}

json dataset_json(Dataset const& dataset) {
  json out{{"digest", dataset.digest}};
  if (dataset.spec.parts.empty())
    out["path"] = dataset.spec.path;
  else
    out["parts"] = parts_json(dataset);
  out["rows"] = dataset.info.rows;
  out["genes"] = dataset.info.columns;
  out["conditions"] = dataset.labels.conditions().size();
  out["contexts"] = dataset.labels.contexts();
  out["notes"] = dataset.notes;
  return out;
}

json predictions_json(Plan const& plan) {
  json out = json::object();
  for (auto const& task : plan.tasks) {
    auto const* const source = plan.prediction_of(task);
    if (source == nullptr) continue;
    out[task.id] = {{"path", source->path},
                    {"digest", source->dataset.digest},
                    {"rows", source->has_cells ? "cells" : "means"},
                    {"values", source->dataset.spec.values},
                    {"genes", source->dataset.genes.size()},
                    {"notes", prediction_notes(plan, task)}};
  }
  return out;
}

}  // namespace

std::string start_name() {
  auto const now = std::chrono::system_clock::now().time_since_epoch();
  auto const ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count() % 1000;
  return utc_now("{:%Y%m%dT%H%M%S}") + fmt::format(".{:03}", ms);
}

void write_run_record(RunFacts const& facts) {
  fs::path const path = facts.folder / "run.json";
  json const before = read_json(path);
  json record;
  record["state"] = facts.state;
  record["study"] = facts.plan->study->file;
  for (auto const& [key, value] : facts.plan->study->echo()) {
    auto& slot = record["options"][key];  // a key given several times becomes a list
    if (slot.is_null())
      slot = value;
    else if (slot.is_array())
      slot.push_back(value);
    else
      slot = json::array({slot, value});
  }
  for (auto const& dataset : facts.plan->datasets)
    record["datasets"][dataset.spec.name] = dataset_json(dataset);
  for (auto const& screen : facts.screens != nullptr ? *facts.screens : std::vector<Screen>())
    if (auto& entry = record["datasets"][screen.name]; entry["genes"] != screen.genes.size())
      entry["genes_read_out"] = screen.genes.names();
  if (!facts.plan->predictions.empty()) record["predictions"] = predictions_json(*facts.plan);
  record["tasks"] = facts.plan->tasks.size();
  record["units"] = facts.plan->units.size();
  json unit_keys = json::array();
  for (auto const& unit : facts.plan->units) unit_keys.push_back(unit.key);
  for (auto const& unit : facts.plan->calibration) unit_keys.push_back(unit.key);
  record["unit_keys"] = std::move(unit_keys);
  record["versions"] = versions_json(facts.versions);
  record["ranks"] = facts.ranks;
  record["memory_per_rank"] = facts.memory_per_rank;
  record["host"] = Session::processor_name();
  char const* const job = std::getenv("SLURM_JOB_ID");
  record["job"] = job != nullptr ? job : "";
  std::string const now = utc_now("{:%Y-%m-%dT%H:%M:%SZ}");
  bool const resumed = before.is_object() && before.contains("started");
  record["started"] = resumed ? before["started"] : json(now);
  record["updated"] = now;
  write_durably(path, record.dump(1, ' ', false, json::error_handler_t::replace) + "\n");
}

void check_same_datasets(fs::path const& folder, std::vector<Dataset> const& datasets) {
  json const before = read_json(folder / "run.json");
  if (!before.is_object() || !before.contains("datasets")) return;
  Mistakes mistakes;
  for (auto const& dataset : datasets) {
    auto const& known = before["datasets"];
    if (!known.contains(dataset.spec.name)) continue;
    if (known[dataset.spec.name].value("digest", "") != dataset.digest)
      mistakes.add(
          fmt::format("{}: the results there are of another content or other keys of dataset '{}' "
                      "({}); choose another --out, "
                      "or start over with --fresh",
                      folder.string(), dataset.spec.name, dataset.spec.screen()));
  }
  mistakes.raise();
}

void remove_results(fs::path const& folder) {
  if (!fs::exists(folder / "run.json")) {
    for (auto const* name : {"journal", "cache", "scores.csv", "predictions"})
      if (fs::exists(folder / name))
        throw UserError(fmt::format(
            "{}: holds {} but no run.json, so it is no results directory; --fresh removes "
            "nothing there, choose another --out",
            folder.string(), name));
  }
  for (auto const* name : {"journal", "cache", "predictions", "scores.csv", "summary.csv",
                           "verdict.csv", "calibration.csv", "calibration-summary.csv",
                           "calibrated.csv", "tasks.csv", "timings.csv", "run.json", "report.html"})
    fs::remove_all(folder / name);
}

std::string timing_header() {
  return "task,phase,attempt,job,nodes,ranks,seconds_min,seconds_mean,seconds_max,peak_rss_mib,"
         "bytes,mb_per_second\n";
}

std::string timing_row(PhaseTime const& p, std::string const& start, int ranks) {
  char const* const nodes = std::getenv("SLURM_JOB_NUM_NODES");
  char const* const job = std::getenv("SLURM_JOB_ID");
  std::string const read =
      p.bytes > 0 ? fmt::format("{:.0f},{:.1f}", p.bytes, p.bytes * 1e-6 / p.seconds_max) : ",";
  return fmt::format("{},{},{},{},{},{},{:.6f},{:.6f},{:.6f},{:.1f},{}\n", csv_field(p.task),
                     p.phase, start, job != nullptr ? job : "-", nodes != nullptr ? nodes : "1",
                     ranks, p.seconds_min, p.seconds_mean, p.seconds_max, p.peak_rss_mib, read);
}

void write_timings(fs::path const& folder, std::vector<PhaseTime> const& phases,
                   std::string const& start, int ranks, std::string const& task_rows) {
  fs::path const kept = folder / "journal" / "phases.csv";
  std::string phase_rows;
  {
    std::ifstream in(kept, std::ios::binary);
    phase_rows.assign(std::istreambuf_iterator<char>(in), {});
  }
  for (auto const& p : phases) phase_rows += timing_row(p, start, ranks);
  write_durably(kept, phase_rows);
  write_durably(folder / "timings.csv", timing_header() + phase_rows + task_rows);
}

}  // namespace pertscale
