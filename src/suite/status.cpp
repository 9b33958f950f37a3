#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "report/journal.hpp"
#include "report/results_lock.hpp"
#include "suite/results.hpp"
#include "suite/run.hpp"

namespace pertscale {

std::string status_text(std::filesystem::path const& folder) {
  auto const path = folder / "run.json";
  std::ifstream in(path);
  if (!in)
    throw UserError(fmt::format(
        "{}: no run.json there; name the directory that --out of a run named", folder.string()));
  auto const record = nlohmann::json::parse(in, nullptr, false);
  if (!record.is_object() || !record.contains("unit_keys"))
    throw UserError(fmt::format("{}: is no record of a run", path.string()));

  JournalIndex const journal(folder / "journal");
  std::size_t done = 0, failed = 0;
  for (auto const& key : record["unit_keys"]) {
    auto const name = key.get<std::string>();
    if (!journal.contains(name)) continue;
    ++done;
    if (!parse_record(journal.payload(name)).error_type.empty()) ++failed;
  }
  auto const total = record["unit_keys"].size();
  std::string const holder = lock_holder(folder);
  std::string state = "interrupted: run the same command again to go on";
  if (!holder.empty())
    state = holder;
  else if (record.value("state", "") == "finished")
    state = "finished";
  else if (record.value("state", "") == "stopped")
    state = "stopped on purpose: run the same command again to go on";
  return fmt::format("{}\nstudy    {}\nunits    {} of {} finished{}\nstarted  {}\nupdated  {}\n",
                     state, record.value("study", ""), done, total,
                     failed > 0 ? fmt::format(", {} failed", failed) : "",
                     record.value("started", ""), record.value("updated", ""));
}

}  // namespace pertscale
